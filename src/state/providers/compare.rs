use crate::state::providers::catalogue::route_of;
use crate::types::{Endpoint, ModelFamily, Price, ProviderRow, UrlParam};
use std::collections::BTreeMap;

/// A host of a model, as a row of the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct HostRow {
    /// The catalogue's row.
    pub provider: ProviderRow,
    /// The endpoint, its url_params still as default.
    pub endpoint: Endpoint,
    /// What has to be filled in.
    pub url_params: Vec<UrlParam>,
    /// It can do without a key.
    pub key_optional: bool,
    /// The model's name there.
    pub model: String,
    /// What it costs there.
    pub price: Option<Price>,
}

/// The hosts of a model that the catalogue knows and that still exist, in the family's order.
pub fn hosts(family: &ModelFamily, rows: &[ProviderRow]) -> Vec<HostRow> {
    let known = family.hosts.iter().filter_map(|host| {
        let provider = rows.iter().find(|row| row.id == host.provider && row.retired.is_none())?.clone();
        let mut endpoint = Endpoint {
            name: provider.name.clone(),
            provider: provider.id.clone(),
            dialect: host.dialect.or(provider.routes.first().map(|route| route.dialect))?,
            ..Endpoint::default()
        };
        let route = route_of(&provider, &endpoint)?;
        endpoint.dialect = route.dialect;
        endpoint.url_params = default(&route.url_params);
        let (url_params, key_optional) = (route.url_params.clone(), route.key_optional);
        let (model, price) = (host.model.clone(), host.price.clone());
        Some(HostRow { provider, endpoint, url_params, key_optional, model, price })
    });
    known.collect()
}

/// What url_params usually are.
pub fn default(url_params: &[UrlParam]) -> BTreeMap<String, String> {
    // One by one: collecting would bring a sort along, and the page is weighed.
    let mut default = BTreeMap::new();
    for param in url_params {
        default.insert(param.name.clone(), param.default.clone());
    }
    default
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::providers::catalogue::tests::row;
    use crate::types::{Dialect, FamilyHost};

    #[test]
    fn hosts_are_those_that_exist_with_their_dialect_and_usual_blanks() {
        let host = |provider: &str, dialect| FamilyHost {
            provider: provider.into(),
            dialect,
            model: format!("{provider}/m"),
            price: None,
        };
        let family = ModelFamily {
            name: "m".into(),
            hosts: vec![
                host("b", Some(Dialect::Anthropic)),
                host("nobody", None),
                host("gone", None),
                host("a", None),
                host("a", Some(Dialect::Ollama)),
            ],
        };
        let gone = ProviderRow { retired: Some("since 2026".into()), ..row("gone", "Gone") };
        let found = hosts(&family, &[row("a", "A"), row("b", "B"), gone]);
        let store: Vec<_> = found
            .iter()
            .map(|host| (host.provider.name.as_str(), host.endpoint.dialect, host.model.as_str()))
            .collect();
        // A dialect that the row does not have falls back to the row's default one.
        assert_eq!(
            store,
            [
                ("B", Dialect::Anthropic, "b/m"),
                ("A", Dialect::OpenaiChat, "a/m"),
                ("A", Dialect::OpenaiChat, "a/m")
            ]
        );
        assert_eq!(found[0].endpoint.url_params["region"], "eu");
    }
}
