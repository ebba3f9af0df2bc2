use super::{
    ChunkSettings, DocumentFilter, Endpoint, IndexEngine, PromptTemplate, QueryRewrite, RetrievalMode,
    RetrievalSettings,
};
use serde::{Deserialize, Serialize};

/// Names a recipe among the person's recipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RecipeId(pub u32);

impl Default for RecipeId {
    /// The recipe that every profile has.
    fn default() -> Self {
        Self(1)
    }
}

/// How evidence comes about: everything but the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recipe {
    /// How documents are cut.
    pub chunking: ChunkSettings,
    /// What makes vectors of them.
    pub embedder: EmbedderRef,
    /// How passages are found.
    pub retrieval: RetrievalSettings,
    /// Which documents are searched.
    pub filter: DocumentFilter,
    /// What a model makes of the question before the search; nothing unless the person chose it.
    pub rewrite: Option<QueryRewrite>,
    /// What puts the best of them into a better order; nothing unless the person chose it.
    pub reranker: Option<RerankerRef>,
    /// The texts around question and evidence; the default ones where there is none.
    pub prompt: Option<PromptTemplate>,
}

/// What an index of the documents is made by. Recipes that agree in it share one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexSpec {
    /// How documents are cut.
    pub chunking: ChunkSettings,
    /// What makes vectors; nothing where words alone are looked up.
    pub embedder: Option<EmbedderRef>,
}

/// A graph over the vectors of an index, and what it is made by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphSpec {
    /// The index; the documents' own where there is none.
    pub index: Option<IndexSpec>,
    /// What made the vectors.
    pub embedder: EmbedderRef,
    /// What makes the graph.
    pub engine: IndexEngine,
}

impl IndexSpec {
    /// Whether what is looked up in an index made by `wanted` can be looked up in this one.
    pub fn serves(&self, wanted: &Self) -> bool {
        let id = |spec: &Self| spec.embedder.as_ref().map(EmbedderRef::remote_id);
        self.chunking == wanted.chunking && (wanted.embedder.is_none() || id(self) == id(wanted))
    }
}

impl Recipe {
    /// The index that its searches need.
    pub fn index(&self) -> IndexSpec {
        let embedder = (self.retrieval.mode != RetrievalMode::Lexical).then(|| self.embedder.clone());
        IndexSpec { chunking: self.chunking, embedder }
    }

    /// Whether both find the same: they differ in their prompts at most.
    pub fn retrieves_like(&self, other: &Self) -> bool {
        let part = |recipe: &Self| Self { prompt: None, ..recipe.clone() };
        part(self) == part(other)
    }

    /// The index that documents have when this is the first recipe: they are embedded whatever its mode, so that changing the mode
    /// costs nothing.
    pub fn own_index(&self) -> IndexSpec {
        IndexSpec { chunking: self.chunking, embedder: Some(self.embedder.clone()) }
    }
}

/// The indexes that `others` need beside that of the `first` recipe, each once.
pub fn additional_indexes<'a>(
    first: &Recipe,
    others: impl IntoIterator<Item = &'a Recipe>,
) -> Vec<IndexSpec> {
    let own = first.own_index();
    let mut wanted: Vec<IndexSpec> =
        others.into_iter().map(Recipe::index).filter(|spec| !own.serves(spec)).collect();
    // One with vectors serves those that only look up words.
    wanted.sort_by_key(|spec| spec.embedder.is_none());
    let mut indexes: Vec<IndexSpec> = Vec::new();
    for spec in wanted {
        if !indexes.iter().any(|known| known.serves(&spec)) {
            indexes.push(spec);
        }
    }
    indexes
}

/// What makes vectors of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmbedderRef {
    /// The model in the tab: nothing is sent.
    #[default]
    BuiltIn,
    /// A host that the person chose: it is sent the text of every passage, and every question.
    Remote {
        /// Where it is.
        endpoint: Endpoint,
        /// The model's name there.
        model: String,
        /// Numbers in a vector, for models that can shorten them.
        dimensions: Option<u32>,
    },
}

/// Begins the id of every embedder of a host, and of no other.
const REMOTE: &str = "remote:";

impl EmbedderRef {
    /// What tells its vectors from all others, as it stands in manifests and cache keys: address, model, dimensions.
    /// Nothing for the built-in one, which names itself with its build.
    pub fn remote_id(&self) -> Option<String> {
        let Self::Remote { endpoint, model, dimensions } = self else { return None };
        let url_params: Vec<String> =
            endpoint.url_params.iter().map(|(name, value)| format!("{name}={}", value.trim())).collect();
        let parts = [
            endpoint.provider.as_str(),
            endpoint.base_url.trim().trim_end_matches('/'),
            &url_params.join(","),
            model.trim(),
            &dimensions.map(|dimensions| dimensions.to_string()).unwrap_or_default(),
        ];
        Some(format!("{REMOTE}{}", parts.join("|")))
    }

    /// Whether it made the vectors of a document whose manifest says `embedder`. Vectors of another build of the built-in
    /// one count as its own here: the page cannot tell builds apart.
    pub fn has_made(&self, embedder: &str) -> bool {
        match self.remote_id() {
            Some(id) => id == embedder,
            None => !is_remote(embedder),
        }
    }

    /// Its model's name for people.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn => "the built-in embedder",
            Self::Remote { model, .. } => model,
        }
    }
}

/// Whether `embedder`, as it stands in a manifest, is one of a host.
pub fn is_remote(embedder: &str) -> bool {
    embedder.starts_with(REMOTE)
}

/// The model's name in an embedder's id, for people.
pub fn embedder_name(embedder: &str) -> &str {
    match embedder.strip_prefix(REMOTE) {
        Some(parts) => parts.rsplit('|').nth(1).unwrap_or(parts),
        None => "the built-in embedder",
    }
}

/// What scores passages for a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RerankerRef {
    /// Late interaction over the built-in embedder's token vectors: nothing is sent.
    BuiltIn,
    /// A host's model. It is sent the question and the candidate passages.
    Remote {
        /// Where it is.
        endpoint: Endpoint,
        /// The model's name there.
        model: String,
    },
}

impl RerankerRef {
    /// Where passages are sent; nothing where they stay.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::BuiltIn => None,
            Self::Remote { endpoint, .. } => Some(endpoint),
        }
    }

    /// The host and its model; nothing where passages stay.
    pub fn remote(&self) -> Option<(Endpoint, String)> {
        match self {
            Self::BuiltIn => None,
            Self::Remote { endpoint, model } => Some((endpoint.clone(), model.clone())),
        }
    }

    /// Its model's name for people.
    pub fn name(&self) -> &str {
        match self {
            Self::BuiltIn => n!("late interaction"),
            Self::Remote { model, .. } => model,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_of_the_first_version_embed_in_the_tab_and_rerank_nothing() {
        let old = serde_json::json!({
            "chunking": ChunkSettings::default(),
            "retrieval": RetrievalSettings { top_k: 9, ..RetrievalSettings::default() },
        });
        let recipe: Recipe = serde_json::from_value(old).unwrap();
        assert_eq!((recipe.embedder, recipe.reranker), (EmbedderRef::BuiltIn, None));
        assert_eq!(recipe.retrieval.top_k, 9);
    }

    #[test]
    fn an_embedders_id_tells_address_model_and_dimensions_but_not_the_key() {
        let at = |base_url: &str, model: &str, dimensions, auth| EmbedderRef::Remote {
            endpoint: Endpoint { base_url: base_url.into(), auth, ..Endpoint::default() },
            model: model.into(),
            dimensions,
        };
        let default = crate::types::AuthKind::Default;
        let id = |embedder: EmbedderRef| embedder.remote_id().unwrap();
        let one = at("http://localhost:1/v1", "m", None, default);
        let same = at("http://localhost:1/v1/", " m", None, crate::types::AuthKind::Bearer);
        assert_eq!(id(one.clone()), id(same));
        for other in [
            at("http://localhost:2/v1", "m", None, default),
            at("http://localhost:1/v1", "n", None, default),
            at("http://localhost:1/v1", "m", Some(64), default),
        ] {
            assert_ne!(id(one.clone()), id(other));
        }
        assert_eq!(
            (embedder_name(&id(one.clone())), embedder_name("minilm-l6")),
            ("m", "the built-in embedder")
        );
        assert!(one.has_made(&id(one.clone())) && !one.has_made("minilm-l6"));
        assert!(EmbedderRef::BuiltIn.has_made("minilm-l6") && !EmbedderRef::BuiltIn.has_made(&id(one)));
    }
}
