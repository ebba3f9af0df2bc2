//! Rows that contradict themselves are refused when they are read, not when somebody uses them.

use super::row::{BlankData, RouteData, RowData};
use super::{Error, fill};
use crate::types::{AuthKind, ProviderGroup};
use std::collections::{BTreeMap, HashSet};
use url::Url;

/// Checks all rows.
pub(super) fn rows(rows: &[RowData]) -> Result<(), Error> {
    let mut ids = HashSet::new();
    for row in rows {
        let wrong = |what: String| Error::Row { id: row.id.clone(), what };
        let plain = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain(&row.id) || !ids.insert(row.id.as_str()) {
            return Err(wrong("its id must be one word that no other row has".into()));
        }
        if !is_date(&row.cors.seen) || row.cors.source.is_empty() {
            return Err(wrong(
                "what is said about pages needs a date (YYYY-MM or YYYY-MM-DD) and a source".into(),
            ));
        }
        if row.retired.is_some() != (row.group == ProviderGroup::Retired) {
            return Err(wrong("a retired system says so, with its successor".into()));
        }
        for (place, route) in row.route.iter().enumerate() {
            if row.route.iter().take(place).any(|other| other.dialect == route.dialect) {
                return Err(wrong("two routes of one dialect belong into two rows".into()));
            }
            self::route(route).map_err(wrong)?;
        }
        if let Some(vectors) = &row.embeddings {
            vector(row, &vectors.base, &vectors.url_params, &vectors.auth, &vectors.headers)
                .map_err(wrong)?;
        }
        if let Some(vectors) = &row.rerank {
            vector(row, &vectors.base, &vectors.url_params, &vectors.auth, &vectors.headers)
                .map_err(wrong)?;
        }
    }
    Ok(())
}

fn route(route: &RouteData) -> Result<(), String> {
    headers(&route.auth, &route.headers)?;
    for name in route.send.keys().chain(route.send_own.keys()) {
        if !route.headers.contains(name) {
            return Err(format!("it sends {name}, which is not among its headers"));
        }
    }
    base(&route.base, &route.url_params)?;
    for (param, bases) in &route.base_when {
        for (_, template) in bases.iter() {
            base(template, &route.url_params)?;
        }
        declared(&format!("{{{param}}}"), &route.url_params)?;
    }
    declared(route.chat_path.as_deref().unwrap_or(""), &route.url_params)?;
    declared(route.models.as_deref().unwrap_or(""), &route.url_params)
}

/// What is not said in a table for vectors is as in the first route, so there must be one.
fn vector(
    row: &RowData,
    template: &str,
    url_params: &[BlankData],
    auth: &[AuthKind],
    names: &[String],
) -> Result<(), String> {
    let first = row.route.first();
    if first.is_none() && (template.is_empty() || auth.is_empty() || names.is_empty()) {
        return Err("without a route, vectors need base, auth and headers".into());
    }
    let url_params =
        if url_params.is_empty() { first.map_or(url_params, |route| &route.url_params) } else { url_params };
    if !template.is_empty() {
        base(template, url_params)?;
    }
    if auth.is_empty() { Ok(()) } else { headers(auth, names) }
}

/// Whatever a request can carry is on the list.
fn headers(auth: &[AuthKind], names: &[String]) -> Result<(), String> {
    if auth.is_empty() || auth.contains(&AuthKind::Default) {
        return Err("it must say how the key is shown".into());
    }
    for kind in auth {
        let name = match kind {
            AuthKind::Default | AuthKind::None => continue,
            AuthKind::Bearer | AuthKind::ApiKeyScheme | AuthKind::SigV4 => "authorization",
            AuthKind::XApiKey => "x-api-key",
            AuthKind::ApiKey => "api-key",
            AuthKind::XGoogApiKey => "x-goog-api-key",
        };
        if !names.iter().any(|header| header == name) {
            return Err(format!("its key goes into {name}, which is not among its headers"));
        }
    }
    if !names.iter().any(|header| header == "content-type") {
        return Err("content-type is not among its headers".into());
    }
    match names.iter().find(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        Some(name) => Err(format!("header names are lower-case here, not {name}")),
        None => Ok(()),
    }
}

/// A template whose url_params are declared and that makes an http or https URL.
fn base(template: &str, url_params: &[BlankData]) -> Result<(), String> {
    declared(template, url_params)?;
    let samples: BTreeMap<String, String> =
        url_params.iter().map(|param| (param.name.clone(), param.example.clone())).collect();
    let text = fill::fill(template, url_params, &samples).map_err(|error| error.to_string())?;
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.fragment().is_none() => Ok(()),
        _ => Err(format!("{template} makes no http or https address")),
    }
}

fn declared(template: &str, url_params: &[BlankData]) -> Result<(), String> {
    let unknown = |name: &&str| *name != "model" && !url_params.iter().any(|param| param.name == *name);
    match fill::names(template).into_iter().find(unknown) {
        Some(name) => Err(format!("{{{name}}} is not among its url_params")),
        None => Ok(()),
    }
}

/// `YYYY-MM` or `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [year, month] => digits(year, 4) && digits(month, 2),
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        _ => false,
    }
}
