//! `provider::catalogue`: every system has its row, every row keeps to its headers, no word leaves its blank.

use proptest::prelude::*;
use sidecite::provider::{Catalogue, Error, Key, ModelList, catalogue, encode, encode_models};
use sidecite::types::{
    AuthKind, ChatRequest, CorsStatus, Dialect, Endpoint, Message, Parameters, ProviderGroup, ProviderRow,
    Role,
};
use std::collections::BTreeMap;

fn built_in() -> Catalogue {
    Catalogue::built_in().unwrap()
}

fn endpoint(provider: &str, dialect: Dialect, url_params: &[(&str, &str)]) -> Endpoint {
    let url_params =
        url_params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Endpoint { provider: provider.into(), dialect, url_params, ..Endpoint::default() }
}

fn question(model: &str) -> ChatRequest {
    let message = |role, content: &str| Message { role, content: content.into() };
    ChatRequest {
        model: model.into(),
        messages: vec![message(Role::System, "Be brief."), message(Role::User, "Why?")],
        parameters: Parameters { max_tokens: Some(100), seed: Some(7), ..Parameters::default() },
        ..ChatRequest::default()
    }
}

/// The endpoint of a route with its examples filled in.
fn filled(row: &ProviderRow, place: usize) -> Endpoint {
    let route = &row.routes[place];
    let url_params =
        route.url_params.iter().map(|blank| (blank.name.clone(), blank.example.clone())).collect();
    Endpoint { provider: row.id.clone(), dialect: route.dialect, url_params, ..Endpoint::default() }
}

fn url_of(endpoint: &Endpoint, model: &str) -> String {
    let target = built_in().target(endpoint).unwrap();
    encode(&target, &question(model), None).unwrap().url
}

// ---------------------------------------------------------------- what there is

/// The systems of the product's list, by a row's id and the dialects it must be reached by.
const PROMISED: [(&str, &[&str]); 40] = [
    ("openai", &["openai-chat", "openai-responses"]),
    ("azure-openai", &["openai-chat", "openai-responses"]),
    ("azure-openai-classic", &["openai-chat"]),
    ("azure-foundry", &["openai-chat"]),
    ("bedrock", &["bedrock-converse"]),
    ("bedrock-openai", &["openai-chat", "openai-responses"]),
    ("bedrock-mantle", &["openai-chat", "openai-responses", "anthropic"]),
    ("gemini", &["gemini"]),
    ("vertex", &["gemini", "anthropic", "openai-chat"]),
    ("vertex-express", &["gemini"]),
    ("anthropic", &["anthropic"]),
    ("mistral", &["openai-chat"]),
    ("cohere", &["cohere-v2"]),
    ("xai", &["openai-chat", "openai-responses"]),
    ("meta", &["openai-chat", "openai-responses", "anthropic"]),
    ("ollama", &["ollama", "openai-chat"]),
    ("ollama-cloud", &["ollama"]),
    ("lm-studio", &["openai-chat", "openai-responses"]),
    ("llama-cpp", &["openai-chat", "openai-responses", "anthropic"]),
    ("vllm", &["openai-chat", "openai-responses"]),
    ("litellm", &["openai-chat"]),
    ("huggingface", &["openai-chat"]),
    ("huggingface-endpoint", &["openai-chat"]),
    ("baseten", &["openai-chat"]),
    ("baseten-dedicated", &["openai-chat"]),
    ("coreweave", &["openai-chat"]),
    ("digitalocean", &["openai-chat", "openai-responses", "anthropic"]),
    ("openrouter", &["openai-chat"]),
    ("groq", &["openai-chat", "openai-responses"]),
    ("together", &["openai-chat"]),
    ("fireworks", &["openai-chat"]),
    ("deepseek", &["openai-chat", "openai-responses", "anthropic"]),
    ("cerebras", &["openai-chat"]),
    ("perplexity", &["openai-chat"]),
    ("nvidia", &["openai-chat"]),
    ("chrome", &[]),
    ("built-in", &[]),
    (
        "custom",
        &[
            "openai-chat",
            "openai-responses",
            "anthropic",
            "gemini",
            "cohere-v2",
            "bedrock-converse",
            "ollama",
        ],
    ),
    ("meta-llama-api", &[]),
    ("github-models", &[]),
];

#[test]
fn every_promised_system_has_its_row() {
    let rows = built_in().rows();
    for (id, dialects) in PROMISED {
        let row = rows.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("no row {id}"));
        let spoken: Vec<&str> = row.routes.iter().map(|route| route.dialect.name()).collect();
        for dialect in dialects {
            assert!(spoken.contains(dialect), "{id}: {spoken:?}");
        }
        assert_eq!(row.retired.is_some(), row.group == ProviderGroup::Retired, "{id}");
        assert!(
            !row.name.is_empty() && !row.cors.source.is_empty() && !row.rate_limits.is_empty()
                || row.retired.is_some()
        );
    }
    assert!(rows.is_sorted_by_key(|row| row.group));
    let ids: std::collections::HashSet<_> = rows.iter().map(|row| &row.id).collect();
    assert_eq!(ids.len(), rows.len());
}

#[test]
fn rows_for_vectors_only_are_not_offered_for_chat() {
    let catalogue = built_in();
    for id in ["voyage", "jina", "tei", "bedrock-cohere"] {
        assert!(catalogue.rows().iter().all(|row| row.id != id), "{id}");
        assert!(catalogue.find(id).is_some(), "{id}");
    }
    let names =
        |rows: Vec<(&str, &[String])>| rows.into_iter().map(|(id, _)| id.to_owned()).collect::<Vec<_>>();
    let embed = names(catalogue.embedding_rows());
    for id in ["openai", "gemini", "cohere", "mistral", "ollama", "voyage", "tei", "bedrock"] {
        assert!(embed.iter().any(|name| name == id), "{id}: {embed:?}");
    }
    let rerank = names(catalogue.rerank_rows());
    for id in ["cohere", "voyage", "jina", "tei", "llama-cpp"] {
        assert!(rerank.iter().any(|name| name == id), "{id}: {rerank:?}");
    }
}

#[test]
fn what_a_page_meets_is_dated() {
    let catalogue = built_in();
    let status = |id: &str| catalogue.find(id).unwrap().cors.status;
    assert_eq!(status("groq"), CorsStatus::Allowed);
    assert_eq!(status("bedrock"), CorsStatus::Blocked);
    assert_eq!(status("bedrock-mantle"), CorsStatus::Allowed);
    assert_eq!(status("nvidia"), CorsStatus::Blocked);
    assert_eq!(status("azure-openai"), CorsStatus::Unproven);
    assert_eq!(status("ollama"), CorsStatus::Configurable);
    assert_eq!(status("chrome"), CorsStatus::NotNeeded);
    for row in catalogue.rows() {
        let helpless = row.cors.fix.is_empty() && row.retired.is_none();
        let needs_help = !matches!(row.cors.status, CorsStatus::Allowed | CorsStatus::NotNeeded);
        assert!(!(needs_help && helpless), "{} says nothing about a way around", row.id);
    }
}

// ---------------------------------------------------------------- what is sent

#[test]
fn no_route_sends_a_header_that_is_not_on_its_list() {
    let catalogue = built_in();
    let key = Key::new("sk-test-0123456789").unwrap();
    let mut routes = 0;
    for row in catalogue.rows().iter().filter(|row| row.group != ProviderGroup::Custom) {
        for place in 0..row.routes.len() {
            let endpoint = filled(row, place);
            let allowed = catalogue.allowed_headers(&row.id, endpoint.dialect);
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

// ---------------------------------------------------------------- what is wrong

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
fn adding_a_provider_is_adding_a_row() {
    let row = r#"
[[provider]]
id = "acme"
name = "Acme Inference"
group = "host"
models = ["acme-1"]
[provider.cors]
status = "allowed"
seen = "2026-12"
source = "its documentation"
[[provider.route]]
dialect = "openai-chat"
base = "https://{tenant}.acme.example/{stage}/v1"
chat_path = "chat?model={model}&team={team}"
models = "list"
url_params = [
  { name = "tenant", label = "Tenant" },
  { name = "stage", label = "Stage", default = "prod" },
  { name = "team", label = "Team", default = "a" },
]
auth = ["x-api-key", "bearer"]
headers = ["x-api-key", "authorization", "content-type", "x-acme"]
send = { "x-acme" = "1" }
quirks = { max_completion_tokens = true, system = "fold", body = { safe = true } }
"#;
    let row = row.replace("label = \"Tenant\"", "label = \"Tenant\", example = \"t\"");
    let catalogue = Catalogue::parse(&format!("{}{row}", Catalogue::text())).unwrap();
    assert_eq!(catalogue.rows().len(), built_in().rows().len() + 1);
    let url_params = [("tenant", "t1"), ("team", "b&c=d/e")];
    let target = catalogue.target(&endpoint("acme", Dialect::OpenaiChat, &url_params)).unwrap();
    let key = Key::new("k-123").unwrap();
    let request = encode(&target, &question("acme-1"), Some(&key)).unwrap();
    assert_eq!(request.url, "https://t1.acme.example/prod/v1/chat?model=acme-1&team=b%26c%3Dd%2Fe");
    let headers: BTreeMap<_, _> = request.headers.into_iter().collect();
    let expected = [("x-api-key", "k-123"), ("content-type", "application/json"), ("x-acme", "1")];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((&body["safe"], &body["max_completion_tokens"]), (&true.into(), &100.into()));
    assert_eq!(body["messages"].as_array().unwrap().len(), 1, "the standing instructions are folded in");
    assert_eq!(encode_models(&target, None).unwrap().url, "https://t1.acme.example/prod/v1/list");
}

#[test]
fn rows_that_contradict_themselves_are_refused() {
    let base = r#"version = "2026-11-21"
[[provider]]
id = "a"
name = "A"
group = "host"
[provider.cors]
status = "allowed"
seen = "2026-12"
source = "s"
[[provider.route]]
dialect = "openai-chat"
base = "https://{x}.example/v1"
url_params = [{ name = "x", label = "X", example = "y" }]
auth = ["bearer"]
headers = ["authorization", "content-type"]
"#;
    assert!(Catalogue::parse(base).is_ok());
    let row = |from: &str, to: &str| {
        assert!(base.contains(from), "{from}");
        Catalogue::parse(&base.replace(from, to))
    };
    for (from, to) in [
        ("seen = \"2026-12\"", "seen = \"lately\""),
        ("source = \"s\"", "source = \"\""),
        ("{x}", "{y}"),
        ("[\"authorization\", \"content-type\"]", "[\"content-type\"]"),
        ("[\"authorization\", \"content-type\"]", "[\"authorization\"]"),
        ("[\"authorization\", \"content-type\"]", "[\"Authorization\", \"authorization\", \"content-type\"]"),
        ("auth = [\"bearer\"]", "auth = []"),
        ("auth = [\"bearer\"]", "auth = [\"bearer\"]\nsend = { \"x-b\" = \"1\" }"),
        ("https://", "ftp://"),
        ("group = \"host\"", "group = \"retired\""),
        ("id = \"a\"", "id = \"a b\""),
    ] {
        let error = row(from, to).unwrap_err();
        assert!(matches!(&error, catalogue::Error::Row { id, .. } if id.starts_with('a')), "{to}: {error}");
        assert!(!error.hint().is_empty());
    }
    for (from, to) in [
        ("name = \"A\"", "name = \"A\"\ncolour = \"red\""),
        ("auth = [\"bearer\"]", "auth = [\"basic\"]"),
        ("auth = [\"bearer\"]", "auth = [\"bearer\"]\nquirks = { temperatur = false }"),
        ("dialect = \"openai-chat\"", "dialect = \"openai\""),
        ("group = \"host\"", ""),
    ] {
        assert!(matches!(row(from, to), Err(catalogue::Error::Toml(_))), "{to}");
    }
    let twice = format!("{base}{}", base.split_once('\n').unwrap().1);
    assert!(matches!(Catalogue::parse(&twice), Err(catalogue::Error::Row { .. })));
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
    for (id, _) in catalogue.embedding_rows() {
        let url_params = [("resource", "r"), ("project", "p"), ("id", "x")];
        let aimed = catalogue.embeddings(&endpoint(id, Dialect::OpenaiChat, &url_params)).unwrap().unwrap();
        assert!(aimed.limits.inputs > 0, "{id}");
    }
    for (id, _) in catalogue.rerank_rows() {
        let url_params = [("resource", "r"), ("project", "p"), ("id", "x")];
        assert!(catalogue.rerank(&endpoint(id, Dialect::OpenaiChat, &url_params)).unwrap().is_some(), "{id}");
    }
}
