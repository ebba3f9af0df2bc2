use crate::state::{Action, AnswerOf, AppState, Cell, ColumnView, Dialog, MAX_COLUMNS};
use crate::types::{ColumnId, ModelRef};
use crate::ui::answers::column::ColumnCard;
use crate::ui::documents::list::Empty;
use crate::ui::part::deferred::{self, Part};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::problem;
use leptos::html;
use leptos::prelude::*;

/// The centre pane: the question and the columns.
#[component]
pub fn Composer() -> impl IntoView {
    let state = AppState::get();
    let question = state.session.question;
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        state.act(Action::Ask);
    };
    let node = NodeRef::<html::Textarea>::new();
    // Enter asks, Shift+Enter makes a line, as in every chat.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            state.act(Action::Ask);
        }
    };
    let has_run = Memo::new(move |_| state.session.head.with(Option::is_some));
    let has_no_model = Memo::new(move |_| {
        state
            .settings
            .with(|settings| settings.columns.iter().all(|column| column.model == ModelRef::Extractive))
    });
    let is_grid = Memo::new(move |_| state.session.columns.len() > MAX_COLUMNS);
    let comparing = state.comparison.open;
    let estimate = Memo::new(move |_| state.cost_estimate());
    view! {
        <section class="composer" class:comparing=sig(move || comparing.get()) aria-label=t!("Question and answers")>
            <form class="composer-form" on:submit=listener(submit)>
                <label class="visually-hidden" for="question">{t!("Question")}</label>
                <textarea
                    node_ref=node
                    id="question"
                    rows="2"
                    dir="auto"
                    placeholder=t!("Ask your documents")
                    prop:value=sig(move || question.get())
                    on:input=listener(move |event| question.set(event_target_value(&event)))
                    on:keydown=listener(on_key)
                    on:focus=listener(move |_| state.act(Action::Prepare))
                ></textarea>
                <button class="button primary composer-ask" type="submit" disabled=sig(move || question.with(|text| text.trim().is_empty()))>
                    {t!("Ask")}
                </button>
            </form>
            <Bar/>
            {live(move || (!has_no_model.get()).then(|| deferred::part(Part::ContextGuards)))}
            <p class="composer-cost hint">{live(move || estimate.get())}</p>
            <div class="composer-notice" role="status">{live(move || state.session.notice.get().map(|notice| view! { <p class="notice warn">{problem::message(&notice)}</p> }))}</div>
            <div role="status" aria-label=t!("Removed column")>{live(move || removed(state))}</div>
            {live(move || has_run.get().then(|| deferred::part(Part::RunHead)))}
            <Show when=move || state.corpus.rows.is_empty()>
                <Empty/>
            </Show>
            {live(move || comparing.get().then(|| deferred::part(Part::Comparison)))}
            <h2 class="visually-hidden">{t!("Answers")}</h2>
            {live(move || is_grid.get().then(|| deferred::part(Part::Grid)))}
            <div class="columns" class:has-expanded=sig(move || state.session.expanded.get().is_some())>
                <For each=move || cards(state) key=|(_, cell)| cell.serial let:card>
                    <ColumnCard of=card.0 view=card.1.value/>
                </For>
                {live(move || has_no_model.get().then(|| invitation(state)))}
            </div>
        </section>
    }
    .into_any()
}

/// The column that was removed last, and its way back.
fn removed(state: AppState) -> AnyView {
    let name =
        state.session.removed.with(|removed| removed.as_ref().map(|removed| removed.name().to_owned()));
    name.map(|name| {
        let label = t!("Undo removing column {name}", name = name);
        view! {
            <p class="notice">
                {t!("Removed column")}" "<bdi>{name}</bdi>" "
                <button class="button" aria-label=label on:click=listener(move |_| state.act(Action::UndoRemoveColumn))>{t!("Undo")}</button>
                <button class="button quiet tiny" aria-label=t!("Dismiss") on:click=listener(move |_| state.session.removed.set(None))><Icon name=Name::Close/></button>
            </p>
        }
    })
    .into_any()
}

/// What comes after quotations: a model.
fn invitation(state: AppState) -> AnyView {
    view! {
        <section class="column-invitation" aria-label=t!("Add your model")>
            <h3>{t!("Add your model")}</h3>
            <p>{t!("Compare models on your documents: every column gets the same passages. Use your own API key, a server on this machine, or a model in this tab.")}</p>
            <button class="button primary" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::AddColumn)))>
                <Icon name=Name::Add/>
                {t!("Choose a model")}
            </button>
            <button class="button" on:click=listener(move |_| state.act(Action::AddSmolLm2))>{t!("SmolLM2 in this tab (98 MB, weak)")}</button>
        </section>
    }
    .into_any()
}

/// What can be done about the columns as a whole.
#[component]
fn Bar() -> impl IntoView {
    let state = AppState::get();
    let full = move || state.session.columns.len() >= MAX_COLUMNS;
    let busy = Memo::new(move |_| state.session.is_busy());
    view! {
        <div class="composer-bar">
            <Starters/>
            <span class="composer-spring"></span>
            <button class="button" disabled=sig(move || !busy.get()) on:click=listener(move |_| state.act(Action::StopAll))>
                <Icon name=Name::Stop/>
                {t!("Stop all")}
            </button>
            <button class="button" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Recipes)))>{t!("Recipes")}</button>
            <button class="button" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Vary)))>{t!("Vary")}</button>
            <button class="button" aria-pressed=sig(move || state.comparison.open.get().to_string()) on:click=listener(move |_| state.comparison.open.update(|open| *open = !*open))>{t!("Compare retrieval")}</button>
            <button class="button" aria-label=t!("Column sets") title=t!("Column sets: keep these columns under a name, or take others") on:click=listener(move |_| state.view.dialog.set(Some(Dialog::ColumnSets)))>
                <Icon name=Name::Sets/>
            </button>
            <button class="button" disabled=full on:click=listener(move |_| state.view.dialog.set(Some(Dialog::AddColumn)))>
                <Icon name=Name::Add/>
                {t!("Add column")}
            </button>
        </div>
    }
    .into_any()
}

/// The answers in order; the earlier answer of a run that was asked again stands before the new one.
fn cards(state: AppState) -> Vec<(AnswerOf, Cell<ColumnId, ColumnView>)> {
    let columns = state.session.columns.cells();
    if columns.len() > MAX_COLUMNS {
        // The grid has them all; what is opened of it is shown alone.
        let opened = state.session.expanded.get();
        let is_opened = |cell: &Cell<ColumnId, ColumnView>| Some(cell.key) == opened;
        return columns.into_iter().filter(is_opened).map(|cell| (AnswerOf::Run(cell.key), cell)).collect();
    }
    let earlier = state.session.earlier.cells();
    let with_earlier = |cell: Cell<ColumnId, ColumnView>| {
        let before = earlier.iter().find(|before| before.key == cell.key).cloned();
        let before = before.map(|before| (AnswerOf::Earlier(before.key), before));
        before.into_iter().chain([(AnswerOf::Run(cell.key), cell)])
    };
    columns.into_iter().flat_map(with_earlier).collect()
}

/// Questions to begin with, while the sample is in and nothing was asked.
#[component]
fn Starters() -> impl IntoView {
    let state = AppState::get();
    let shown = move || state.sample.get().filter(|sample| state.has_sample(sample));
    let starters = move || {
        shown().map(|sample| {
            sample
                .starters
                .into_iter()
                .map(|question| {
                    let label = question.clone();
                    view! {
                        <button
                            class="chip"
                            type="button"
                            title=question.clone()
                            on:click=listener(move |_| {
                                state.session.question.set(question.clone());
                                state.act(Action::Ask);
                            })
                        >
                            {label}
                        </button>
                    }
                })
                .collect_view()
        })
    };
    let all = move || {
        shown().map(|_| {
            view! {
                <button class="chip" type="button" on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Questions)))>
                    {t!("All questions")}
                </button>
            }
        })
    };
    view! { <div class="composer-starters">{starters}{all}</div> }.into_any()
}
