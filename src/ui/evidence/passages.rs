use super::searched_for::searched_for;
use crate::format;
use crate::messages::lookup;
use crate::state::{Action, AppState, Focus, RunHead};
use crate::types::{Evidence, IndexEngine, Passage, RecipeId, RetrievalMode, RetrievalSettings, Span};
use crate::ui::evidence::inspector::Inspector;
use crate::ui::evidence::pane::nothing_yet;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use leptos::prelude::*;

/// The evidence of the run.
#[component]
pub fn Passages() -> impl IntoView {
    let state = AppState::get();
    let head = state.session.head;
    let shown = Memo::new(move |_| {
        let wanted = state.view.recipe.get();
        head.with(|head| head.as_ref().and_then(|head| head.shown(wanted).cloned()))
    });
    let evidence =
        Memo::new(move |_| shown.with(|shown| shown.as_ref().and_then(|shown| shown.evidence().cloned())));
    let is_searching = Memo::new(move |_| head.with(|head| head.as_ref().is_some_and(RunHead::is_searching)));
    let is_rewriting = Memo::new(move |_| head.with(|head| head.as_ref().is_some_and(RunHead::is_rewriting)));
    let about = move || evidence.get().map(|evidence| about(&evidence));
    let hash = move || evidence.get().map(|evidence| evidence.sha256);
    let list = move || {
        let evidence = evidence.get()?;
        let highlights = shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.highlights.clone()));
        let mode = mode(&evidence);
        let words = highlights.unwrap_or_default().into_iter().chain(std::iter::repeat(Vec::new()));
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
        {live(move || recipes(state))}
        <Show when=move || evidence.with(Option::is_some)>
            <button
                class="button tiny evidence-inspect"
                aria-pressed=sig(move || state.inspector.open.get().to_string())
                on:click=listener(move |_| state.inspector.open.update(|open| *open = !*open))
            >
                {t!("Inspect")}
            </button>
        </Show>
        <Show when=move || state.inspector.open.get() && evidence.with(Option::is_some)>
            <Inspector/>
        </Show>
        {live(move || about().map(|about| view! { <p class="evidence-about">{about}</p> }))}
        {live(move || shown.with(|shown| shown.as_ref().and_then(|retrieval| searched_for(state, retrieval))))}
        <Show when=move || is_searching.get()>
            <p class="evidence-about">{live(move || if is_rewriting.get() { t!("Rewriting the question") } else { t!("Searching") })}</p>
        </Show>
        <Show when=move || evidence.with(Option::is_none) && !is_searching.get()>
            {nothing_yet()}
        </Show>
        <ol class="evidence-list">{list}</ol>
    }
    .into_any()
}

/// Whose evidence is shown, where the run has that of several recipes.
fn recipes(state: AppState) -> AnyView {
    let named: Vec<(RecipeId, String)> = state.session.head.with(|head| {
        let retrievals = head.iter().flat_map(|head| &head.retrievals);
        retrievals.map(|retrieval| (retrieval.id, retrieval.name.clone())).collect()
    });
    if named.len() < 2 {
        return ().into_any();
    }
    let options = state.settings.with(|settings| {
        // Runs of earlier versions do not have the names of their time.
        let now = |id: &RecipeId| settings.recipes.get(*id).name().to_owned();
        let name = |id, name: &String| if name.is_empty() { now(id) } else { name.clone() };
        named.iter().map(|(id, of)| (id.0.to_string(), name(id, of))).collect()
    });
    let chosen = state.view.recipe.get_untracked().or(named.first().map(|(id, _)| *id)).unwrap_or_default();
    let choose = move |id: String| state.view.recipe.set(id.parse().ok().map(RecipeId));
    let select = field::select(t!("Recipe"), options, &chosen.0.to_string(), Callback::new(choose));
    view! { <div class="evidence-recipe">{select}</div> }.into_any()
}

/// How much was found where, and how long that took.
pub(super) fn about(evidence: &Evidence) -> String {
    let timing = evidence.timing;
    // Which engine compared the vectors, where another than the exact one did, or was chosen and could not be asked.
    let RetrievalSettings { mode, engine, .. } = evidence.retrieval;
    let is_usual = mode == RetrievalMode::Lexical || [timing.engine, engine] == [IndexEngine::Exact; 2];
    let dense = match is_usual {
        true => t!("dense").to_owned(),
        false => t!("dense by {engine}", engine = lookup(timing.engine.name())),
    };
    let mut stages = vec![
        (t!("embedding").to_owned(), timing.embed_millis),
        (dense, timing.dense_millis),
        ("BM25".to_owned(), timing.lexical_millis),
    ];
    if timing.rerank_millis > 0.0 {
        stages.push((t!("reranker").to_owned(), timing.rerank_millis));
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

pub(super) fn card(state: AppState, passage: &Passage, words: Vec<Span>, mode: RetrievalMode) -> AnyView {
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
            {folded(state, passage)}
        </li>
    }
    .into_any()
}

/// Chunks that say the same, behind a line.
fn folded(state: AppState, passage: &Passage) -> AnyView {
    let count = passage.folded.len();
    if count == 0 {
        return ().into_any();
    }
    let items = passage.folded.iter().map(|folded| {
        let (document, focus) = (folded.document, Focus { passage: folded.span, words: Vec::new() });
        let open = move |_| state.act(Action::OpenDocument(document, Some(focus.clone())));
        view! {
            <li><button class="button quiet tiny" title=t!("Open in the document") on:click=listener(open)><bdi>{folded.document_name.clone()}</bdi>" "{folded.ordinal + 1}</button></li>
        }
    });
    view! {
        <details class="passage-folded">
            <summary>{t!("{count} more like this", count = count)}</summary>
            <ul>{items.collect_view()}</ul>
        </details>
    }
    .into_any()
}

/// How the passages were found: by words alone while nothing is embedded.
pub(super) fn mode(evidence: &Evidence) -> RetrievalMode {
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
