//! `provider::models`: the lists of all hosts → names, labels, contexts, prices.

use crate::support::{bodies, data};
use sidecite::provider::models::parse_models;
use sidecite::types::{ModelEntry, Price};

fn parse(body: &str) -> Vec<ModelEntry> {
    parse_models(body.as_bytes()).unwrap()
}

fn names(body: &str) -> Vec<String> {
    parse(body).into_iter().map(|model| model.name).collect()
}

fn one(body: &str) -> ModelEntry {
    let list = parse(body);
    assert_eq!(list.len(), 1, "{list:?}");
    list.into_iter().next().unwrap()
}

/// Input, output, cached, cache write.
fn usd(price: &Option<Price>) -> [Option<f64>; 4] {
    let price = price.as_ref().unwrap();
    [price.input_usd, price.output_usd, price.cached_usd, price.cache_write_usd]
}

#[test]
fn gemini_lists_resources_by_method() {
    let body = r#"{"models":[
        {"name":"models/gemini-2.5-flash","displayName":"Gemini 2.5 Flash","inputTokenLimit":1048576,
         "outputTokenLimit":65536,"supportedGenerationMethods":["generateContent","countTokens"]},
        {"name":"models/gemini-embedding-001","inputTokenLimit":2048,"supportedGenerationMethods":["embedContent"]},
        {"name":"models/imagen-4","supportedGenerationMethods":["predict"]}],"nextPageToken":"x"}"#;
    let model = one(body);
    assert_eq!((model.name.as_str(), model.label.as_deref()), ("gemini-2.5-flash", Some("Gemini 2.5 Flash")));
    assert_eq!((model.context_tokens, model.price), (Some(1_048_576), None));
}

#[test]
fn labels_and_contexts_of_labs() {
    let anthropic =
        one(r#"{"data":[{"type":"model","id":"claude-sonnet-4-5","display_name":"Claude Sonnet 4.5",
        "created_at":"2025-09-29T00:00:00Z"}],"has_more":false}"#);
    assert_eq!(anthropic.label.as_deref(), Some("Claude Sonnet 4.5"));
    let mistral = parse(
        r#"{"object":"list","data":[
        {"id":"mistral-small","name":"mistral-small","max_context_length":131072,"capabilities":{"completion_chat":true}},
        {"id":"mistral-embed","max_context_length":8192,"capabilities":{"completion_chat":false}}]}"#,
    );
    assert_eq!((mistral.len(), mistral[0].context_tokens), (1, Some(131_072)));
    assert_eq!(mistral[0].label, None, "a label that is the name says nothing");
    let groq = parse(
        r#"{"data":[{"id":"openai/gpt-oss-120b","context_window":131072,"active":true},
        {"id":"whisper-large-v3","context_window":448}]}"#,
    );
    assert_eq!((groq.len(), groq[0].context_tokens), (1, Some(131_072)));
    let vllm =
        one(r#"{"object":"list","data":[{"id":"openai/gpt-oss-20b","max_model_len":32768,"root":"x"}]}"#);
    assert_eq!(vllm.context_tokens, Some(32_768));
    let llama = one(r#"{"models":[{"name":"m.gguf","capabilities":["completion"]}],
        "data":[{"id":"m.gguf","meta":{"n_ctx_train":40960}}]}"#);
    assert_eq!(llama.context_tokens, Some(40_960));
    let studio = parse(
        r#"{"data":[{"id":"qwen3-4b","type":"llm","max_context_length":40960,"loaded_context_length":4096},
        {"id":"text-nomic","type":"embeddings","max_context_length":2048}]}"#,
    );
    assert_eq!((studio.len(), studio[0].context_tokens), (1, Some(4_096)), "what is loaded counts");
    let cohere = parse(
        r#"{"models":[
        {"name":"command-a-03-2025","endpoints":["generate","chat","summarize"],"context_length":288000},
        {"name":"embed-v4.0","endpoints":["embed"],"context_length":128000},
        {"name":"rerank-v3.5","endpoints":["rerank"],"context_length":4096}]}"#,
    );
    assert_eq!((cohere.len(), cohere[0].context_tokens), (1, Some(288_000)));
}

#[test]
fn openrouter_prices_are_dollars_a_token() {
    let body = r#"{"data":[
        {"id":"openai/gpt-oss-120b","name":"OpenAI: gpt-oss-120b","context_length":131072,
         "architecture":{"output_modalities":["text"]},
         "pricing":{"prompt":"0.00000015","completion":"0.0000006","request":"0","image":"0"}},
        {"id":"anthropic/claude-sonnet-4.5","name":"Anthropic: Claude Sonnet 4.5","context_length":1000000,
         "pricing":{"prompt":"0.000003","completion":"0.000015","input_cache_read":"0.0000003",
                    "input_cache_write":"0.00000375","request":"0.005"}},
        {"id":"openrouter/auto","name":"Auto Router","context_length":2000000,
         "pricing":{"prompt":"-1","completion":"-1"}},
        {"id":"x/free:free","pricing":{"prompt":"0","completion":"0"}},
        {"id":"x/painter","architecture":{"output_modalities":["image"]},"pricing":{"prompt":"0","completion":"0"}}]}"#;
    let list = parse(body);
    assert_eq!(list.len(), 4);
    assert_eq!(usd(&list[0].price), [Some(0.15), Some(0.6), None, None]);
    assert_eq!(list[0].price.as_ref().unwrap().request_usd, None);
    assert_eq!(usd(&list[1].price), [Some(3.0), Some(15.0), Some(0.3), Some(3.75)]);
    assert_eq!(list[1].price.as_ref().unwrap().request_usd, Some(0.005));
    assert_eq!(list[2].price, None, "a price that depends is unknown");
    assert_eq!(usd(&list[3].price), [Some(0.0), Some(0.0), None, None], "free is stated, not guessed");
    assert_eq!(list[1].label.as_deref(), Some("Anthropic: Claude Sonnet 4.5"));
}

#[test]
fn other_prices_and_units() {
    let together = parse(
        r#"[{"id":"openai/gpt-oss-120b","display_name":"GPT-OSS 120B","type":"chat","context_length":131072,
        "pricing":{"hourly":0,"input":0.15,"output":0.6,"base":0,"finetune":0}},
        {"id":"BAAI/bge-large","type":"embedding","pricing":{"input":0.02,"output":0}}]"#,
    );
    assert_eq!((together.len(), together[0].context_tokens), (1, Some(131_072)));
    assert_eq!(usd(&together[0].price), [Some(0.15), Some(0.6), None, None]);
    let xai = one(r#"{"models":[{"id":"grok-4","input_modalities":["text"],"output_modalities":["text"],
        "prompt_text_token_price":30000,"cached_prompt_text_token_price":7500,"completion_text_token_price":150000}]}"#);
    assert_eq!(usd(&xai.price), [Some(3.0), Some(15.0), Some(0.75), None]);
    let router = |second: &str| {
        one(&format!(
            r#"{{"object":"list","data":[{{"id":"openai/gpt-oss-120b","architecture":{{"output_modalities":["text"]}},"providers":[
            {{"provider":"a","status":"live","context_length":131072,"pricing":{{"input":0.15,"output":0.6}}}},
            {{"provider":"b","status":"live","context_length":65536,"pricing":{{"input":{second},"output":0.6}}}}]}}]}}"#
        ))
    };
    let same = router("0.15");
    assert_eq!((same.context_tokens, usd(&same.price)[0]), (Some(65_536), Some(0.15)));
    assert_eq!(router("0.2").price, None, "hosts that differ have no one price");
    let fireworks = parse(
        r#"{"data":[{"id":"accounts/fireworks/models/a","supports_chat":true,"context_length":4096},
        {"id":"accounts/fireworks/models/b","supports_chat":false}]}"#,
    );
    assert_eq!(fireworks.len(), 1);
    let wrong = one(r#"{"data":[{"id":"m","pricing":{"prompt":"0.15","completion":"0.6"}}]}"#);
    assert_eq!(wrong.price, None, "dollars a million where dollars a token stand");
    let half = one(r#"{"data":[{"id":"m","pricing":{"prompt":"0.0000001"}}]}"#);
    assert_eq!(half.price, None, "half a price is none");
    for plain in [
        r#"{"object":"list","data":[{"id":"llama3.3-70b-instruct","object":"model","owned_by":"digitalocean"}]}"#,
        r#"{"data":[{"id":"groq-gpt-oss","object":"model","created":1677610602,"owned_by":"openai"}],"object":"list"}"#,
    ] {
        let model = one(plain);
        assert_eq!((model.label, model.context_tokens, model.price), (None, None, None));
    }
}

#[test]
fn what_is_no_list_is_none_and_what_is_odd_is_borne() {
    for body in ["", "<html>", "7", "{}", r#"{"error":"x"}"#, r#"{"data":{"id":"a"}}"#] {
        assert_eq!(parse_models(body.as_bytes()), None, "{body}");
    }
    assert_eq!(
        names(r#"{"data":[{"id":""},{"id":7},null,[],{"id":"a\u0000b"},{"id":" a "},{"id":"a"}]}"#),
        ["a"]
    );
    assert_eq!(names(r#"[{"id":"b"},"c"]"#), ["b", "c"]);
    let odd =
        one(r#"{"data":[{"id":"a","context_length":"many","max_model_len":0,"pricing":null,"name":7}]}"#);
    assert_eq!(odd, ModelEntry { name: "a".into(), ..ModelEntry::default() });
    // A filter that would leave nothing is not applied.
    assert_eq!(names(r#"{"data":[{"id":"whisper-1"},{"id":"tts-1"}]}"#), ["whisper-1", "tts-1"]);
    let many: Vec<String> = (0..6_000).map(|n| format!("\"m{n}\"")).collect();
    assert_eq!(names(&format!("[{}]", many.join(","))).len(), 5_000);
}

fn recording(part: &str) -> Option<String> {
    let folder = data("streams/models")?;
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(part)).unwrap();
    Some(std::fs::read_to_string(path).unwrap())
}

#[test]
fn recorded_lists() {
    if let Some(body) = recording("mistral-models-list") {
        let list = parse(&body);
        assert!(list.len() > 10 && list.iter().all(|model| model.context_tokens.is_some()), "{list:?}");
    }
    if let Some(body) = recording("ollama-models-list") {
        assert_eq!(names(&body), ["qwen3:4b", "gemma3:4b", "llava:latest", "llama3.2:latest"]);
    }
    if let Some(body) = recording("venice-models-list") {
        let list = parse(&body);
        let model = list.iter().find(|model| model.name == "gemini-3-6-flash").unwrap();
        assert_eq!(
            (model.label.as_deref(), model.context_tokens),
            (Some("Gemini 3.6 Flash"), Some(1_000_000))
        );
        assert_eq!(usd(&model.price), [Some(1.875), Some(9.375), Some(0.1875), None]);
    }
    if let Some(body) = recording("heroku-models") {
        assert!(names(&body).iter().any(|name| name == "claude-3-5-haiku"));
        assert!(!names(&body).iter().any(|name| name.contains("rerank")));
    }
}

#[test]
fn model_lists_of_all_shapes() {
    let names = |models: Vec<sidecite::types::ModelEntry>| {
        models.into_iter().map(|model| model.name).collect::<Vec<String>>()
    };
    let parse = |body: &str| parse_models(body.as_bytes()).map(names);
    assert_eq!(parse(r#"{"data":[{"id":"a"},{"id":"text-embedding-3"},{"id":"a"}]}"#).unwrap(), ["a"]);
    assert_eq!(parse(r#"[{"id":"b"},"c"]"#).unwrap(), ["b", "c"]);
    assert_eq!(
        parse(r#"{"models":[{"name":"qwen3:4b"},{"name":"nomic-embed-text"}]}"#).unwrap(),
        ["qwen3:4b"]
    );
    assert_eq!(parse(r#"{"data":[{"id":"whisper-1"},{"id":"tts-1"}]}"#).unwrap(), ["whisper-1", "tts-1"]);
    assert_eq!(parse(r#"{"data":[]}"#).unwrap(), Vec::<String>::new());
    assert_eq!(parse("<html>"), None);
    assert_eq!(parse(r#"{"error":"x"}"#), None);
    let Some(folder) = data("streams/models") else { return };
    for path in bodies(&folder) {
        let body = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let found = parse_models(&body).map(names);
        if name.contains("http-") {
            assert_eq!(found, None, "{name}");
        } else {
            let found = found.unwrap();
            assert!(!found.is_empty(), "{name}");
            assert!(!found.iter().any(|model| model.contains("embed")), "{name}: {found:?}");
        }
    }
}
