use crate::provider::catalogue::preview;
use crate::state::{AppState, Listed};
use crate::types::{Endpoint, ProviderGroup, ProviderRow, Route};
use crate::worker::protocol::{ListKeys, ListProviders};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Asks the courier for the catalogue, once, and for how keys and vault stand.
    pub fn load_catalogue(self) {
        self.refresh(ListKeys);
        if self.providers.with_untracked(|store| !store.rows.is_empty()) {
            return;
        }
        spawn_local(async move {
            let lists = self.courier(ListProviders).await;
            self.providers.update(|store| match lists {
                Ok(lists) => lists.show(store),
                Err(user_error) => store.no_catalogue = Some(user_error),
            });
        });
    }
}

/// The groups of the picker, in order, with their headings. A retired system has none of its own.
pub const GROUPS: [(ProviderGroup, &str); 4] = [
    (ProviderGroup::Lab, n!("Model providers")),
    (ProviderGroup::Cloud, n!("Clouds")),
    (ProviderGroup::Host, n!("Inference providers")),
    (ProviderGroup::Local, n!("Local")),
];

/// Whether every word of `query` is somewhere in `text`, whatever the case.
pub fn matches(query: &str, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    query.to_ascii_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// Whether a row that can chat answers the query: by name, id, what is said about it, or a model. Retired systems only when asked for.
pub fn is_found(row: &ProviderRow, query: &str) -> bool {
    if row.retired.is_some() || row.group == ProviderGroup::Retired {
        return !query.trim().is_empty() && matches(query, &format!("{} {}", row.name, row.id));
    }
    // What only embeds or reranks has no route to a chat model.
    !row.routes.is_empty()
        && matches(query, &format!("{} {} {} {}", row.name, row.id, row.about, row.models.join(" ")))
}

/// The route of a row that an endpoint takes: the first of its dialect.
pub fn route_of<'a>(row: &'a ProviderRow, endpoint: &Endpoint) -> Option<&'a Route> {
    row.routes.iter().find(|route| route.dialect == endpoint.dialect).or(row.routes.first())
}

/// Where an endpoint's requests go, as far as the page can tell: to say whether a key is held, never to send one.
pub fn address(row: Option<&ProviderRow>, endpoint: &Endpoint) -> String {
    let route = row.and_then(|row| route_of(row, endpoint));
    match route {
        Some(route) if endpoint.base_url.is_empty() => {
            preview(&route.base, &route.url_params, &endpoint.url_params)
        }
        _ => endpoint.base_url.clone(),
    }
}

/// The host and port in an address, for people.
pub fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The host of an address that is reached without encryption, unless it is this machine.
pub fn unencrypted_host(address: &str) -> Option<&str> {
    let scheme = address.trim_start().get(..7)?;
    let authority = host_of(address).trim_end();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => authority.split(':').next().unwrap_or(authority),
    };
    let name = host.trim_end_matches('.').to_ascii_lowercase();
    let is_here = name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    (scheme.eq_ignore_ascii_case("http://") && !is_here).then_some(authority)
}

#[cfg(test)]
pub(in crate::state) mod tests {
    use super::*;
    use crate::types::{Cors, CorsStatus, Dialect, UrlParam};

    pub fn row(id: &str, name: &str) -> ProviderRow {
        let base = "https://{region}.example.com/v1".to_owned();
        let param = UrlParam {
            name: "region".into(),
            label: "Region".into(),
            example: String::new(),
            default: "eu".into(),
        };
        let route = |dialect| Route {
            dialect,
            label: String::new(),
            base: base.clone(),
            url_params: vec![param.clone()],
            auth: Vec::new(),
            key_optional: false,
        };
        ProviderRow {
            id: id.into(),
            name: name.into(),
            group: ProviderGroup::Host,
            about: "Open weights, fast.".into(),
            routes: vec![route(Dialect::OpenaiChat), route(Dialect::Anthropic)],
            key_page: String::new(),
            cors: Cors {
                status: CorsStatus::Allowed,
                seen: String::new(),
                source: String::new(),
                fix: String::new(),
            },
            rate_limits: String::new(),
            retired: None,
            models: vec!["gpt-oss-120b".into()],
        }
    }

    #[test]
    fn a_row_is_found_by_name_model_and_words_in_any_order() {
        let groq = row("groq", "Groq");
        for query in ["", "  ", "GROQ", "oss", "fast open", "gro"] {
            assert!(is_found(&groq, query), "{query}");
        }
        assert!(!is_found(&groq, "groq slow"));
        assert!(!is_found(&ProviderRow { routes: Vec::new(), ..groq }, "groq"));
    }

    #[test]
    fn only_plain_http_to_another_machine_is_unencrypted() {
        for (address, host) in [
            ("http://api.example/v1", Some("api.example")),
            (" HTTP://192.168.1.5:11434", Some("192.168.1.5:11434")),
            ("http://[fe80::1]:8080/v1", Some("[fe80::1]:8080")),
            ("http://localhost.evil.example", Some("localhost.evil.example")),
            ("http://127.0.0.1.evil.example", Some("127.0.0.1.evil.example")),
            ("http://localhost:1234/v1", None),
            ("http://LOCALHOST.:1234/v1", None),
            ("http://127.8.8.8", None),
            ("http://[::1]:8080", None),
            ("https://api.example", None),
            ("", None),
        ] {
            assert_eq!(unencrypted_host(address), host, "{address}");
        }
    }

    #[test]
    fn a_retired_system_shows_only_when_its_name_is_searched() {
        let gone = ProviderRow { retired: Some("since 2026".into()), ..row("llama-api", "Llama API") };
        assert!(!is_found(&gone, ""));
        assert!(!is_found(&gone, "gpt-oss"));
        assert!(is_found(&gone, "llama"));
    }

    #[test]
    fn an_address_is_filled_with_what_is_typed_or_usual_and_a_gateway_takes_its_place() {
        let row = row("x", "X");
        let mut endpoint = Endpoint::default();
        assert_eq!(address(Some(&row), &endpoint), "https://eu.example.com/v1");
        endpoint.url_params.insert("region".into(), " us ".into());
        assert_eq!(address(Some(&row), &endpoint), "https://us.example.com/v1");
        endpoint.base_url = "http://localhost:4000".into();
        assert_eq!(address(Some(&row), &endpoint), "http://localhost:4000");
        assert_eq!(address(None, &endpoint), "http://localhost:4000");
    }

    #[test]
    fn the_host_of_whatever_was_typed() {
        for (address, host) in [
            ("http://localhost:1234/v1", "localhost:1234"),
            ("https://a.b?x=1", "a.b"),
            ("https://me:secret@a.b/v1", "a.b"),
            ("a.b/v1", "a.b"),
            ("", ""),
        ] {
            assert_eq!(host_of(address), host);
        }
    }
}
