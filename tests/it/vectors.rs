//! `courier::vectors`: batches, keys that go to their own origin only, signatures, and what a host says.

use crate::support::InWords;
use sidecite::courier::vectors::{
    MAX_TEXTS, Wanted, origin_of, plan_embeddings, plan_rerank, read_vectors, refusal, runs, user_error,
};
use sidecite::courier::{Keyring, Origin};
use sidecite::provider::catalogue::VectorTarget;
use sidecite::provider::embeddings::Purpose;
use sidecite::provider::{Catalogue, Key};
use sidecite::types::{AuthKind, Endpoint, FailureCause, ProviderRow};
use url::Url;

fn aimed(endpoint: &Endpoint) -> VectorTarget {
    Catalogue::built_in().unwrap().embeddings(endpoint).unwrap().unwrap()
}

fn at(provider: &str) -> Endpoint {
    Endpoint { provider: provider.into(), ..Endpoint::default() }
}

fn keyring(origin: &str, key: &str) -> Keyring {
    let mut keyring = Keyring::default();
    keyring.put(Origin::of(&Url::parse(origin).unwrap()).unwrap(), Key::new(key).unwrap());
    keyring
}

const WANTED: Wanted<'_> = Wanted { model: "m", dimensions: None, purpose: Purpose::Document };

#[test]
fn batches_keep_to_the_hosts_limits_and_to_our_own() {
    let texts = vec!["a few words"; 300];
    let sizes = |provider: &str| -> Vec<usize> {
        runs(&texts, aimed(&at(provider)).limits).iter().map(ExactSizeIterator::len).collect()
    };
    assert_eq!(sizes("cohere"), [96, 96, 96, 12]);
    assert_eq!(sizes("openai"), [MAX_TEXTS as usize, MAX_TEXTS as usize, 44]);
    assert_eq!(sizes("tei"), [32, 32, 32, 32, 32, 32, 32, 32, 32, 12]);
    assert!(runs(&Vec::<String>::new(), aimed(&at("tei")).limits).is_empty());
}

#[test]
fn a_key_goes_to_its_own_origin_only() {
    let plan =
        |keyring: &Keyring| plan_embeddings(&aimed(&at("voyage")), WANTED, &["a"], keyring, 0).unwrap();
    let with = plan(&keyring("https://api.voyageai.com", "pa-canary"));
    assert_eq!(with.key().map(|key| key.redact("pa-canary").contains("canary")), Some(false));
    assert!(with.headers.iter().any(|(name, value)| name == "authorization" && value == "Bearer pa-canary"));
    let without = plan(&keyring("https://api.openai.com", "sk-canary"));
    assert!(without.key().is_none() && without.headers.iter().all(|(_, value)| !value.contains("canary")));
    assert_eq!(origin_of(&with).unwrap().as_str(), "https://api.voyageai.com");
}

#[test]
fn bedrock_is_signed_anew_for_each_try() {
    let endpoint = Endpoint {
        url_params: [("region".to_owned(), "eu-west-1".to_owned())].into(),
        auth: AuthKind::SigV4,
        ..at("bedrock-cohere")
    };
    let keys = keyring("https://bedrock-runtime.eu-west-1.amazonaws.com", "AKIDEXAMPLE:wJalrXUtnFEMI");
    let signature = |secs| {
        let http = plan_embeddings(&aimed(&endpoint), WANTED, &["a"], &keys, secs).unwrap();
        http.headers.iter().find(|(name, _)| name == "authorization").unwrap().1.clone()
    };
    let first = signature(1_700_000_000);
    assert!(first.contains("/eu-west-1/bedrock/aws4_request") && !first.contains("wJalr"), "{first}");
    assert_ne!(first, signature(1_700_000_600));
}

#[test]
fn what_the_host_says_is_told_in_its_words_without_the_key_and_without_columns() {
    let keys = keyring("https://api.cohere.com", "co-canary-1");
    let cohere = Catalogue::built_in().unwrap().rerank(&at("cohere")).unwrap().unwrap();
    let http = plan_rerank(&cohere, "rerank-v3.5", "q", &["p"], &keys, 0).unwrap();
    let body = br#"{"message":"too many requests for co-canary-1, try again in 0.3s"}"#;
    let failure = refusal(&http, 429, body).unwrap();
    assert_eq!((failure.cause, failure.retry_after_millis), (FailureCause::RateLimited, Some(300)));
    assert!(
        failure.error.message().contains("too many requests") && !failure.error.message().contains("canary")
    );
    for status in [0, 302, 400, 401, 404, 413, 429, 503] {
        let user_error = user_error(refusal(&http, status, body).unwrap());
        assert!(
            !user_error.hint().is_empty() && !user_error.hint().contains("column"),
            "{status}: {}",
            user_error.hint()
        );
    }
    assert_eq!(refusal(&http, 200, b"[]"), None);
}

#[test]
fn another_width_than_before_names_both_numbers() {
    let openai = aimed(&at("openai"));
    let body = br#"{"data":[{"index":0,"embedding":[1,0,0]}]}"#;
    assert_eq!(read_vectors(&openai, body, 1, Some(3)).unwrap().vectors, [[1.0, 0.0, 0.0]]);
    let failure = read_vectors(&openai, body, 1, Some(4)).unwrap_err();
    assert_eq!(failure.cause, FailureCause::Garbled);
    assert!(failure.error.message().contains("3 dimensions instead of 4"), "{}", failure.error.message());
}

#[test]
fn rows_that_embed_or_rerank_show_the_place_where_they_do() {
    let catalogue = Catalogue::built_in().unwrap();
    let (embedders, rerankers) = (catalogue.embedders(), catalogue.rerankers());
    let ids = |rows: &[ProviderRow]| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    for id in ["openai", "gemini", "cohere", "voyage", "mistral", "ollama", "tei", "bedrock"] {
        assert!(ids(&embedders).contains(&id.to_owned()), "{id}");
    }
    for id in ["cohere", "voyage", "jina", "tei", "llama-cpp"] {
        assert!(ids(&rerankers).contains(&id.to_owned()), "{id}");
    }
    for (row, what) in
        embedders.iter().map(|row| (row, "embeds")).chain(rerankers.iter().map(|row| (row, "reranks")))
    {
        let [route] = row.routes.as_slice() else { panic!("{} {what} in one place", row.id) };
        assert!(route.base.starts_with("http") && !route.auth.is_empty(), "{}: {route:?}", row.id);
        // The page shows exactly the address that the courier calls.
        let url_params = |name: &str| (name.to_owned(), "x1".to_owned());
        let typed = route
            .url_params
            .iter()
            .filter(|blank| blank.default.is_empty())
            .map(|blank| url_params(&blank.name));
        let endpoint = Endpoint { url_params: typed.collect(), ..at(&row.id) };
        let target = match what {
            "embeds" => catalogue.embeddings(&endpoint).unwrap().unwrap().target,
            _ => catalogue.rerank(&endpoint).unwrap().unwrap().target,
        };
        let shown = route.url_params.iter().fold(route.base.clone(), |base, blank| {
            let value = endpoint.url_params.get(&blank.name).unwrap_or(&blank.default);
            base.replace(&format!("{{{}}}", blank.name), value)
        });
        let shown = Url::parse(&shown).unwrap();
        if row.group != sidecite::types::ProviderGroup::Cloud {
            assert_eq!(
                (shown.origin(), shown.path()),
                (target.base.origin(), target.base.path()),
                "{}",
                row.id
            );
        }
    }
}
