//! A batch of texts → the request for their vectors.

use super::EmbeddingApi;
use crate::provider::catalogue::VectorTarget;
use crate::provider::percent::path_segment;
use crate::provider::{Error, HttpRequest, Key};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What the vectors are for: many models tell questions from documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// A passage to be found.
    Document,
    /// A question that finds.
    Query,
}

impl Purpose {
    fn word(self, document: &'static str, query: &'static str) -> &'static str {
        match self {
            Self::Document => document,
            Self::Query => query,
        }
    }
}

/// The request for the vectors of `texts` by `model`, of `dimensions` where the model can shorten them.
///
/// # Errors
/// When no model is named.
pub fn encode<T: AsRef<str>>(
    aimed: &VectorTarget,
    model: &str,
    texts: &[T],
    purpose: Purpose,
    dimensions: Option<u32>,
    key: Option<&Key>,
) -> Result<HttpRequest, Error> {
    let model = model.trim();
    let model = if aimed.shape == EmbeddingApi::Gemini { model.trim_start_matches("models/") } else { model };
    if model.is_empty() {
        return Err(Error::NoModel);
    }
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let mut body = body(aimed.shape, model, &texts, purpose, dimensions);
    let path = aimed.target.chat_path.as_deref().unwrap_or(usual_path(aimed.shape));
    if path.contains("{model}") {
        body.remove("model");
    }
    let url = aimed.target.join(&path.replace("{model}", &path_segment(model)));
    Ok(HttpRequest::post(url, &body, &aimed.target, key))
}

fn usual_path(shape: EmbeddingApi) -> &'static str {
    match shape {
        EmbeddingApi::Openai
        | EmbeddingApi::Nvidia
        | EmbeddingApi::Jina
        | EmbeddingApi::Mistral
        | EmbeddingApi::Voyage => "embeddings",
        EmbeddingApi::Gemini => "models/{model}:batchEmbedContents",
        EmbeddingApi::Vertex => "models/{model}:predict",
        EmbeddingApi::Cohere | EmbeddingApi::Tei => "embed",
        EmbeddingApi::Ollama => "api/embed",
        EmbeddingApi::BedrockTitan | EmbeddingApi::BedrockCohere => "model/{model}/invoke",
    }
}

fn body(
    shape: EmbeddingApi,
    model: &str,
    texts: &[&str],
    purpose: Purpose,
    dimensions: Option<u32>,
) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    match shape {
        EmbeddingApi::Openai | EmbeddingApi::Nvidia | EmbeddingApi::Jina | EmbeddingApi::Mistral => {
            put("model", json!(model));
            put("input", json!(texts));
            if shape == EmbeddingApi::Nvidia {
                put("input_type", json!(purpose.word("passage", "query")));
            } else if shape == EmbeddingApi::Jina {
                put("task", json!(purpose.word("retrieval.passage", "retrieval.query")));
            }
        }
        EmbeddingApi::Voyage => {
            put("model", json!(model));
            put("input", json!(texts));
            put("input_type", json!(purpose.word("document", "query")));
            put("truncation", json!(false));
        }
        EmbeddingApi::Gemini => {
            let one = |text: &&str| gemini_request(model, text, purpose, dimensions);
            put("requests", texts.iter().map(one).collect());
        }
        EmbeddingApi::Vertex => {
            let task = gemini_task(purpose);
            put("instances", texts.iter().map(|text| json!({"content": text, "task_type": task})).collect());
            if let Some(dimensions) = dimensions {
                put("parameters", json!({"outputDimensionality": dimensions}));
            }
        }
        EmbeddingApi::Cohere | EmbeddingApi::BedrockCohere => {
            put("model", json!(model));
            put("input_type", json!(purpose.word("search_document", "search_query")));
            put("texts", json!(texts));
            put("embedding_types", json!(["float"]));
            put("truncate", json!("NONE"));
        }
        EmbeddingApi::Ollama => {
            put("model", json!(model));
            put("input", json!(texts));
            put("truncate", json!(false));
        }
        EmbeddingApi::Tei => {
            put("inputs", json!(texts));
        }
        EmbeddingApi::BedrockTitan => {
            put("inputText", json!(texts.first().copied().unwrap_or("")));
        }
    }
    if let (Some(dimensions), Some(name)) = (dimensions, dimensions_name(shape)) {
        put(name, json!(dimensions));
    }
    body
}

/// What the field is called that asks for a number of dimensions, where it stands beside the texts.
fn dimensions_name(shape: EmbeddingApi) -> Option<&'static str> {
    match shape {
        EmbeddingApi::Gemini | EmbeddingApi::Vertex | EmbeddingApi::Tei => None,
        EmbeddingApi::Mistral | EmbeddingApi::Voyage | EmbeddingApi::Cohere | EmbeddingApi::BedrockCohere => {
            Some("output_dimension")
        }
        _ => Some("dimensions"),
    }
}

fn gemini_task(purpose: Purpose) -> &'static str {
    purpose.word("RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY")
}

/// The second generation has no field for the purpose: it reads it before the text
/// (<https://ai.google.dev/gemini-api/docs/embeddings>).
fn gemini_request(model: &str, text: &str, purpose: Purpose, dimensions: Option<u32>) -> Value {
    let said_before = model.starts_with("gemini-embedding-2");
    let text = if said_before {
        format!("{}{text}", purpose.word("title: none | text: ", "task: search result | query: "))
    } else {
        text.to_owned()
    };
    let mut request = json!({"model": format!("models/{model}"), "content": {"parts": [{"text": text}]}});
    if let Some(fields) = request.as_object_mut() {
        if !said_before {
            fields.insert("taskType".into(), json!(gemini_task(purpose)));
        }
        if let Some(dimensions) = dimensions {
            fields.insert("outputDimensionality".into(), json!(dimensions));
        }
    }
    request
}
