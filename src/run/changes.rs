use crate::types::Recipe;

/// What differs between two recipes, one short line each: `chunk size 200 → 400`.
pub fn changes(before: &Recipe, after: &Recipe) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = |name: &str, before: String, after: String| {
        if before != after {
            lines.push(format!("{name} {before} → {after}"));
        }
    };
    let reranker =
        |recipe: &Recipe| recipe.reranker.as_ref().map_or("none".into(), |reranker| reranker.model.clone());
    line("chunking", before.chunking.strategy.name().into(), after.chunking.strategy.name().into());
    line("chunk size", before.chunking.size_tokens.to_string(), after.chunking.size_tokens.to_string());
    line("overlap", before.chunking.overlap_tokens.to_string(), after.chunking.overlap_tokens.to_string());
    line("embedder", before.embedder.name().into(), after.embedder.name().into());
    line("retrieval", before.retrieval.mode.name().into(), after.retrieval.mode.name().into());
    line("passages", before.retrieval.top_k.to_string(), after.retrieval.top_k.to_string());
    line("candidates", before.retrieval.candidates.to_string(), after.retrieval.candidates.to_string());
    line("reranker", reranker(before), reranker(after));
    let prompt = |recipe: &Recipe| if recipe.prompt.is_some() { "custom" } else { "default" }.to_owned();
    line("prompt", prompt(before), prompt(after));
    if before.prompt.is_some() && after.prompt.is_some() && before.prompt != after.prompt {
        lines.push("prompt changed".into());
    }
    // A difference without a line of its own (fusion constants, an endpoint's address) is a difference all the same.
    if lines.is_empty() && before != after {
        lines.push("other parameters".into());
    }
    lines
}
