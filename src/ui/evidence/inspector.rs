use crate::evaluate::verdict::Verdict;
use crate::format;
use crate::state::{Action, AppState, Focus, stored_documents};
use crate::types::{Candidate, ChunkRef, DocumentId, Explanation, Retrieval};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{self, Field};
use crate::worker::protocol::WhichChunk;
use leptos::prelude::*;

/// Candidates that are listed at first.
const LISTED: usize = 20;

/// Every candidate of the search with its rank and score at each stage, and where any other chunk stands.
#[component]
pub fn Inspector() -> impl IntoView {
    let state = AppState::get();
    let shown = Memo::new(move |_| {
        let wanted = state.view.recipe.get();
        state.session.head.with(|head| head.as_ref().and_then(|head| head.shown(wanted).cloned()))
    });
    let all = RwSignal::new(false);
    // What was explained was of another search.
    Effect::new(move || {
        shown.track();
        state.inspector.explained.set(None);
    });
    view! {
        <section class="inspector" aria-label=t!("Inspector")>
            {live(move || shown.with(|shown| shown.as_ref().map(|retrieval| candidates(state, retrieval, all))))}
            {why(state)}
            {live(move || match state.inspector.explained.get() {
                None => ().into_any(),
                Some(Err(error)) => field::user_error(Some(error)),
                Some(Ok(explanation)) => shown.with(|shown| {
                    shown.as_ref().map(|retrieval| explained(state, &explanation, retrieval))
                }).into_any(),
            })}
        </section>
    }
    .into_any()
}

/// The candidates as they were stored with the run; of runs before there was an inspector the passages alone.
fn candidates(state: AppState, retrieval: &Retrieval, all: RwSignal<bool>) -> AnyView {
    let list = &retrieval.candidates;
    if list.is_empty() {
        return field::hint(t!("This run has no candidates stored. Ask again to see them."));
    }
    let has = |stage: fn(&Candidate) -> bool| list.iter().any(stage);
    let has_rerank = has(|candidate| candidate.scores.rerank.is_some());
    let has_mmr = has(|candidate| candidate.scores.mmr.is_some());
    let mut headings = vec![t!("Chunk"), t!("Result"), t!("Dense"), "BM25", t!("Fused")];
    headings.extend(has_rerank.then_some(t!("Reranked")));
    headings.extend(has_mmr.then_some("MMR"));
    let most = if all.get() { list.len() } else { LISTED };
    let rows = list.iter().take(most).map(|candidate| {
        let scores = candidate.scores;
        let mut cells = vec![
            stage(scores.dense_rank, scores.dense),
            stage(scores.lexical_rank, scores.lexical),
            stage(scores.fused_rank, Some(scores.fused)),
        ];
        cells.extend(has_rerank.then(|| stage(scores.rerank_rank, scores.rerank)));
        cells.extend(has_mmr.then(|| score(scores.mmr)));
        let ChunkRef { document, ordinal } = candidate.chunk;
        let name = name(state, document, retrieval);
        let label = t!("Explain {name} {number}", name = name, number = ordinal + 1);
        let explain = move |_| state.explain(document, WhichChunk::Ordinal(ordinal));
        let is_passage = matches!(Verdict::of(candidate), Verdict::Passage(_));
        view! {
            <tr class:is-passage=is_passage>
                <th scope="row"><button class="button quiet tiny" aria-label=label on:click=listener(explain)><bdi>{name}</bdi>" "{ordinal + 1}</button></th>
                <td class="inspector-result">{verdict(state, Verdict::of(candidate), retrieval)}</td>
                {cells.into_iter().map(|cell| view! { <td class="number">{cell}</td> }).collect_view()}
            </tr>
        }
    });
    let rows = rows.collect_view();
    let more = (list.len() > most)
        .then(|| field::button(t!("Show all {count} candidates", count = list.len()), move || all.set(true)));
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=t!("Candidates")>
            <table class="table">
                <caption>{t!("Candidates: rank and score at each stage")}</caption>
                <thead><tr>{headings.into_iter().map(|heading| view! { <th scope="col">{heading}</th> }).collect_view()}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

fn score(score: Option<f32>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format::decimal(f64::from(score), 3))
}

/// `#3 · 0.612`
fn stage(rank: Option<u32>, value: Option<f32>) -> String {
    match rank {
        Some(rank) => format!("#{rank} · {}", score(value)),
        None => "–".to_owned(),
    }
}

/// A document's name, from the evidence or the list of documents.
fn name(state: AppState, document: DocumentId, retrieval: &Retrieval) -> String {
    let passages = retrieval.evidence().into_iter().flat_map(|evidence| &evidence.passages);
    let mut of_passages = passages.filter(|passage| passage.document == document);
    let found = of_passages.next().map(|passage| passage.document_name.clone());
    found
        .or_else(|| stored_documents(state).into_iter().find(|(id, _)| *id == document).map(|(_, name)| name))
        .unwrap_or_else(|| t!("removed document").to_owned())
}

fn verdict(state: AppState, verdict: Verdict, retrieval: &Retrieval) -> String {
    let wanted = retrieval.recipe.retrieval.top_k;
    let rank = |rank: Option<u32>| rank.map_or_else(|| "–".to_owned(), |rank| format!("#{rank}"));
    match verdict {
        Verdict::Passage(number) => t!("passage {number}", number = number),
        Verdict::Within(number) => t!("in passage {number}", number = number),
        Verdict::Folded(chunk) => t!(
            "folded: says what chunk {number} of {name} says",
            number = chunk.ordinal + 1,
            name = name(state, chunk.document, retrieval)
        ),
        Verdict::Filter => t!("lost at the filter: the recipe does not search its document").to_owned(),
        Verdict::NoMatch => {
            t!("found by no ranking: it has no word of the question and no vector was compared").to_owned()
        }
        Verdict::Candidates(dense, lexical) => t!(
            "lost before fusion: dense {dense}, BM25 {lexical}; each ranking names its first {count}",
            dense = rank(dense),
            lexical = rank(lexical),
            count = retrieval.recipe.retrieval.candidates
        ),
        Verdict::MinScore(value) => t!(
            "lost at the minimum score: {score} of {least}",
            score = score(Some(value)),
            least = score(retrieval.recipe.retrieval.min_score)
        ),
        Verdict::Fusion(rank) => t!("lost at fusion: rank {rank} of {count}", rank = rank, count = wanted),
        Verdict::Rerank(rank) => t!("lost at reranking: rank {rank} of {count}", rank = rank, count = wanted),
        Verdict::Mmr => t!("lost at MMR: too much like what was chosen before it").to_owned(),
    }
}

/// Asks for any chunk of any document.
fn why(state: AppState) -> AnyView {
    let chosen = RwSignal::new(None::<DocumentId>);
    let words = RwSignal::new(String::new());
    let choice = move || {
        let documents = stored_documents(state);
        let first = documents.first().map(|(id, _)| *id);
        let current = chosen.get_untracked().or(first);
        chosen.set(current);
        let options = documents.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        let choose = move |value: String| {
            chosen.set(documents.iter().find(|(id, _)| id.to_string() == value).map(|(id, _)| *id));
        };
        let current = current.map(|id| id.to_string()).unwrap_or_default();
        field::select(t!("Document"), options, &current, Callback::new(choose))
    };
    let ask = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let typed = words.get_untracked().trim().to_owned();
        if let Some(document) = chosen.get_untracked().filter(|_| !typed.is_empty()) {
            state.explain(document, WhichChunk::Text(typed));
        }
    };
    let text = Field { label: t!("Words of the passage").into(), required: true, ..Field::default() };
    view! {
        <form class="form" on:submit=listener(ask)>
            <fieldset>
                <legend>{t!("Why is a passage not here?")}</legend>
                {live(choice)}
                {field::bound(text, words)}
                <button class="button" type="submit" disabled=sig(move || state.inspector.is_busy.get())>{t!("Why not here?")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

fn explained(state: AppState, explanation: &Explanation, retrieval: &Retrieval) -> AnyView {
    let Explanation { chunk, span, words, meanings, chunks, .. } = explanation.clone();
    let found = Verdict::of_any(explanation, &retrieval.candidates, &retrieval.recipe.retrieval);
    let ranks = |of: Option<(f32, u32)>| stage(of.map(|(_, rank)| rank), of.map(|(score, _)| score));
    let name = name(state, chunk.document, retrieval);
    let focus = Focus { passage: span, words: Vec::new() };
    let open = move |_| state.act(Action::OpenDocument(chunk.document, Some(focus.clone())));
    let words = words.into_iter().map(|(word, part)| {
        view! { <li><mark>{word}</mark>" "{score(Some(part))}</li> }
    });
    let has_words = words.len() > 0;
    let words = words.collect_view();
    let meanings = meanings.into_iter().map(|(asked, near, cosine)| {
        view! { <li><bdi>{asked}</bdi>" ≈ "<bdi>{near}</bdi>" "{score(Some(cosine))}</li> }
    });
    let has_meanings = meanings.len() > 0;
    let meanings = meanings.collect_view();
    view! {
        <div class="inspector-why" role="status">
            <p>
                <button class="button quiet tiny" title=t!("Open in the document") on:click=listener(open)><bdi>{name}</bdi>" "{chunk.ordinal + 1}</button>
                ": "
                <strong>{verdict(state, found, retrieval)}</strong>
            </p>
            <p class="hint">
                {t!("Dense {dense}, BM25 {lexical}, of {count} {count#chunk|chunks}", dense = ranks(explanation.dense), lexical = ranks(explanation.lexical), count = chunks)}
            </p>
            <blockquote class="passage-text" dir="auto">{explanation.text.clone()}</blockquote>
            {has_words.then(|| view! { <h3>{t!("Words of the question, with their share of BM25")}</h3><ul class="inspector-matches">{words}</ul> })}
            {has_meanings.then(|| view! { <h3>{t!("Nearest meanings, by cosine")}</h3><ul class="inspector-matches">{meanings}</ul> })}
        </div>
    }
    .into_any()
}
