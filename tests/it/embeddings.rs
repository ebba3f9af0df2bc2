//! `provider::embeddings` and `provider::rerank`: requests in each host's shape, answers put in order and checked.

use crate::support::InWords;
use proptest::prelude::*;
use serde_json::{Value, json};
use sidecite::provider::catalogue::{Limits, RerankTarget, VectorTarget};
use sidecite::provider::embeddings::{EmbeddingApi, Error, Purpose, batches, decode, encode};
use sidecite::provider::rerank;
use sidecite::provider::{Catalogue, Key};
use sidecite::types::{Dialect, Endpoint};

fn endpoint(provider: &str) -> Endpoint {
    let url_params = [("resource", "r"), ("project", "p"), ("id", "x"), ("location", "us-central1")];
    let url_params = url_params.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Endpoint { provider: provider.into(), dialect: Dialect::OpenaiChat, url_params, ..Endpoint::default() }
}

fn aimed(provider: &str) -> VectorTarget {
    Catalogue::built_in().unwrap().embeddings(&endpoint(provider)).unwrap().unwrap()
}

fn reranker(provider: &str) -> RerankTarget {
    Catalogue::built_in().unwrap().rerank(&endpoint(provider)).unwrap().unwrap()
}

// ---------------------------------------------------------------- embeddings: what is sent

#[test]
fn requests_are_those_of_the_documentation() {
    let check = |provider: &str, model: &str, purpose, dimensions, url: &str, body: Value| {
        let request = encode(&aimed(provider), model, &["a", "b"], purpose, dimensions, None).unwrap();
        assert_eq!(request.url, url, "{provider}");
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), body, "{provider}");
        assert_eq!(
            request.headers,
            [("content-type".to_owned(), "application/json".to_owned())],
            "{provider}"
        );
    };
    use Purpose::{Document, Query};
    check(
        "openai",
        "text-embedding-3-small",
        Query,
        Some(256),
        "https://api.openai.com/v1/embeddings",
        json!({"model": "text-embedding-3-small", "input": ["a", "b"], "dimensions": 256}),
    );
    check(
        "azure-openai-classic",
        "my-dep",
        Document,
        None,
        "https://r.openai.azure.com/openai/deployments/my-dep/embeddings?api-version=2024-10-21",
        json!({"input": ["a", "b"]}),
    );
    let one = |text: &str, task: &str| {
        json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}, "taskType": task,
               "outputDimensionality": 768})
    };
    check(
        "gemini",
        "models/gemini-embedding-001",
        Document,
        Some(768),
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-001:batchEmbedContents",
        json!({"requests": [one("a", "RETRIEVAL_DOCUMENT"), one("b", "RETRIEVAL_DOCUMENT")]}),
    );
    let two =
        |text: &str| json!({"model": "models/gemini-embedding-2", "content": {"parts": [{"text": text}]}});
    check(
        "gemini",
        "gemini-embedding-2",
        Query,
        None,
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-embedding-2:batchEmbedContents",
        json!({"requests": [two("task: search result | query: a"), two("task: search result | query: b")]}),
    );
    check(
        "vertex",
        "text-embedding-005",
        Query,
        Some(256),
        "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/text-embedding-005:predict",
        json!({"instances": [{"content": "a", "task_type": "RETRIEVAL_QUERY"}, {"content": "b", "task_type": "RETRIEVAL_QUERY"}],
               "parameters": {"outputDimensionality": 256}}),
    );
    let cohere = json!({"model": "embed-v4.0", "input_type": "search_query", "texts": ["a", "b"],
                        "embedding_types": ["float"], "truncate": "NONE", "output_dimension": 512});
    check("cohere", "embed-v4.0", Query, Some(512), "https://api.cohere.com/v2/embed", cohere);
    check(
        "bedrock-cohere",
        "cohere.embed-english-v3",
        Document,
        None,
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/cohere.embed-english-v3/invoke",
        json!({"input_type": "search_document", "texts": ["a", "b"], "embedding_types": ["float"], "truncate": "NONE"}),
    );
    check(
        "bedrock",
        "amazon.titan-embed-text-v2:0",
        Document,
        Some(256),
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.titan-embed-text-v2%3A0/invoke",
        json!({"inputText": "a", "dimensions": 256}),
    );
    check(
        "mistral",
        "mistral-embed",
        Query,
        None,
        "https://api.mistral.ai/v1/embeddings",
        json!({"model": "mistral-embed", "input": ["a", "b"]}),
    );
    check(
        "voyage",
        "voyage-3.5",
        Document,
        Some(512),
        "https://api.voyageai.com/v1/embeddings",
        json!({"model": "voyage-3.5", "input": ["a", "b"], "input_type": "document", "truncation": false, "output_dimension": 512}),
    );
    check(
        "ollama",
        "all-minilm",
        Query,
        None,
        "http://localhost:11434/api/embed",
        json!({"model": "all-minilm", "input": ["a", "b"], "truncate": false}),
    );
    check("tei", "any", Query, Some(9), "http://localhost:8080/embed", json!({"inputs": ["a", "b"]}));
    check(
        "nvidia",
        "nvidia/nv-embedqa",
        Document,
        None,
        "https://integrate.api.nvidia.com/v1/embeddings",
        json!({"model": "nvidia/nv-embedqa", "input": ["a", "b"], "input_type": "passage"}),
    );
    check(
        "jina",
        "jina-embeddings-v3",
        Query,
        None,
        "https://api.jina.ai/v1/embeddings",
        json!({"model": "jina-embeddings-v3", "input": ["a", "b"], "task": "retrieval.query"}),
    );
}

#[test]
fn every_row_encodes_and_shows_its_key() {
    let catalogue = Catalogue::built_in().unwrap();
    let key = Key::new("k-0123456789").unwrap();
    for id in catalogue.embedders().iter().map(|row| row.id.as_str()) {
        let request = encode(&aimed(id), "m", &["a"], Purpose::Query, None, Some(&key)).unwrap();
        assert!(request.headers.iter().any(|(_, value)| value.contains("k-0123456789")), "{id}");
        assert!(!request.url.contains('{') && !request.url.contains("0123456789"), "{id}: {}", request.url);
        assert!(encode(&aimed(id), " ", &["a"], Purpose::Query, None, None).is_err(), "{id}");
    }
    for id in catalogue.rerankers().iter().map(|row| row.id.as_str()) {
        let request = rerank::encode(&reranker(id), "m", "q", &["a"], Some(&key)).unwrap();
        assert!(request.headers.iter().any(|(_, value)| value.contains("k-0123456789")), "{id}");
    }
}

#[test]
fn batches_keep_the_limits() {
    let limits = |inputs, tokens| Limits { inputs, tokens };
    let run = |texts: &[&str], limits| batches(texts, limits);
    assert_eq!(run(&[], limits(2, None)), Vec::<std::ops::Range<usize>>::new());
    assert_eq!(run(&["a", "b", "c", "d", "e"], limits(2, None)), [0..2, 2..4, 4..5]);
    assert_eq!(run(&["aaaaaa", "bbb", "ccc", "d"], limits(9, Some(3))), [0..2, 2..4]);
    // A text that is too long alone goes alone: the host says so.
    assert_eq!(run(&["a", &"x".repeat(90), "b"], limits(9, Some(3))), [0..1, 1..2, 2..3]);
    assert_eq!(run(&["a", "b"], limits(0, Some(0))), [0..1, 1..2]);
}

proptest! {
    #[test]
    fn batches_cover_all_texts_once(lengths in prop::collection::vec(0_usize..40, 0..60), inputs in 0_u32..9, tokens in prop::option::of(0_u32..60)) {
        let texts: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
        let limits = Limits { inputs, tokens };
        let mut next = 0;
        for run in batches(&texts, limits) {
            prop_assert_eq!(run.start, next);
            prop_assert!(!run.is_empty() && run.len() <= (inputs as usize).max(1));
            let sum: usize = texts[run.clone()].iter().map(|text| text.len().div_ceil(3)).sum();
            prop_assert!(run.len() == 1 || tokens.is_none_or(|tokens| sum <= tokens as usize));
            next = run.end;
        }
        prop_assert_eq!(next, texts.len());
    }
}

// ---------------------------------------------------------------- embeddings: what comes back

#[test]
fn vectors_come_in_the_texts_order_and_of_unit_length() {
    let body = br#"{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4]}],"usage":{"prompt_tokens":9}}"#;
    let found = decode(EmbeddingApi::Openai, body, 2, None).unwrap();
    assert_eq!(found.vectors, [[0.6, 0.8], [0.0, 1.0]]);
    assert_eq!(found.input_tokens, Some(9));
    let check = |shape, body: Value, tokens| {
        let found = decode(shape, body.to_string().as_bytes(), 2, Some(2)).unwrap();
        assert_eq!(
            (found.vectors, found.input_tokens),
            (vec![vec![0.6, 0.8], vec![0.0, 1.0]], tokens),
            "{shape:?}"
        );
    };
    let (a, b) = (json!([3, 4]), json!([0, 0.5]));
    check(EmbeddingApi::Mistral, json!({"data": [{"embedding": a}, {"embedding": b}]}), None);
    check(EmbeddingApi::Gemini, json!({"embeddings": [{"values": a}, {"values": b}]}), None);
    let one = |values: &Value| json!({"embeddings": {"values": values, "statistics": {"token_count": 4}}});
    check(EmbeddingApi::Vertex, json!({"predictions": [one(&a), one(&b)]}), Some(8));
    let cohere = json!({"embeddings": {"float": [a, b]}, "meta": {"billed_units": {"input_tokens": 5}}});
    check(EmbeddingApi::Cohere, cohere, Some(5));
    check(
        EmbeddingApi::BedrockCohere,
        json!({"embeddings": [a, b], "response_type": "embeddings_floats"}),
        None,
    );
    check(EmbeddingApi::Ollama, json!({"embeddings": [a, b], "prompt_eval_count": 7}), Some(7));
    check(EmbeddingApi::Tei, json!([a, b]), None);
    // 3.0 and 4.0 as base64 of little-endian floats.
    check(
        EmbeddingApi::Voyage,
        json!({"data": [{"embedding": "AABAQAAAgEA="}, {"embedding": "AAAAAAAAAD8="}], "usage": {"total_tokens": 3}}),
        Some(3),
    );
    let titan =
        decode(EmbeddingApi::BedrockTitan, br#"{"embedding":[3,4],"inputTextTokenCount":2}"#, 1, None)
            .unwrap();
    assert_eq!((titan.vectors, titan.input_tokens), (vec![vec![0.6, 0.8]], Some(2)));
}

#[test]
fn what_is_not_the_vectors_asked_for_is_refused() {
    let check = |body: &str, count, dimensions, expected: Error| {
        let error = decode(EmbeddingApi::Openai, body.as_bytes(), count, dimensions).unwrap_err();
        assert_eq!(error, expected, "{body}");
        assert!(!error.hint().is_empty());
    };
    check("<html>", 1, None, Error::NoVectors);
    check(r#"{"error":{"message":"no"}}"#, 1, None, Error::NoVectors);
    check(r#"{"data":[{"index":0}]}"#, 1, None, Error::NoVectors);
    check(r#"{"data":[]}"#, 1, None, Error::Count { expected: 1, got: 0 });
    check(r#"{"data":[{"embedding":[1]},{"embedding":[1]}]}"#, 1, None, Error::Count { expected: 1, got: 2 });
    for numbers in ["0,0", "0,2", "1,2", "0,null", "0,-1"] {
        let (first, second) = numbers.split_once(',').unwrap();
        let body = format!(
            r#"{{"data":[{{"index":{first},"embedding":[1]}},{{"index":{second},"embedding":[1]}}]}}"#
        );
        check(&body, 2, None, Error::Order);
    }
    let two = r#"{"data":[{"embedding":[1,2]},{"embedding":[1]}]}"#;
    check(two, 2, None, Error::Dimensions { place: 1, got: 1, expected: 2 });
    check(two, 2, Some(3), Error::Dimensions { place: 0, got: 2, expected: 3 });
    for values in
        ["[0,0]", "[]", "[1,null]", "[1,\"2\"]", "[1e60,1]", "7", "\"%%%%\"", "\"AAAA\"", "\"AADAfwAAgD8=\""]
    {
        let body = format!(r#"{{"data":[{{"embedding":{values}}}]}}"#);
        check(&body, 1, None, Error::NotAVector { place: 0 });
    }
}

proptest! {
    #[test]
    fn any_order_is_put_right(order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let data: Vec<Value> =
            order.iter().map(|place| json!({"index": place, "embedding": [*place as f64 + 1.0, 1.0]})).collect();
        let found = decode(EmbeddingApi::Openai, json!({"data": data}).to_string().as_bytes(), 7, Some(2)).unwrap();
        for (place, vector) in found.vectors.iter().enumerate() {
            prop_assert!((vector[0] / vector[1] - (place as f32 + 1.0)).abs() < 1e-4);
        }
        let results: Vec<Value> =
            order.iter().map(|place| json!({"index": place, "relevance_score": *place as f64 / 10.0})).collect();
        let scores = rerank::decode(rerank::RerankApi::Cohere, json!({"results": results}).to_string().as_bytes(), 7).unwrap();
        prop_assert!(scores.iter().enumerate().all(|(place, score)| (score - place as f32 / 10.0).abs() < 1e-6));
    }

    #[test]
    fn nothing_breaks_it(bytes in prop::collection::vec(any::<u8>(), 0..200), count in 0_usize..4) {
        for shape in [EmbeddingApi::Openai, EmbeddingApi::Gemini, EmbeddingApi::Vertex, EmbeddingApi::Cohere, EmbeddingApi::Ollama, EmbeddingApi::Tei, EmbeddingApi::BedrockTitan] {
            let found = decode(shape, &bytes, count, None);
            prop_assert!(found.is_err() || found.unwrap().vectors.len() == count);
        }
    }
}

// ---------------------------------------------------------------- rerank

#[test]
fn rerank_requests_and_scores() {
    let check = |provider: &str, url: &str, body: Value| {
        let request = rerank::encode(&reranker(provider), "m", "q", &["a", "b"], None).unwrap();
        assert_eq!(request.url, url, "{provider}");
        assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), body, "{provider}");
    };
    let plain = json!({"model": "m", "query": "q", "documents": ["a", "b"]});
    check("cohere", "https://api.cohere.com/v2/rerank", plain.clone());
    check("together", "https://api.together.xyz/v1/rerank", plain.clone());
    check("azure-foundry", "https://r.services.ai.azure.com/providers/cohere/v2/rerank", plain.clone());
    check("vllm", "http://localhost:8000/v1/rerank", plain.clone());
    check("llama-cpp", "http://localhost:8080/v1/rerank", plain);
    let voyage = json!({"model": "m", "query": "q", "documents": ["a", "b"], "truncation": false});
    check("voyage", "https://api.voyageai.com/v1/rerank", voyage);
    let jina = json!({"model": "m", "query": "q", "documents": ["a", "b"], "return_documents": false});
    check("jina", "https://api.jina.ai/v1/rerank", jina);
    check("tei", "http://localhost:8080/rerank", json!({"query": "q", "texts": ["a", "b"]}));

    use rerank::{Error, RerankApi, decode};
    let cohere = br#"{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":-2.5}]}"#;
    assert_eq!(decode(RerankApi::Cohere, cohere, 2), Ok(vec![-2.5, 0.9]));
    assert_eq!(
        decode(RerankApi::Voyage, br#"{"data":[{"index":0,"relevance_score":0.5}]}"#, 1),
        Ok(vec![0.5])
    );
    assert_eq!(
        decode(RerankApi::Tei, br#"[{"index":1,"score":0.2},{"index":0,"score":0.1}]"#, 2),
        Ok(vec![0.1, 0.2])
    );
    assert_eq!(decode(RerankApi::Cohere, cohere, 3), Err(Error::Count { expected: 3, got: 2 }));
    assert_eq!(decode(RerankApi::Cohere, br#"{"message":"no"}"#, 1), Err(Error::NoScores));
    assert_eq!(decode(RerankApi::Cohere, b"<html>", 1), Err(Error::NoScores));
    let twice = br#"{"results":[{"index":0,"relevance_score":1},{"index":0,"relevance_score":1}]}"#;
    assert_eq!(decode(RerankApi::Jina, twice, 2), Err(Error::Order));
    assert_eq!(
        decode(RerankApi::Jina, br#"{"results":[{"index":7,"relevance_score":1}]}"#, 1),
        Err(Error::Order)
    );
    for score in ["null", "\"1\"", "1e99"] {
        let body = format!(r#"{{"results":[{{"index":0,"relevance_score":{score}}}]}}"#);
        assert_eq!(
            decode(RerankApi::LlamaCpp, body.as_bytes(), 1),
            Err(Error::NotAScore { place: 0 }),
            "{score}"
        );
    }
}

// ---------------------------------------------------------------- recordings

fn recordings(folder: &str) -> Vec<(String, Value, Vec<u8>)> {
    let Some(folder) = crate::support::data(&format!("streams/{folder}")) else { return Vec::new() };
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some(stem) = name.strip_suffix(".json").filter(|stem| !stem.ends_with(".request")) {
            let request =
                std::fs::read(path.with_file_name(format!("{stem}.request.json"))).unwrap_or_default();
            let request = serde_json::from_slice(&request).unwrap_or(Value::Null);
            found.push((name, request, std::fs::read(&path).unwrap()));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn shape_of(name: &str) -> EmbeddingApi {
    match name.split('-').next().unwrap() {
        "cohere" | "vercel" => EmbeddingApi::Cohere,
        "gemini" => EmbeddingApi::Gemini,
        "vertex" => EmbeddingApi::Vertex,
        "voyage" => EmbeddingApi::Voyage,
        _ => EmbeddingApi::Openai,
    }
}

#[test]
fn recorded_vectors_are_read() {
    let mut read = 0;
    for (name, request, body) in recordings("embeddings") {
        let count = ["input", "texts", "requests", "instances"]
            .iter()
            .find_map(|field| Some(request.get(field)?.as_array()?.len()))
            .unwrap_or(2);
        let found = decode(shape_of(&name), &body, count, None);
        if name.contains("http-") {
            assert_eq!(found, Err(Error::NoVectors), "{name}");
            continue;
        }
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        for vector in &found.vectors {
            let length: f32 = vector.iter().map(|value| value * value).sum();
            assert!((length - 1.0).abs() < 1e-4, "{name}: {length}");
        }
        let wanted = ["/dimensions", "/requests/0/output_dimensionality"];
        if let Some(wanted) = wanted.iter().find_map(|place| request.pointer(place)?.as_u64()) {
            assert_eq!(found.vectors[0].len() as u64, wanted, "{name}");
        }
        // gemini-embedding-001 states no count.
        assert_eq!(found.input_tokens.is_some(), !name.contains("gemini-embeddings-dimensions"), "{name}");
        read += 1;
    }
    println!("{read} recorded answers");
    for (name, request, body) in recordings("rerank") {
        // Asked for the best 0: not all passages have a score.
        let passages = request["documents"].as_array().unwrap().len();
        let expected = Err(rerank::Error::Count { expected: passages, got: 0 });
        assert_eq!(rerank::decode(rerank::RerankApi::LlamaCpp, &body, passages), expected, "{name}");
    }
}

#[test]
fn recorded_requests_have_our_shape() {
    for (name, recorded, _) in recordings("embeddings") {
        let (Some(provider), false) = (
            ["openai", "gemini", "cohere", "vertex", "voyage", "openrouter", "venice"]
                .into_iter()
                .find(|provider| name.starts_with(&format!("{provider}-"))),
            name.contains("task-prefix"),
        ) else {
            continue;
        };
        let request = encode(&aimed(provider), "m", &["x"], Purpose::Query, None, None).unwrap();
        let ours: Value = serde_json::from_slice(&request.body).unwrap();
        // Every field of ours that is not an option stands in the recording, with a value of the same kind.
        for (field, value) in ours.as_object().unwrap() {
            if ["truncate", "truncation", "embedding_types"].contains(&field.as_str()) {
                continue;
            }
            let theirs = recorded.get(field).unwrap_or_else(|| panic!("{name}: no {field}"));
            assert_eq!(std::mem::discriminant(theirs), std::mem::discriminant(value), "{name}: {field}");
        }
    }
}
