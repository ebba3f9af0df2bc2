//! Every promised system has its row; custom rows are added, and contradictions refused.

use super::{built_in, endpoint, question};
use sidecite::provider::{Catalogue, Key, catalogue, encode, encode_models};
use sidecite::types::{CorsStatus, Dialect, ProviderGroup, ProviderRow};
use std::collections::BTreeMap;

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
    let names = |rows: Vec<ProviderRow>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let embed = names(catalogue.embedders());
    for id in ["openai", "gemini", "cohere", "mistral", "ollama", "voyage", "tei", "bedrock"] {
        assert!(embed.iter().any(|name| name == id), "{id}: {embed:?}");
    }
    let rerank = names(catalogue.rerankers());
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
