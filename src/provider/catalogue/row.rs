//! The rows as they stand in the file. Unknown fields are refused: a misspelt one would silently do nothing.

use crate::provider::embeddings::EmbeddingApi;
use crate::provider::rerank::RerankApi;
use crate::provider::{Quirks, SystemRole};
use crate::types::{AuthKind, Cors, CorsStatus, Dialect, ProviderGroup, Route, UrlParam};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub version: String,
    pub provider: Vec<RowData>,
}

/// A system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowData {
    pub id: String,
    pub name: String,
    pub group: ProviderGroup,
    #[serde(default)]
    pub about: String,
    #[serde(default)]
    pub key_page: String,
    #[serde(default)]
    pub rate_limits: String,
    pub retired: Option<String>,
    #[serde(default)]
    pub models: Vec<String>,
    #[serde(default)]
    pub prices: Vec<String>,
    #[serde(default)]
    pub litellm: String,
    pub cors: CorsData,
    #[serde(default)]
    pub route: Vec<RouteData>,
    pub embeddings: Option<VectorRow<EmbeddingApi>>,
    pub rerank: Option<VectorRow<RerankApi>>,
}

/// What calls from a page meet.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorsData {
    pub status: CorsStatus,
    pub seen: String,
    pub source: String,
    #[serde(default)]
    pub fix: String,
}

impl CorsData {
    pub fn to_cors(&self) -> Cors {
        Cors {
            status: self.status,
            seen: self.seen.clone(),
            source: self.source.clone(),
            fix: self.fix.clone(),
        }
    }
}

/// A way to reach a system.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteData {
    pub dialect: Dialect,
    #[serde(default)]
    pub label: String,
    pub base: String,
    #[serde(default)]
    pub base_when: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    pub url_params: Vec<BlankData>,
    pub auth: Vec<AuthKind>,
    #[serde(default)]
    pub key_optional: bool,
    pub chat_path: Option<String>,
    pub models: Option<String>,
    pub headers: Vec<String>,
    #[serde(default)]
    pub send: BTreeMap<String, String>,
    #[serde(default)]
    pub send_own: BTreeMap<String, String>,
    #[serde(default)]
    pub quirks: QuirksData,
}

impl RouteData {
    pub fn to_route(&self) -> Route {
        Route {
            dialect: self.dialect,
            label: self.label.clone(),
            base: self.base.clone(),
            url_params: self.url_params.iter().map(BlankData::to_blank).collect(),
            auth: self.auth.clone(),
            key_optional: self.key_optional,
        }
    }
}

/// Something to be filled in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BlankData {
    pub name: String,
    pub label: String,
    #[serde(default)]
    pub example: String,
    #[serde(default)]
    pub default: String,
}

impl BlankData {
    pub fn to_blank(&self) -> UrlParam {
        UrlParam {
            name: self.name.clone(),
            label: self.label.clone(),
            example: self.example.clone(),
            default: self.default.clone(),
        }
    }
}

/// What a host wants otherwise than its dialect has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct QuirksData {
    pub max_completion_tokens: bool,
    pub stream_usage: Option<bool>,
    pub system: SystemData,
    pub omit: Vec<String>,
    pub body: Map<String, Value>,
}

impl QuirksData {
    pub fn to_quirks(&self) -> Quirks {
        Quirks {
            max_completion_tokens: self.max_completion_tokens,
            stream_usage: self.stream_usage.unwrap_or(true),
            system: match self.system {
                SystemData::System => SystemRole::System,
                SystemData::Developer => SystemRole::Developer,
                SystemData::Fold => SystemRole::Fold,
            },
            omit: self.omit.clone(),
            body: self.body.clone(),
        }
    }
}

/// How standing instructions are sent.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SystemData {
    #[default]
    System,
    Developer,
    Fold,
}

/// Where a system embeds or reranks. What is empty is as in the row's first route.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VectorRow<Shape> {
    /// The wire format.
    pub(super) shape: Shape,
    #[serde(default)]
    pub(super) base: String,
    pub(super) path: Option<String>,
    #[serde(default)]
    pub(super) url_params: Vec<BlankData>,
    #[serde(default)]
    pub(super) auth: Vec<AuthKind>,
    #[serde(default)]
    pub(super) headers: Vec<String>,
    #[serde(default)]
    pub(super) key_optional: bool,
    max_inputs: u32,
    max_tokens: Option<u32>,
    /// Names of models; suggestions only.
    #[serde(default)]
    pub(super) models: Vec<String>,
}

impl<Shape> VectorRow<Shape> {
    /// How much one request may hold.
    pub fn limits(&self) -> Limits {
        Limits { inputs: self.max_inputs, tokens: self.max_tokens }
    }
}

/// How much one request for vectors may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Texts.
    pub inputs: u32,
    /// Tokens of all texts together, where the host says so.
    pub tokens: Option<u32>,
}
