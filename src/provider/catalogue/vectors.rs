//! An `Endpoint` and its row → where to embed or rerank.

use super::row::{BlankData, Limits, RowData, VectorRow};
use super::{Catalogue, fill, target};
use crate::provider::embeddings::EmbeddingApi;
use crate::provider::rerank::RerankApi;
use crate::provider::{Error, ModelList, Quirks, Target};
use crate::types::{AuthKind, Dialect, Endpoint, ProviderRow, Route};
use std::collections::BTreeMap;

/// Where and how to embed.
pub type VectorTarget = ApiTarget<EmbeddingApi>;
/// Where and how to rerank.
pub type RerankTarget = ApiTarget<RerankApi>;

/// A host for vectors or scores.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiTarget<Shape> {
    /// The host; its `chat_path` is the path of the request, in place of the shape's own.
    pub target: Target,
    /// The wire format.
    pub shape: Shape,
    /// How much one request may hold.
    pub limits: Limits,
    /// Whether it can do without a key.
    pub key_optional: bool,
}

impl Catalogue {
    /// Where `endpoint` embeds; a custom one as OpenAI does. Nothing where its row does not.
    ///
    /// # Errors
    /// As `target`.
    pub fn embeddings(&self, endpoint: &Endpoint) -> Result<Option<VectorTarget>, Error> {
        if matches!(endpoint.provider.as_str(), "" | "custom") {
            let target = Target::custom(Dialect::OpenaiChat, &endpoint.base_url, endpoint.auth)?;
            let limits = Limits { inputs: 32, tokens: None };
            return Ok(Some(ApiTarget { target, shape: EmbeddingApi::Openai, limits, key_optional: true }));
        }
        let row = self.known(endpoint)?;
        row.embeddings.as_ref().map(|vectors| aim(row, vectors, vectors.shape, endpoint)).transpose()
    }

    /// Where `endpoint` reranks. Nothing where its row does not.
    ///
    /// # Errors
    /// As `target`.
    pub fn rerank(&self, endpoint: &Endpoint) -> Result<Option<RerankTarget>, Error> {
        if matches!(endpoint.provider.as_str(), "" | "custom") {
            let target = Target::custom(Dialect::OpenaiChat, &endpoint.base_url, endpoint.auth)?;
            let limits = Limits { inputs: 32, tokens: None };
            return Ok(Some(ApiTarget { target, shape: RerankApi::Cohere, limits, key_optional: true }));
        }
        let row = self.known(endpoint)?;
        row.rerank.as_ref().map(|vectors| aim(row, vectors, vectors.shape, endpoint)).transpose()
    }

    /// The ids of the rows that embed, in the order of the file, with suggested models.
    pub fn embedding_rows(&self) -> Vec<(&str, &[String])> {
        self.rows
            .iter()
            .filter_map(|row| Some((row.id.as_str(), row.embeddings.as_ref()?.models.as_slice())))
            .collect()
    }

    /// The ids of the rows that rerank, in the order of the file, with suggested models.
    pub fn rerank_rows(&self) -> Vec<(&str, &[String])> {
        self.rows
            .iter()
            .filter_map(|row| Some((row.id.as_str(), row.rerank.as_ref()?.models.as_slice())))
            .collect()
    }

    /// The rows that embed as a person chooses them: the only route is where they embed, the models are embedders.
    pub fn embedders(&self) -> Vec<ProviderRow> {
        self.chosen_by(|row| Some(shown(row, row.embeddings.as_ref()?)))
    }

    /// The rows that rerank, likewise.
    pub fn rerankers(&self) -> Vec<ProviderRow> {
        self.chosen_by(|row| Some(shown(row, row.rerank.as_ref()?)))
    }

    fn chosen_by(&self, shown: impl Fn(&RowData) -> Option<ProviderRow>) -> Vec<ProviderRow> {
        let there = self.rows.iter().filter(|row| row.retired.is_none());
        let mut rows: Vec<ProviderRow> = there.filter_map(shown).collect();
        rows.sort_by_key(|row| row.group);
        rows
    }

    fn known(&self, endpoint: &Endpoint) -> Result<&RowData, Error> {
        self.row(&endpoint.provider).ok_or_else(|| Error::UnknownProvider { id: endpoint.provider.clone() })
    }
}

/// What the table does not say is as in the row's first route.
fn aim<Shape>(
    row: &RowData,
    vectors: &VectorRow<Shape>,
    shape: Shape,
    endpoint: &Endpoint,
) -> Result<ApiTarget<Shape>, Error> {
    let none = BTreeMap::new();
    let first = row.route.first();
    let (url_params, auths) = (url_params(row, vectors), auths(row, vectors));
    let base = match (target::gateway(endpoint)?, first) {
        (Some(url), _) => url,
        (None, Some(route)) if vectors.base.is_empty() => {
            target::base(&route.base, &route.base_when, url_params, &endpoint.url_params)?
        }
        _ => target::base(&vectors.base, &none, url_params, &endpoint.url_params)?,
    };
    let offered = if endpoint.base_url.trim().is_empty() { auths } else { &[] };
    let path =
        vectors.path.as_deref().map(|path| fill::fill(path, url_params, &endpoint.url_params)).transpose()?;
    let target = Target {
        dialect: first.map_or(Dialect::OpenaiChat, |route| route.dialect),
        provider: row.id.clone(),
        base,
        chat_path: path,
        models: ModelList::None,
        auth: target::auth(endpoint.auth, auths, offered, &row.name)?,
        region: target::region(url_params, &endpoint.url_params),
        headers: Vec::new(),
        quirks: Quirks::default(),
    };
    let key_optional = vectors.key_optional || first.is_some_and(|route| route.key_optional);
    Ok(ApiTarget { target, shape, limits: vectors.limits(), key_optional })
}

/// The row with the place of its vectors as its only route.
fn shown<Shape>(row: &RowData, vectors: &VectorRow<Shape>) -> ProviderRow {
    let first = row.route.first();
    let base = match first {
        Some(route) if vectors.base.is_empty() => &route.base,
        _ => &vectors.base,
    };
    let route = Route {
        dialect: first.map_or(Dialect::OpenaiChat, |route| route.dialect),
        label: String::new(),
        base: base.clone(),
        url_params: url_params(row, vectors).iter().map(BlankData::to_blank).collect(),
        auth: auths(row, vectors).to_vec(),
        key_optional: vectors.key_optional || first.is_some_and(|route| route.key_optional),
    };
    ProviderRow { routes: vec![route], models: vectors.models.clone(), ..super::provider_row(row) }
}

fn url_params<'a, Shape>(row: &'a RowData, vectors: &'a VectorRow<Shape>) -> &'a [BlankData] {
    match row.route.first() {
        Some(route) if vectors.url_params.is_empty() => &route.url_params,
        _ => &vectors.url_params,
    }
}

fn auths<'a, Shape>(row: &'a RowData, vectors: &'a VectorRow<Shape>) -> &'a [AuthKind] {
    match row.route.first() {
        Some(route) if vectors.auth.is_empty() => &route.auth,
        _ => &vectors.auth,
    }
}
