//! What is sent: headers on the row's list only, documented addresses, quirks, gateways.

use super::{built_in, endpoint, filled, question, url_of};
use crate::support::InWords;
use proptest::prelude::*;
use serde_json::Value;
use sidecite::provider::{Catalogue, Error, Key, ModelList, encode, encode_models};
use sidecite::types::{AuthKind, Dialect, Endpoint, ProviderGroup, ProviderRow};

/// The `headers` of the route of `id` that speaks `dialect`, as the catalogue file lists them.
fn allowed_headers(file: &Value, id: &str, dialect: Dialect) -> Vec<String> {
    let find = |rows: &Value, field: &str, value: Value| {
        rows.as_array().unwrap().iter().find(|row| row[field] == value).unwrap().clone()
    };
    let row = find(&file["provider"], "id", id.into());
    let route = find(&row["route"], "dialect", serde_json::to_value(dialect).unwrap());
    serde_json::from_value(route["headers"].clone()).unwrap()
}

#[test]
fn no_route_sends_a_header_that_is_not_on_its_list() {
    let catalogue = built_in();
    let file: Value = toml::from_str(Catalogue::text()).unwrap();
    let key = Key::new("sk-test-0123456789").unwrap();
    let mut routes = 0;
    for row in catalogue.rows().iter().filter(|row| row.group != ProviderGroup::Custom) {
        for place in 0..row.routes.len() {
            let endpoint = filled(row, place);
            let allowed = allowed_headers(&file, &row.id, endpoint.dialect);
            for auth in row.routes[place].auth.iter().chain([&AuthKind::Default]) {
                let target = catalogue.target(&Endpoint { auth: *auth, ..endpoint.clone() }).unwrap();
                let chat = encode(&target, &question("some/model"), Some(&key)).unwrap();
                let list = encode_models(&target, Some(&key));
                for request in std::iter::once(&chat).chain(&list) {
                    assert!(request.url.starts_with("http"), "{}", row.id);
                    for (name, _) in &request.headers {
                        assert!(allowed.contains(name), "{}: {name} is not in {allowed:?}", row.id);
                    }
                }
                let shown = !matches!(target.auth, AuthKind::None | AuthKind::SigV4);
                assert_eq!(chat.secret.is_some(), shown, "{} {auth:?}", row.id);
            }
            routes += 1;
        }
    }
    assert!(routes > 60, "{routes} routes");
}

#[test]
fn addresses_are_those_of_the_documentation() {
    use Dialect::{Anthropic, BedrockConverse, CohereV2, Gemini, Ollama, OpenaiChat, OpenaiResponses};
    let check = |provider, dialect, url_params: &[(&str, &str)], model, url: &str| {
        assert_eq!(url_of(&endpoint(provider, dialect, url_params), model), url, "{provider}");
    };
    check("openai", OpenaiChat, &[], "gpt-4o", "https://api.openai.com/v1/chat/completions");
    check("openai", OpenaiResponses, &[], "gpt-4o", "https://api.openai.com/v1/responses");
    check("perplexity", OpenaiChat, &[], "sonar", "https://api.perplexity.ai/chat/completions");
    check("deepseek", OpenaiChat, &[], "m", "https://api.deepseek.com/chat/completions");
    check("deepseek", Anthropic, &[], "m", "https://api.deepseek.com/anthropic/v1/messages");
    check("cohere", CohereV2, &[], "command-a", "https://api.cohere.com/v2/chat");
    check("ollama", Ollama, &[], "qwen3:4b", "http://localhost:11434/api/chat");
    check("ollama", Ollama, &[("port", "8000")], "qwen3:4b", "http://localhost:8000/api/chat");
    let res: &[(&str, &str)] = &[("resource", " Contoso-EU ")];
    check(
        "azure-openai",
        OpenaiChat,
        res,
        "d",
        "https://contoso-eu.openai.azure.com/openai/v1/chat/completions",
    );
    check(
        "azure-openai-classic",
        OpenaiChat,
        res,
        "my dep",
        "https://contoso-eu.openai.azure.com/openai/deployments/my%20dep/chat/completions?api-version=2024-10-21",
    );
    let region: &[(&str, &str)] = &[("region", "eu-central-1")];
    check(
        "bedrock",
        BedrockConverse,
        region,
        "us.anthropic.claude-v1:0",
        "https://bedrock-runtime.eu-central-1.amazonaws.com/model/us.anthropic.claude-v1%3A0/converse-stream",
    );
    check(
        "bedrock-mantle",
        Anthropic,
        region,
        "m",
        "https://bedrock-mantle.eu-central-1.api.aws/anthropic/v1/messages",
    );
    let place: &[(&str, &str)] = &[("project", "p-1"), ("location", "us-central1")];
    check(
        "vertex",
        Gemini,
        place,
        "gemini-2.5-pro",
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p-1/locations/us-central1/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
    );
    for (location, host) in [
        ("", "aiplatform.googleapis.com"),
        ("global", "aiplatform.googleapis.com"),
        ("eu", "aiplatform.eu.rep.googleapis.com"),
    ] {
        let shown = if location.is_empty() { "global" } else { location };
        check(
            "vertex",
            Anthropic,
            &[("project", "p-1"), ("location", location)],
            "claude-opus",
            &format!(
                "https://{host}/v1/projects/p-1/locations/{shown}/publishers/anthropic/models/claude-opus:streamRawPredict"
            ),
        );
    }
    check(
        "vertex",
        OpenaiChat,
        place,
        "meta/llama",
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p-1/locations/us-central1/endpoints/openapi/chat/completions",
    );
    check(
        "baseten-dedicated",
        OpenaiChat,
        &[("model_id", "abc")],
        "m",
        "https://model-abc.api.baseten.co/environments/production/sync/v1/chat/completions",
    );
    check(
        "huggingface-endpoint",
        OpenaiChat,
        &[("id", "x1")],
        "tgi",
        "https://x1.us-east-1.aws.endpoints.huggingface.cloud/v1/chat/completions",
    );
}

#[test]
fn a_route_keeps_its_quirks() {
    let catalogue = built_in();
    let body = |provider: &str, dialect| {
        let url_params = [("project", "p"), ("resource", "r")];
        let target = catalogue.target(&endpoint(provider, dialect, &url_params)).unwrap();
        let request = encode(&target, &question("m"), None).unwrap();
        serde_json::from_slice::<serde_json::Value>(&request.body).unwrap()
    };
    assert_eq!(body("openai", Dialect::OpenaiChat)["max_completion_tokens"], 100);
    assert_eq!(body("groq", Dialect::OpenaiChat)["max_tokens"], 100);
    let mistral = body("mistral", Dialect::OpenaiChat);
    assert!(mistral.get("stream_options").is_none() && mistral.get("seed").is_none());
    assert_eq!(body("groq", Dialect::OpenaiChat)["seed"], 7);
    assert_eq!(body("vertex", Dialect::Anthropic)["anthropic_version"], "vertex-2023-10-16");
    assert!(body("azure-openai-classic", Dialect::OpenaiChat).get("model").is_none());
    let target = catalogue.target(&endpoint("bedrock", Dialect::BedrockConverse, &[])).unwrap();
    assert_eq!((target.region.as_str(), &target.models), ("us-east-1", &ModelList::None));
    let target = catalogue.target(&endpoint("deepseek", Dialect::Anthropic, &[])).unwrap();
    assert_eq!(encode_models(&target, None).unwrap().url, "https://api.deepseek.com/models");
}

#[test]
fn a_gateway_takes_the_rows_place_but_not_its_own_headers() {
    let catalogue = built_in();
    let header = |base_url: &str| {
        let mut endpoint = endpoint("anthropic", Dialect::Anthropic, &[]);
        endpoint.base_url = base_url.into();
        let target = catalogue.target(&endpoint).unwrap();
        let request = encode(&target, &question("m"), None).unwrap();
        let names: Vec<String> = request.headers.into_iter().map(|(name, _)| name).collect();
        (request.url, names.contains(&"anthropic-dangerous-direct-browser-access".to_owned()))
    };
    assert_eq!(header(""), ("https://api.anthropic.com/v1/messages".into(), true));
    assert_eq!(header("http://localhost:4000/v1/"), ("http://localhost:4000/v1/messages".into(), false));
    assert_eq!(
        header("https://api.anthropic.com/v1"),
        ("https://api.anthropic.com/v1/messages".into(), true)
    );
    assert!(!header("https://api.anthropic.com.evil.example/v1").1);

    // A gateway for a row with url_params needs none of those in the host.
    let mut bedrock = endpoint("bedrock", Dialect::BedrockConverse, &[]);
    bedrock.base_url = "http://localhost:8088".into();
    bedrock.auth = AuthKind::XApiKey;
    let target = catalogue.target(&bedrock).unwrap();
    assert_eq!((target.base.as_str(), target.auth), ("http://localhost:8088/", AuthKind::XApiKey));
    assert_eq!(target.provider, "bedrock");
    bedrock.base_url = String::new();
    assert_eq!(catalogue.target(&bedrock), Err(Error::AuthNotTaken { name: "AWS Bedrock".into() }));
}

#[test]
fn custom_endpoints_are_as_before() {
    for provider in ["", "custom"] {
        let mut custom = endpoint(provider, Dialect::OpenaiChat, &[]);
        custom.base_url = "http://127.0.0.1:9000/v1/".into();
        let target = built_in().target(&custom).unwrap();
        assert_eq!(target.base.as_str(), "http://127.0.0.1:9000/v1");
        custom.base_url = String::new();
        assert_eq!(built_in().target(&custom), Err(Error::NoAddress));
    }
}

#[test]
fn what_cannot_be_filled_is_said() {
    let target = |provider: &str, dialect, url_params: &[(&str, &str)]| {
        built_in().target(&endpoint(provider, dialect, url_params))
    };
    let missing = target("azure-openai", Dialect::OpenaiChat, &[]).unwrap_err();
    assert!(matches!(&missing, Error::MissingBlank { label, .. } if label == "Resource name"), "{missing}");
    assert!(missing.hint().contains("my-resource"));
    for bad in ["a.b", "evil.example/", "x@y", "a:80", "-a", "ä", "a b", "%2e", &"a".repeat(64)] {
        let error = target("azure-openai", Dialect::OpenaiChat, &[("resource", bad)]).unwrap_err();
        assert!(matches!(error, Error::BadBlank { .. }), "{bad}: {error}");
    }
    for bad in ["0", "65536", "+80", "80/x", "x"] {
        let error = target("ollama", Dialect::Ollama, &[("port", bad)]).unwrap_err();
        assert!(matches!(error, Error::BadBlank { .. }), "{bad}: {error}");
    }
    for bad in [".", ".."] {
        let url_params = [("project", bad), ("location", "global")];
        assert!(
            matches!(target("vertex", Dialect::Gemini, &url_params), Err(Error::BadBlank { .. })),
            "{bad}"
        );
    }
    assert!(matches!(target("nobody", Dialect::Gemini, &[]), Err(Error::UnknownProvider { .. })));
    assert!(matches!(target("groq", Dialect::Gemini, &[]), Err(Error::NoRoute { .. })));
    assert!(matches!(target("chrome", Dialect::OpenaiChat, &[]), Err(Error::NoRoute { .. })));
    let retired = target("github-models", Dialect::OpenaiChat, &[]).unwrap_err();
    assert!(retired.hint().contains("In its place"), "{}", retired.hint());
}

proptest! {
    #[test]
    fn no_word_leaves_its_place(word in "\\PC{0,24}", other in "[a-z./@:%?#\\\\{}-]{0,12}") {
        let catalogue = built_in();
        for word in [&word, &other] {
            if let Ok(target) = catalogue.target(&endpoint("azure-openai", Dialect::OpenaiChat, &[("resource", word)])) {
                let host = target.base.host_str().unwrap();
                let own = host.strip_suffix(".openai.azure.com").unwrap();
                prop_assert!(!own.contains('.') && target.base.port().is_none());
                prop_assert_eq!(target.base.path(), "/openai/v1");
            }
            let url_params = [("project", word.as_str()), ("location", "global")];
            if let Ok(target) = catalogue.target(&endpoint("vertex", Dialect::Gemini, &url_params)) {
                prop_assert_eq!(target.base.host_str(), Some("aiplatform.googleapis.com"));
                let parts: Vec<&str> = target.base.path().split('/').collect();
                prop_assert_eq!(parts.len(), 8);
                prop_assert_eq!((parts[2], parts[4], parts[6]), ("projects", "locations", "publishers"));
                prop_assert!(target.base.query().is_none() && target.base.fragment().is_none());
            }
        }
    }
}

#[test]
fn targets_for_vectors() {
    let catalogue = built_in();
    let aimed = catalogue.embeddings(&endpoint("openai", Dialect::OpenaiChat, &[])).unwrap().unwrap();
    assert_eq!((aimed.target.base.as_str(), aimed.limits.inputs), ("https://api.openai.com/v1", 2048));
    assert!(!aimed.key_optional);
    let aimed =
        catalogue.rerank(&endpoint("tei", Dialect::OpenaiChat, &[("port", "9090")])).unwrap().unwrap();
    assert_eq!((aimed.target.base.as_str(), aimed.key_optional), ("http://localhost:9090/", true));
    assert!(catalogue.rerank(&endpoint("groq", Dialect::OpenaiChat, &[])).unwrap().is_none());
    // Every row's vectors find their address.
    for ProviderRow { id, .. } in catalogue.embedders() {
        let url_params = [("resource", "r"), ("project", "p"), ("id", "x")];
        let aimed = catalogue.embeddings(&endpoint(&id, Dialect::OpenaiChat, &url_params)).unwrap().unwrap();
        assert!(aimed.limits.inputs > 0, "{id}");
    }
    for ProviderRow { id, .. } in catalogue.rerankers() {
        let url_params = [("resource", "r"), ("project", "p"), ("id", "x")];
        assert!(
            catalogue.rerank(&endpoint(&id, Dialect::OpenaiChat, &url_params)).unwrap().is_some(),
            "{id}"
        );
    }
}
