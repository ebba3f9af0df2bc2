use crate::types::{ModelRef, PassageContext, Recipe};

/// What differs between two recipes in one respect, by names that `messages` may have in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// In what.
    pub what: &'static str,
    /// Before and after; nothing where they cannot be put in a word.
    pub values: Option<(String, String)>,
}

/// In what recipes differ, and how a recipe's value is written.
type Respect = (&'static str, fn(&Recipe) -> String);

/// Respects beside those that have a line of their own.
const OPTIONS: [Respect; 7] = [
    (n!("embedded headings"), |recipe| on(recipe.chunking.heading_prefix)),
    (n!("text sent"), |recipe| match recipe.retrieval.context {
        PassageContext::Chunk => n!("chunk").to_owned(),
        PassageContext::Neighbours(count) => format!("±{count}"),
        PassageContext::Parent(tokens) => format!("≤ {tokens}"),
    }),
    (n!("minimum score"), |recipe| number(recipe.retrieval.min_score)),
    ("MMR λ", |recipe| number(recipe.retrieval.mmr)),
    (n!("dense weight"), |recipe| match recipe.retrieval.dense_weight {
        None => n!("automatic").to_owned(),
        weight => number(weight),
    }),
    (n!("title weight"), |recipe| number(Some(recipe.retrieval.title_weight))),
    (n!("filter"), |recipe| match recipe.filter.0.len() {
        0 => n!("none").to_owned(),
        count => count.to_string(),
    }),
];

fn on(is_on: bool) -> String {
    if is_on { n!("on") } else { n!("off") }.to_owned()
}

fn number(value: Option<f32>) -> String {
    value.map_or_else(|| n!("none").to_owned(), |value| value.to_string())
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
    let rewriting = |recipe: &Recipe| {
        let rewrite = recipe.rewrite.as_ref();
        rewrite.map_or(n!("none").into(), |rewrite| {
            format!("{} ({})", rewrite.kind.name(), model(&rewrite.model))
        })
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
    for (what, value) in OPTIONS {
        compare(what, value(before), value(after));
    }
    compare(n!("query rewriting"), rewriting(before), rewriting(after));
    compare(n!("index engine"), before.retrieval.engine.name().into(), after.retrieval.engine.name().into());
    compare(n!("reranker"), reranker(before), reranker(after));
    let prompt =
        |recipe: &Recipe| if recipe.prompt.is_some() { n!("custom") } else { n!("default") }.to_owned();
    compare(n!("prompt"), prompt(before), prompt(after));
    if before.prompt.is_some() && after.prompt.is_some() && before.prompt != after.prompt {
        list.push(Change { what: n!("prompt changed"), values: None });
    }
    if let (Some(before), Some(after)) = (&before.rewrite, &after.rewrite)
        && before.kind == after.kind
        && before.prompt != after.prompt
    {
        list.push(Change { what: n!("rewriting prompt changed"), values: None });
    }
    // A difference without a line of its own (fusion constants, an endpoint's address) is a difference all the same.
    if list.is_empty() && before != after {
        list.push(Change { what: n!("other parameters"), values: None });
    }
    list
}

/// A model by its own name, which is the same in every language.
fn model(model: &ModelRef) -> &str {
    match model {
        ModelRef::Extractive => "extractive",
        ModelRef::SmolLm2 => "SmolLM2 135M",
        ModelRef::Chrome => "Chrome",
        ModelRef::Remote { model, .. } => model,
    }
}
