//! What finds the nearest vectors: its fields in a recipe's form, and how far its graph is.

use crate::format;
use crate::messages::lookup;
use crate::state::{AppState, GraphState};
use crate::types::{GraphSpec, IndexEngine, RetrievalMode, RetrievalSettings};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::number::Number;
use crate::ui::part::problem;
use crate::worker::protocol::GraphReport;
use leptos::prelude::*;

/// The choice of an engine, and its parameters where it has some.
pub fn fields(retrieval: RwSignal<RetrievalSettings>) -> AnyView {
    let engine = move || retrieval.with(|retrieval| retrieval.engine);
    let options = IndexEngine::ALL
        .into_iter()
        .map(|of| {
            let label = match of {
                IndexEngine::Exact => t!("Exact: every vector is compared"),
                IndexEngine::HnswRs { .. } => t!("hnsw_rs: a graph (HNSW)"),
                IndexEngine::InstantDistance { .. } => t!("instant-distance: a graph (HNSW), M = 32"),
            };
            view! { <option value=of.name() selected=sig(move || engine().name() == of.name())>{label}</option> }
        })
        .collect_view();
    let choose = move |event| {
        let chosen = IndexEngine::from_name(&event_target_value(&event));
        // What was typed for the engine that is chosen already stays.
        if let Some(chosen) = chosen.filter(|chosen| chosen.name() != untrack(engine).name()) {
            retrieval.update(|retrieval| retrieval.engine = chosen);
        }
    };
    let is_lexical = move || retrieval.with(|retrieval| retrieval.mode == RetrievalMode::Lexical);
    // Drawn again for another engine only: a field that is being typed in stays.
    let name = Memo::new(move |_| engine().name());
    let parameters = move || {
        if name.get() == IndexEngine::Exact.name() {
            return ().into_any();
        }
        let numbers: Vec<AnyView> = ["M", "ef_construction", "ef_search"]
            .into_iter()
            .zip(PARAMETERS)
            .filter(|(_, of)| of(&mut untrack(engine)).is_some())
            .map(|(label, of)| number(label, retrieval, of))
            .collect();
        view! {
            <div class="form-row">{numbers}</div>
            <p class="hint">{t!("The graph is built in the background and kept in memory; exact search answers until it is ready, and whenever documents are filtered. A graph may miss passages: its recall against exact search is shown under Recipes. Below tens of thousands of chunks it is not faster.")}</p>
        }
        .into_any()
    };
    view! {
        <label>
            {t!("Index engine")}
            <select disabled=sig(is_lexical) on:change=listener(choose)>{options}</select>
        </label>
        {live(parameters)}
    }
    .into_any()
}

/// A parameter of an engine; nothing where it has none of that name.
type Parameter = fn(&mut IndexEngine) -> Option<&mut u32>;

/// M, ef_construction and ef_search.
const PARAMETERS: [Parameter; 3] = [
    |engine| match engine {
        IndexEngine::HnswRs { m, .. } => Some(m),
        IndexEngine::Exact | IndexEngine::InstantDistance { .. } => None,
    },
    |engine| match engine {
        IndexEngine::HnswRs { ef_construction, .. }
        | IndexEngine::InstantDistance { ef_construction, .. } => Some(ef_construction),
        IndexEngine::Exact => None,
    },
    |engine| match engine {
        IndexEngine::HnswRs { ef_search, .. } | IndexEngine::InstantDistance { ef_search, .. } => {
            Some(ef_search)
        }
        IndexEngine::Exact => None,
    },
];

fn number(label: &'static str, retrieval: RwSignal<RetrievalSettings>, of: Parameter) -> AnyView {
    let value = move || of(&mut retrieval.with(|retrieval| retrieval.engine)).copied().unwrap_or(0);
    let set = move |value| {
        retrieval.update(|retrieval| {
            if let Some(parameter) = of(&mut retrieval.engine) {
                *parameter = value;
            }
        });
    };
    view! { <Number label value=Signal::derive(value) set=Callback::new(set)/> }.into_any()
}

/// Says how far a graph is, and what can be done about it.
pub fn progress(state: AppState, recipe: &str, spec: &GraphSpec) -> AnyView {
    let graph = state.graphs.state(spec);
    let engine = lookup(spec.engine.name()).into_owned();
    let line = match &graph {
        GraphState::Waiting => t!("{engine}: waits for its turn; exact search answers", engine = engine),
        GraphState::Building => t!("{engine}: building; exact search answers", engine = engine),
        GraphState::Ready(report) => ready(&engine, report),
        GraphState::Cancelled => t!("{engine}: cancelled; exact search answers", engine = engine),
        GraphState::Failed(_) => String::new(),
    };
    let failure = match &graph {
        GraphState::Failed(error) => Some(problem::text(error)),
        _ => None,
    };
    let spec = spec.clone();
    let act = match &graph {
        GraphState::Ready(_) => None,
        of if of.is_under_way() => {
            let label = t!("Cancel {engine} of {name}", engine = engine, name = recipe);
            let cancel = move |_| state.cancel_graph(&spec);
            Some(view! { <button class="button" type="button" aria-label=label on:click=listener(cancel)>{t!("Cancel")}</button> }.into_any())
        }
        _ => {
            let label = t!("Retry {engine} of {name}", engine = engine, name = recipe);
            let retry = move |_| state.retry_graph(&spec);
            Some(view! { <button class="button" type="button" aria-label=label on:click=listener(retry)>{t!("Retry")}</button> }.into_any())
        }
    };
    view! { <div class="recipe-index recipe-graph" role="status"><span>{line}{failure}</span>{act}</div> }
        .into_any()
}

fn ready(engine: &str, GraphReport { size, recall }: &GraphReport) -> String {
    t!(
        "{engine}: built in {time} · {size} · recall@{k} {recall} on {chunks} {chunks#chunk|chunks} and {questions} {questions#question|questions}",
        engine = engine,
        time = format::duration(size.build_millis),
        size = format::bytes(size.memory_bytes),
        k = recall.k,
        recall = format::decimal(f64::from(recall.share), 3),
        chunks = recall.chunks,
        questions = recall.questions,
    )
}
