use crate::chunk;
use crate::retrieve;
use crate::run::HistoryLimits;
use crate::state::{AppState, Settings, languages};
use crate::types::{
    CallFailure, ChunkSettings, ChunkStrategy, Recipe, RetrievalMode, RetrievalSettings, UserError,
};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::fixes;
use crate::ui::prompt::editor::{Draft, editor};
use crate::ui::settings::cache;
use crate::ui::settings::vector_host::VectorHost;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Chunking, retrieval, the hosts that embed and rerank, and the context budget of the built-in model.
#[component]
pub fn SettingsDialog() -> impl IntoView {
    let state = AppState::get();
    let chunking = RwSignal::new(state.settings.with_untracked(|settings| settings.recipe.chunking));
    let retrieval = RwSignal::new(state.settings.with_untracked(|settings| settings.recipe.retrieval));
    let language = RwSignal::new(state.settings.with_untracked(|settings| settings.language.clone()));
    let history = RwSignal::new(state.settings.with_untracked(|settings| settings.history));
    let budget = RwSignal::new(state.settings.with_untracked(|settings| settings.budget_tokens));
    let wrong = move || {
        let wrong = chunk::validate(chunking.get()).err().map(UserError::from);
        wrong.or_else(|| retrieve::validate(&retrieval.get()).err().map(UserError::from))
    };
    let (embedder, reranker) = state.settings.with_untracked(|settings| {
        let recipe = &settings.recipe;
        (VectorHost::embedder(recipe.embedder.clone()), VectorHost::reranker(recipe.reranker.clone()))
    });
    state.load_catalogue();
    let prompt = Draft::of_recipe(state);
    let refused = RwSignal::new(None::<CallFailure>);
    let has_open = move || state.view.opened.with(Option::is_some);
    let is_loading = move || embedder.is_loading() || reranker.is_loading();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(|| wrong().is_some() || prompt.is_wrong() || is_loading()) {
            return;
        }
        // Everything is read now: the dialog may be closed while the courier is busy.
        let keys = [embedder.take_key(), reranker.take_key()];
        let recipe = Recipe {
            chunking: chunking.get_untracked(),
            embedder: embedder.to_embedder(),
            retrieval: retrieval.get_untracked(),
            reranker: reranker.to_reranker(),
            prompt: untrack(|| prompt.custom()),
        };
        let budget_tokens = budget.get_untracked().clamp(512, 8192);
        let history = history.get_untracked();
        let language = language.get_untracked();
        let is_other_language = state.settings.with_untracked(|settings| settings.language != language);
        spawn_local(async move {
            // The courier has the keys before anything can ask for them.
            for (endpoint, purpose, key) in keys.into_iter().flatten() {
                if let Err(failure) = state.give_key(&endpoint, purpose, key).await {
                    return refused.set(Some(failure));
                }
            }
            state.set(|settings: &mut Settings| {
                settings.recipe = recipe;
                settings.budget_tokens = budget_tokens;
                settings.history = history;
                settings.language = language;
            });
            state.tidy_history();
            state.renew();
            state.view.dialog.set(None);
            if is_other_language {
                state.change_language().await;
            }
        });
    };
    view! {
        <Modal title=t!("Settings")>
            <form class="form" on:submit=listener(save)>
                <fieldset>
                    <legend>{t!("Chunking")}</legend>
                    <Chunking chunking/>
                    <p class="hint">{t!("In tokens of the built-in embedder, which reads at most 256. Saving re-indexes all documents; unchanged passages are not embedded again.")}</p>
                    <button
                        class="button"
                        type="button"
                        disabled=sig(move || !has_open() || wrong().is_some())
                        title=t!("Open a document first to preview its chunks")
                        on:click=listener(move |_| {
                            state.preview_chunks(chunking.get_untracked());
                            state.view.dialog.set(None);
                        })
                    >
                        {t!("Preview on the open document")}
                    </button>
                </fieldset>
                <fieldset>
                    <legend>{t!("Retrieval")}</legend>
                    <Retrieval retrieval/>
                </fieldset>
                {editor(state, prompt, None)}
                {embedder.fields()}
                {reranker.fields()}
                <fieldset>
                    <legend>{t!("Built-in model")}</legend>
                    <Number label=t!("Context limit (tokens)") value=Signal::derive(move || budget.get()) set=Callback::new(move |value| budget.set(value))/>
                    <p class="hint">{t!("Prompt and answer together. A larger limit is slower. Passages that do not fit are omitted, and the column says so.")}</p>
                </fieldset>
                <fieldset>
                    <legend>{t!("Interface")}</legend>
                    {language_field(language)}
                </fieldset>
                <HistoryFields history/>
                {cache::cache()}
                {live(move || field::user_error(wrong()))}
                {live(move || refused.get().map(|failure| fixes::failure(&failure)))}
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(move || wrong().is_some() || prompt.is_wrong() || is_loading())>{t!("Save")}</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

fn language_field(language: RwSignal<Option<String>>) -> AnyView {
    let browsers = (String::new(), t!("As in the browser").to_owned());
    let options = std::iter::once(browsers).chain(languages()).collect();
    let chosen = language.get_untracked().unwrap_or_default();
    let choose = move |code: String| language.set(Some(code).filter(|code| !code.is_empty()));
    field::select(t!("Language"), options, &chosen, Callback::new(choose))
}

#[component]
fn Chunking(chunking: RwSignal<ChunkSettings>) -> impl IntoView {
    let options = ChunkStrategy::ALL
        .into_iter()
        .map(|strategy| {
            let label = match strategy {
                ChunkStrategy::Structure => t!("Structure: by headings and blocks"),
                ChunkStrategy::Recursive => t!("Recursive: paragraphs, lines, sentences, words"),
            };
            view! {
                <option value=strategy.name() selected=sig(move || chunking.get().strategy == strategy)>{label}</option>
            }
        })
        .collect_view();
    let choose = move |event| {
        if let Some(strategy) = ChunkStrategy::from_name(&event_target_value(&event)) {
            chunking.update(|chunking| chunking.strategy = strategy);
        }
    };
    view! {
        <label>{t!("Strategy")}<select on:change=listener(choose)>{options}</select></label>
        <div class="form-row">
            <Number
                label=t!("Chunk size (tokens)")
                value=Signal::derive(move || chunking.get().size_tokens)
                set=Callback::new(move |value| chunking.update(|chunking| chunking.size_tokens = value))
            />
            <Number
                label=t!("Overlap (tokens)")
                value=Signal::derive(move || chunking.get().overlap_tokens)
                set=Callback::new(move |value| chunking.update(|chunking| chunking.overlap_tokens = value))
            />
        </div>
    }
    .into_any()
}

#[component]
fn Retrieval(retrieval: RwSignal<RetrievalSettings>) -> impl IntoView {
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
    }
    .into_any()
}

/// How much history is kept, and how to be rid of it.
#[component]
fn HistoryFields(history: RwSignal<HistoryLimits>) -> impl IntoView {
    let state = AppState::get();
    let deleted = RwSignal::new(false);
    let keep = move |event| history.update(|history| history.keep = event_target_checked(&event));
    view! {
        <fieldset>
            <legend>{t!("History")}</legend>
            <label class="choice">
                <input type="checkbox" prop:checked=sig(move || history.get().keep) on:change=listener(keep)/>
                {t!("Keep every run in this browser")}
            </label>
            <div class="form-row">
                <Number
                    label=t!("Most runs (0: no limit)")
                    value=Signal::derive(move || history.get().max_runs)
                    set=Callback::new(move |value| history.update(|history| history.max_runs = value))
                />
                <Number
                    label=t!("Days to keep (0: no limit)")
                    value=Signal::derive(move || history.get().max_days)
                    set=Callback::new(move |value| history.update(|history| history.max_days = value))
                />
            </div>
            <p class="hint">{t!("Question, settings, evidence, answers, usage, costs and requests without keys. Starred runs are kept.")}</p>
            <div class="button-row">
                {confirmed(t!("Delete all runs"), t!("Delete all runs of this browser?"), move || {
                    state.clear_history();
                    deleted.set(true);
                })}
                {confirmed(
                    t!("Delete all data"),
                    t!("Delete all documents, runs, keys and settings of Sidecite in this browser? This cannot be undone."),
                    move || state.delete_all_data(),
                )}
            </div>
            <p class="hint" role="status">{live(move || deleted.get().then_some(t!("All runs deleted.")))}</p>
        </fieldset>
    }
    .into_any()
}

/// A button whose click is asked about first.
fn confirmed(
    label: &'static str,
    question: &'static str,
    press: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    field::button(label.into(), move || {
        if window().confirm_with_message(question).unwrap_or(false) {
            press();
        }
    })
}

#[component]
fn Number(label: &'static str, value: Signal<u32>, set: Callback<u32>) -> impl IntoView {
    // What is typed stays as it is, also while it is no number yet.
    let typed = RwSignal::new(value.get_untracked().to_string());
    let hear = move |event| {
        typed.set(event_target_value(&event));
        set.run(typed.with_untracked(|typed| typed.trim().parse().unwrap_or(0)));
    };
    view! {
        <label>
            {label}
            <input type="number" min="0" step="1" inputmode="numeric" prop:value=sig(move || typed.get()) on:input=listener(hear)/>
        </label>
    }
    .into_any()
}
