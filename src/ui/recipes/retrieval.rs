use crate::types::{PassageContext, RetrievalMode, RetrievalSettings};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::number::{Decimal, Number};
use leptos::prelude::*;

const CHUNK: &str = "chunk";
const NEIGHBOURS: &str = "neighbours";
const PARENT: &str = "parent";

/// How passages are found: the mode and how many, and behind them everything that most people never change.
pub fn retrieval(retrieval: RwSignal<RetrievalSettings>) -> AnyView {
    let options = RetrievalMode::ALL
        .into_iter()
        .map(|mode| {
            let label = match mode {
                RetrievalMode::Hybrid => t!("Hybrid: dense + BM25, weighted by score"),
                RetrievalMode::Rrf => t!("Hybrid: dense + BM25, fused by RRF"),
                RetrievalMode::Dense => t!("Dense: embeddings"),
                RetrievalMode::Lexical => t!("Lexical: BM25"),
            };
            view! { <option value=mode.name() selected=sig(move || retrieval.get().mode == mode)>{label}</option> }
        })
        .collect_view();
    let choose = move |event| {
        if let Some(mode) = RetrievalMode::from_name(&event_target_value(&event)) {
            retrieval.update(|retrieval| retrieval.mode = mode);
        }
    };
    view! {
        <div class="form-row">
            <label>{t!("Mode")}<select on:change=listener(choose)>{options}</select></label>
            <Number
                label=t!("Passages (top k)")
                value=Signal::derive(move || retrieval.get().top_k)
                set=Callback::new(move |value| retrieval.update(|retrieval| retrieval.top_k = value))
            />
        </div>
        <details>
            <summary>{t!("More retrieval settings")}</summary>
            {context(retrieval)}
            {weights(retrieval)}
        </details>
    }
    .into_any()
}

/// What becomes evidence: how alike passages may be, and how much around them is taken along.
fn context(retrieval: RwSignal<RetrievalSettings>) -> AnyView {
    let options = vec![
        (CHUNK.to_owned(), t!("The chunk that was found").to_owned()),
        (NEIGHBOURS.to_owned(), t!("With the chunks before and after it").to_owned()),
        (PARENT.to_owned(), t!("Its parent: the section around it").to_owned()),
    ];
    let kind = move || match retrieval.get().context {
        PassageContext::Chunk => CHUNK,
        PassageContext::Neighbours(_) => NEIGHBOURS,
        PassageContext::Parent(_) => PARENT,
    };
    let choose = move |value: String| {
        let context = match value.as_str() {
            NEIGHBOURS => PassageContext::Neighbours(1),
            PARENT => PassageContext::Parent(600),
            _ => PassageContext::Chunk,
        };
        retrieval.update(|retrieval| retrieval.context = context);
    };
    let set = move |context| retrieval.update(|retrieval| retrieval.context = context);
    let kinds = Memo::new(move |_| kind());
    let size = move || {
        match (kinds.get(), retrieval.get_untracked().context) {
        (NEIGHBOURS, PassageContext::Neighbours(count)) => view! {
            <Number label=t!("Chunks on each side") value=Signal::derive(move || count) set=Callback::new(move |count| set(PassageContext::Neighbours(count)))/>
        }
        .into_any(),
        (PARENT, PassageContext::Parent(tokens)) => view! {
            <Number label=t!("Parent size (tokens)") value=Signal::derive(move || tokens) set=Callback::new(move |tokens| set(PassageContext::Parent(tokens)))/>
        }
        .into_any(),
        _ => ().into_any(),
    }
    };
    view! {
        <div class="form-row">
            {field::select(t!("Text sent"), options, untrack(kind), Callback::new(choose))}
            {live(size)}
        </div>
        <div class="form-row">
            <Decimal
                label=t!("Minimum score")
                placeholder=t!("None")
                value=Signal::derive(move || retrieval.get().min_score)
                set=Callback::new(move |value| retrieval.update(|retrieval| retrieval.min_score = value))
            />
            <Decimal
                label=t!("MMR λ (1 relevance, 0 difference)")
                placeholder=t!("Off")
                value=Signal::derive(move || retrieval.get().mmr)
                set=Callback::new(move |value| retrieval.update(|retrieval| retrieval.mmr = value))
            />
        </div>
    }
    .into_any()
}

/// Every weight of fusion and BM25.
fn weights(retrieval: RwSignal<RetrievalSettings>) -> AnyView {
    let number = move |label, value: fn(&RetrievalSettings) -> f32, set: fn(&mut RetrievalSettings, f32)| {
        view! {
            <Decimal
                label=label
                placeholder=""
                value=Signal::derive(move || Some(value(&retrieval.get())))
                set=Callback::new(move |value: Option<f32>| retrieval.update(|retrieval| set(retrieval, value.unwrap_or(0.0))))
            />
        }
        .into_any()
    };
    view! {
        <div class="form-row">
            <Number
                label=t!("Candidates of each ranking")
                value=Signal::derive(move || retrieval.get().candidates)
                set=Callback::new(move |value| retrieval.update(|retrieval| retrieval.candidates = value))
            />
            <Decimal
                label=t!("Weight of the dense ranking (0 to 1)")
                placeholder=t!("By the question's language")
                value=Signal::derive(move || retrieval.get().dense_weight)
                set=Callback::new(move |value| retrieval.update(|retrieval| retrieval.dense_weight = value))
            />
        </div>
        <div class="form-row">
            {number(t!("Weight of titles, headings and file names"), |of| of.title_weight, |of, value| of.title_weight = value)}
            {number(t!("RRF constant k"), |of| of.rrf_k, |of, value| of.rrf_k = value)}
        </div>
        <div class="form-row">
            {number("BM25 k1", |of| of.k1, |of, value| of.k1 = value)}
            {number("BM25 b", |of| of.b, |of, value| of.b = value)}
        </div>
    }
    .into_any()
}
