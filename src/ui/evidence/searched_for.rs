//! What was searched for in place of the question, or beside it, and how a model came to it.

use crate::format;
use crate::state::AppState;
use crate::state::providers::money;
use crate::types::{Evidence, ModelRef, Retrieval, RewriteKind, Rewritten};
use leptos::prelude::*;

/// The queries that a model made of the question, and the prompt that was sent; nothing where none was asked.
pub(super) fn searched_for(state: AppState, retrieval: &Retrieval) -> Option<AnyView> {
    let (asked, rewritten) = (retrieval.recipe.rewrite.as_ref()?, retrieval.rewritten.as_ref()?);
    let evidence = retrieval.evidence()?;
    let name = state.settings.with_untracked(|settings| settings.model_name(&asked.model).0);
    let summary = t!("Query rewriting by {model}", model = name);
    let is_remote = matches!(asked.model, ModelRef::Remote { .. });
    Some(
        view! {
            <div class="evidence-queries">
                {queries(asked.kind, evidence)}
                <details class="more">
                    <summary>{summary}</summary>
                    <p class="hint">{figures(rewritten, is_remote)}</p>
                    <h3>{t!("Prompt sent")}</h3>
                    <pre class="request" tabindex="0" dir="auto">{rewritten.prompt.clone()}</pre>
                    <h3>{t!("Answer")}</h3>
                    <pre class="request" tabindex="0" dir="auto">{rewritten.text.clone()}</pre>
                </details>
            </div>
        }
        .into_any(),
    )
}

/// What was searched for: the model's query, or the question and what the model adds to it.
pub(super) fn queries(kind: RewriteKind, evidence: &Evidence) -> AnyView {
    if evidence.queries.is_empty() {
        let text = t!("The model's answer holds no other query: the question alone was searched for.");
        return view! { <p class="notice warn">{text}</p> }.into_any();
    }
    let own = (kind != RewriteKind::Rewrite).then(|| evidence.question.clone());
    let item = |query: &String| {
        let note = (kind == RewriteKind::Hyde)
            .then(|| view! { " "<span class="badge plain">{t!("by meaning only")}</span> });
        view! { <li><span dir="auto">{query.clone()}</span>{note}</li> }
    };
    view! {
        <p class="evidence-about">{t!("Searched for:")}</p>
        <ul class="evidence-query-list" aria-label=t!("Searched for")>
            {own.map(|question| view! { <li dir="auto">{question}</li> })}
            {evidence.queries.iter().map(item).collect_view()}
        </ul>
    }
    .into_any()
}

/// Tokens, cost and time; what is unknown is said to be.
fn figures(rewritten: &Rewritten, is_remote: bool) -> String {
    let usage = rewritten.usage.unwrap_or_default();
    let count = |tokens: Option<u64>| tokens.map_or_else(|| format::NOTHING.to_owned(), format::count);
    let mut figures = vec![match (usage.input_tokens, usage.output_tokens, usage.total_tokens) {
        (None, None, Some(total)) => t!("{count} tokens", count = format::count(total)),
        (input, output, _) => {
            t!("{input} tokens in, {output} out", input = count(input), output = count(output))
        }
    }];
    if is_remote {
        let cost =
            rewritten.cost.as_ref().map_or_else(|| format::NOTHING.to_owned(), |cost| money::usd(cost.usd));
        figures.push(t!("cost {cost}", cost = cost));
    }
    figures.push(format::duration(rewritten.took_millis));
    figures.join(" · ")
}
