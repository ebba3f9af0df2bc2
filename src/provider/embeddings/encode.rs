//! A batch of texts → the request for their vectors.

use super::Shape;
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
    let model = if aimed.shape == Shape::Gemini { model.trim_start_matches("models/") } else { model };
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

fn usual_path(shape: Shape) -> &'static str {
    match shape {
        Shape::Openai | Shape::Nvidia | Shape::Jina | Shape::Mistral | Shape::Voyage => "embeddings",
        Shape::Gemini => "models/{model}:batchEmbedContents",
        Shape::Vertex => "models/{model}:predict",
        Shape::Cohere | Shape::Tei => "embed",
        Shape::Ollama => "api/embed",
        Shape::BedrockTitan | Shape::BedrockCohere => "model/{model}/invoke",
    }
}

fn body(
    shape: Shape,
    model: &str,
    texts: &[&str],
    purpose: Purpose,
    dimensions: Option<u32>,
) -> Map<String, Value> {
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    let size = match shape {
        Shape::Mistral | Shape::Voyage | Shape::Cohere | Shape::BedrockCohere => "output_dimension",
        _ => "dimensions",
    };
    match shape {
        Shape::Openai | Shape::Nvidia | Shape::Jina | Shape::Mistral => {
            put("model", json!(model));
            put("input", json!(texts));
            match shape {
                Shape::Nvidia => put("input_type", json!(purpose.word("passage", "query"))),
                Shape::Jina => put("task", json!(purpose.word("retrieval.passage", "retrieval.query"))),
                _ => None,
            };
        }
        Shape::Voyage => {
            put("model", json!(model));
            put("input", json!(texts));
            put("input_type", json!(purpose.word("document", "query")));
            put("truncation", json!(false));
        }
        Shape::Gemini => {
            let one = |text: &&str| gemini_request(model, text, purpose, dimensions);
            put("requests", texts.iter().map(one).collect());
        }
        Shape::Vertex => {
            let task = gemini_task(purpose);
            put("instances", texts.iter().map(|text| json!({"content": text, "task_type": task})).collect());
            if let Some(dimensions) = dimensions {
                put("parameters", json!({"outputDimensionality": dimensions}));
            }
        }
        Shape::Cohere | Shape::BedrockCohere => {
            put("model", json!(model));
            put("input_type", json!(purpose.word("search_document", "search_query")));
            put("texts", json!(texts));
            put("embedding_types", json!(["float"]));
            put("truncate", json!("NONE"));
        }
        Shape::Ollama => {
            put("model", json!(model));
            put("input", json!(texts));
            put("truncate", json!(false));
        }
        Shape::Tei => {
            put("inputs", json!(texts));
        }
        Shape::BedrockTitan => {
            put("inputText", json!(texts.first().copied().unwrap_or("")));
        }
    }
    if let (Some(dimensions), false) =
        (dimensions, matches!(shape, Shape::Gemini | Shape::Vertex | Shape::Tei))
    {
        put(size, json!(dimensions));
    }
    body
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
