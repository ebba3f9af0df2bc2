//! An `Endpoint` and its row → the `Target` to speak to.

use super::row::{BlankData, RouteData};
use super::{Catalogue, fill};
use crate::provider::{Error, ModelList, Target, address};
use crate::types::{AuthKind, Endpoint};
use std::collections::BTreeMap;
use url::Url;

impl Catalogue {
    /// Where and how to speak to `endpoint`: its row's route of its dialect with the url_params filled. An address typed for a
    /// row is a gateway: it is used instead, with the same dialect and quirks.
    ///
    /// # Errors
    /// When the row is unknown, retired or lacks the dialect, or when an address or a param is unusable.
    pub fn target(&self, endpoint: &Endpoint) -> Result<Target, Error> {
        if matches!(endpoint.provider.as_str(), "" | "custom") {
            return Target::custom(endpoint.dialect, &endpoint.base_url, endpoint.auth);
        }
        let unknown = || Error::UnknownProvider { id: endpoint.provider.clone() };
        let row = self.row(&endpoint.provider).ok_or_else(unknown)?;
        if let Some(successor) = &row.retired {
            return Err(Error::Retired { name: row.name.clone(), successor: successor.clone() });
        }
        let no_route = || Error::NoRoute { name: row.name.clone(), dialect: endpoint.dialect };
        let route = row.route.iter().find(|route| route.dialect == endpoint.dialect).ok_or_else(no_route)?;
        let own = base(&route.base, &route.base_when, &route.url_params, &endpoint.url_params);
        let gateway = gateway(endpoint)?;
        let is_own =
            gateway.as_ref().is_none_or(|url| own.as_ref().is_ok_and(|own| own.origin() == url.origin()));
        let base = match &gateway {
            Some(url) => url.clone(),
            None => own?,
        };
        let offered = if is_own { route.auth.as_slice() } else { &[] };
        let (mut headers, extra) = (pairs(&route.send), pairs(&route.send_own));
        headers.extend(extra.into_iter().filter(|_| is_own));
        Ok(Target {
            dialect: route.dialect,
            provider: row.id.clone(),
            chat_path: filled(route.chat_path.as_deref(), route, endpoint)?,
            models: models(route, endpoint, gateway.is_some(), &base)?,
            auth: auth(endpoint.auth, &route.auth, offered, &row.name)?,
            region: region(&route.url_params, &endpoint.url_params),
            headers,
            quirks: route.quirks.to_quirks(),
            base,
        })
    }
}

/// The address typed for a row, if any.
pub(super) fn gateway(endpoint: &Endpoint) -> Result<Option<Url>, Error> {
    match endpoint.base_url.trim() {
        "" => Ok(None),
        typed => address::parse_base(typed).map(Some),
    }
}

/// The row's own base URL.
pub(super) fn base(
    template: &str,
    when: &BTreeMap<String, BTreeMap<String, String>>,
    url_params: &[BlankData],
    values: &BTreeMap<String, String>,
) -> Result<Url, Error> {
    let special = url_params.iter().find_map(|param| when.get(&param.name)?.get(fill::value(param, values)?));
    let text = fill::fill(special.map_or(template, String::as_str), url_params, values)?;
    Url::parse(&text).map_err(|error| Error::NotAUrl { typed: text, reason: error.to_string() })
}

/// The way the key is shown: as asked, else the default one. A host is not shown keys in ways it does not read; of a gateway
/// (`offered` is empty) nothing is known.
pub(super) fn auth(
    asked: AuthKind,
    default: &[AuthKind],
    offered: &[AuthKind],
    name: &str,
) -> Result<AuthKind, Error> {
    match asked {
        AuthKind::Default => Ok(default.first().copied().unwrap_or(AuthKind::None)),
        AuthKind::None => Ok(AuthKind::None),
        asked if offered.is_empty() || offered.contains(&asked) => Ok(asked),
        _ => Err(Error::AuthNotTaken { name: name.to_owned() }),
    }
}

/// The param called `region`, which AWS signatures name.
pub(super) fn region(url_params: &[BlankData], values: &BTreeMap<String, String>) -> String {
    let param = url_params.iter().find(|param| param.name == "region");
    param.and_then(|param| fill::value(param, values)).unwrap_or("").to_ascii_lowercase()
}

fn filled(template: Option<&str>, route: &RouteData, endpoint: &Endpoint) -> Result<Option<String>, Error> {
    template.map(|template| fill::fill(template, &route.url_params, &endpoint.url_params)).transpose()
}

/// A whole URL belongs to the row's own host; a gateway is asked at the dialect's default place.
fn models(route: &RouteData, endpoint: &Endpoint, by_gateway: bool, base: &Url) -> Result<ModelList, Error> {
    Ok(match filled(route.models.as_deref(), route, endpoint)? {
        None => ModelList::Usual,
        Some(path) if path == "none" => ModelList::None,
        Some(text) if text.contains("://") => match Url::parse(&text) {
            Ok(url) if !by_gateway && url.origin() == base.origin() => ModelList::Url(url),
            _ => ModelList::Usual,
        },
        Some(path) => ModelList::Path(path),
    })
}

fn pairs(headers: &BTreeMap<String, String>) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
