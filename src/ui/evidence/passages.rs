use crate::format;
use crate::state::{Action, AppState, Focus, RunHead};
use crate::types::{Evidence, Passage, RetrievalMode, Span};
use crate::ui::evidence::pane::nothing_yet;
use crate::ui::part::erased::{listener, live};
use crate::ui::part::field;
use leptos::prelude::*;

/// The evidence of the run.
#[component]
pub fn Passages() -> impl IntoView {
    let state = AppState::get();
    let head = state.session.head;
    let evidence =
        Memo::new(move |_| head.with(|head| head.as_ref().and_then(|head| head.evidence().cloned())));
    let is_searching = Memo::new(move |_| head.with(|head| head.as_ref().is_some_and(RunHead::is_searching)));
    let about = move || evidence.get().map(|evidence| about(&evidence));
    let hash = move || evidence.get().map(|evidence| evidence.sha256);
    let list = move || {
        let evidence = evidence.get()?;
        let highlights =
            head.with_untracked(|head| head.as_ref().map(RunHead::highlights).unwrap_or_default());
        let mode = mode(&evidence);
        let words = highlights.into_iter().chain(std::iter::repeat(Vec::new()));
        Some(
            evidence
                .passages
                .iter()
                .zip(words)
                .map(|(passage, words)| card(state, passage, words, mode))
                .collect_view(),
        )
    };
    view! {
        <div class="pane-head">
            <h2>{t!("Evidence")}</h2>
            {live(move || hash().map(|hash| view! { <code class="evidence-hash" title=t!("SHA-256 of the evidence: {hash}", hash = hash)>{hash.short()}</code> }))}
        </div>
        {live(move || field::user_error(state.view.user_error.get()))}
        {live(move || about().map(|about| view! { <p class="evidence-about">{about}</p> }))}
        <Show when=move || is_searching.get()>
            <p class="evidence-about">{t!("Searching")}</p>
        </Show>
        <Show when=move || evidence.with(Option::is_none) && !is_searching.get()>
            {nothing_yet()}
        </Show>
        <ol class="evidence-list">{list}</ol>
    }
    .into_any()
}

/// How much was found where, and how long that took.
fn about(evidence: &Evidence) -> String {
    let timing = evidence.timing;
    let mut stages = vec![
        (t!("embedding"), timing.embed_millis),
        (t!("dense"), timing.dense_millis),
        ("BM25", timing.lexical_millis),
    ];
    if timing.rerank_millis > 0.0 {
        stages.push((t!("reranker"), timing.rerank_millis));
    }
    let stages = stages.iter().map(|(name, millis)| format!("{name} {}", format::duration(*millis)));
    let found = t!(
        "{passages} of {chunks} chunks in {time} ({stages})",
        passages = evidence.passages.len(),
        chunks = timing.chunks,
        time = format::duration(timing.total_millis),
        stages = stages.collect::<Vec<_>>().join(", "),
    );
    match timing.unembedded {
        0 => found,
        count => {
            let rest = t!(
                "{count} {count#chunk|chunks} not embedded by the chosen embedder yet: searched by BM25 only",
                count = count
            );
            format!("{found}. {rest}")
        }
    }
}

fn card(state: AppState, passage: &Passage, words: Vec<Span>, mode: RetrievalMode) -> AnyView {
    let local: Vec<Span> = words
        .iter()
        .map(|span| Span {
            start: span.start.saturating_sub(passage.span.start),
            end: span.end.saturating_sub(passage.span.start),
        })
        .collect();
    let focus = Focus { passage: passage.span, words };
    let document = passage.document;
    let mut place = passage.headings.join(" › ");
    if let Some(page) = passage.page {
        place = if place.is_empty() {
            t!("page {page}", page = page)
        } else {
            t!("{place} · page {page}", place = place, page = page)
        };
    }
    view! {
        <li class="passage" data-passage=passage.number.to_string()>
            <button
                class="passage-head"
                title=t!("Open in the document")
                on:click=listener(move |_| state.act(Action::OpenDocument(document, Some(focus.clone()))))
            >
                <span class="passage-number">{passage.number}</span>
                <bdi class="passage-name">{passage.document_name.clone()}</bdi>
                <span class="passage-place">{place}</span>
            </button>
            <p class="passage-text" dir="auto">{marked(&passage.text, &local)}</p>
            <p class="passage-scores">{scores(passage, mode)}</p>
        </li>
    }
    .into_any()
}

/// How the passages were found: by words alone while nothing is embedded.
fn mode(evidence: &Evidence) -> RetrievalMode {
    let has_dense = evidence.passages.iter().any(|passage| passage.scores.dense_rank.is_some());
    if has_dense { evidence.retrieval.mode } else { RetrievalMode::Lexical }
}

/// The rank in each stage, and the scores that decided the order.
fn scores(passage: &Passage, mode: RetrievalMode) -> String {
    let scores = passage.scores;
    let stage = |name: &str, rank: Option<u32>| match rank {
        Some(rank) => format!("{name} #{rank}"),
        None => format!("{name} –"),
    };
    let mut stages = vec![stage(t!("Dense"), scores.dense_rank), stage("BM25", scores.lexical_rank)];
    let fused = format::decimal(f64::from(scores.fused), 3);
    match mode {
        RetrievalMode::Hybrid => stages.push(t!("fused {score}", score = fused)),
        RetrievalMode::Rrf => stages.push(format!("RRF {fused}")),
        RetrievalMode::Dense | RetrievalMode::Lexical => {}
    }
    stages.extend(scores.rerank.map(|score| t!("reranked {score}", score = format::score(score))));
    stages.join(" · ")
}

/// Text with some of its spans marked.
pub(in crate::ui) fn marked(text: &str, spans: &[Span]) -> AnyView {
    let mut pieces = Vec::new();
    let mut at = 0usize;
    for span in spans {
        let range = span.range();
        if range.start < at {
            continue;
        }
        let (Some(before), Some(inside)) = (text.get(at..range.start), text.get(range.clone())) else {
            continue;
        };
        pieces.push(before.to_owned().into_any());
        let inside = inside.to_owned();
        pieces.push(view! { <mark>{inside}</mark> }.into_any());
        at = range.end;
    }
    pieces.push(text.get(at..).unwrap_or("").to_owned().into_any());
    pieces.collect_view().into_any()
}
