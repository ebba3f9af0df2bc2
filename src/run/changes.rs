use crate::types::Recipe;

/// What differs between two recipes in one respect, by names that `messages` may have in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In what.
    pub what: &'static str,
    /// Before and after; nothing where they cannot be put in a word.
    pub values: Option<(String, String)>,
}

/// What differs between two recipes.
pub fn changes(before: &Recipe, after: &Recipe) -> Vec<Change> {
    let mut list = Vec::new();
    let mut compare = |what: &'static str, before: String, after: String| {
        if before != after {
            list.push(Change { what, values: Some((before, after)) });
        }
    };
    let reranker = |recipe: &Recipe| {
        recipe.reranker.as_ref().map_or(n!("none").into(), |reranker| reranker.name().to_owned())
    };
    compare(n!("chunking"), before.chunking.strategy.name().into(), after.chunking.strategy.name().into());
    compare(
        n!("chunk size"),
        before.chunking.size_tokens.to_string(),
        after.chunking.size_tokens.to_string(),
    );
    compare(
        n!("overlap"),
        before.chunking.overlap_tokens.to_string(),
        after.chunking.overlap_tokens.to_string(),
    );
    compare(n!("embedder"), before.embedder.name().into(), after.embedder.name().into());
    compare(n!("retrieval"), before.retrieval.mode.name().into(), after.retrieval.mode.name().into());
    compare(n!("passages"), before.retrieval.top_k.to_string(), after.retrieval.top_k.to_string());
    compare(
        n!("candidates"),
        before.retrieval.candidates.to_string(),
        after.retrieval.candidates.to_string(),
    );
    compare(n!("index engine"), before.retrieval.engine.name().into(), after.retrieval.engine.name().into());
    compare(n!("reranker"), reranker(before), reranker(after));
    let prompt =
        |recipe: &Recipe| if recipe.prompt.is_some() { n!("custom") } else { n!("default") }.to_owned();
    compare(n!("prompt"), prompt(before), prompt(after));
    if before.prompt.is_some() && after.prompt.is_some() && before.prompt != after.prompt {
        list.push(Change { what: n!("prompt changed"), values: None });
    }
    // A difference without a line of its own (fusion constants, an endpoint's address) is a difference all the same.
    if list.is_empty() && before != after {
        list.push(Change { what: n!("other parameters"), values: None });
    }
    list
}
