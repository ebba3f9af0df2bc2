use crate::format;
use crate::messages::text;
use crate::state::providers::money::usd;
use crate::state::{AnswerOf, AppState, Cell, ColumnView};
use crate::types::{AnswerState, ColumnId, RecipeId};
use crate::ui::part::erased::{listener, live};
use leptos::prelude::*;

/// Characters of an answer that a cell shows.
const EXCERPT_CHARS: usize = 160;

/// The columns of a recipe, each with its place among the models; without a recipe those without documents.
type Row = (Option<RecipeId>, Vec<(usize, Cell<ColumnId, ColumnView>)>);

/// More columns than fit side by side, as a table: a row a recipe, a column a model; a cell leads to the answer.
#[component]
pub fn Grid() -> impl IntoView {
    let state = AppState::get();
    let table = move || {
        let cells = state.session.columns.cells();
        let mut models: Vec<String> = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for cell in cells {
            let (name, recipe) = cell.value.with_untracked(|view| {
                let recipe = view.column.with_documents.then_some(view.column.recipe);
                (title(view), recipe)
            });
            let at = models.iter().position(|known| *known == name).unwrap_or_else(|| {
                models.push(name);
                models.len() - 1
            });
            match rows.iter_mut().find(|(known, _)| *known == recipe) {
                Some((_, row)) => row.push((at, cell)),
                None => rows.push((recipe, vec![(at, cell)])),
            }
        }
        let heads = models.iter().map(|name| view! { <th scope="col"><bdi>{name.clone()}</bdi></th> });
        let rows = rows.iter().map(|(recipe, row)| {
            let of = |at: usize| row.iter().filter(move |(place, _)| *place == at).map(|(_, cell)| cell.clone());
            let cells = (0..models.len()).map(|at| {
                let answers = of(at).map(|cell| live(move || answer(state, &cell)));
                view! { <td>{answers.collect_view()}</td> }
            });
            view! { <tr><th scope="row"><bdi>{recipe_name(state, *recipe)}</bdi></th>{cells.collect_view()}</tr> }
        });
        view! {
            <table class="grid">
                <thead><tr><th scope="col">{t!("Recipe")}</th>{heads.collect_view()}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        }
        .into_any()
    };
    let is_hidden = move || state.session.expanded.get().is_some();
    view! {
        <section class="grid-scroll" aria-label=t!("Grid") tabindex="0" hidden=is_hidden>{live(table)}</section>
    }
    .into_any()
}

/// What a column of the table is called: the model, with the parameters in which columns of one model may differ.
fn title(view: &ColumnView) -> String {
    let parameters = &view.column.parameters;
    let mut parts = vec![view.name.clone()];
    parts.extend(
        parameters
            .temperature
            .map(|value| format!("{} {}", t!("temperature"), format::decimal(value.into(), 2))),
    );
    parts.extend(parameters.max_tokens.map(|value| format!("{} {value}", t!("max tokens"))));
    parts.join(" · ")
}

fn recipe_name(state: AppState, recipe: Option<RecipeId>) -> String {
    match recipe {
        None => t!("no documents").to_owned(),
        Some(id) => state.settings.with_untracked(|settings| settings.recipes.get(id).name().to_owned()),
    }
}

/// A cell: the answer's beginning, its state, time, cost and citations.
fn answer(state: AppState, cell: &Cell<ColumnId, ColumnView>) -> AnyView {
    let id = cell.key;
    let (data_state, figures, name, recipe) = cell.value.with(|view| {
        let mut figures = Vec::new();
        if let Some(head) = &view.head {
            figures.push(text(head.state.name()).to_owned());
            figures.extend(head.timing.total_millis.map(format::duration));
            figures.extend(view.cost.as_ref().map(|cost| usd(cost.usd)));
            if head.state.is_over() {
                let (found, flagged) = view.rendered.citations();
                figures.push(t!("{count} {count#citation|citations}", count = found));
                figures.extend((flagged > 0).then(|| t!("{count} flagged", count = flagged)));
            }
        }
        let recipe = recipe_name(state, view.column.with_documents.then_some(view.column.recipe));
        (view.state().map_or("idle", AnswerState::name), figures.join(" · "), view.name.clone(), recipe)
    });
    let excerpt =
        state.session.with_answer(AnswerOf::Run(id), |answer| excerpt(&answer.text)).unwrap_or_default();
    let open = move |_| state.session.expanded.set(Some(id));
    view! {
        <div class="grid-cell" data-column=id.0.to_string() data-state=data_state>
            <p class="grid-excerpt" dir="auto">{excerpt}</p>
            <p class="grid-figures">{figures}</p>
            <button class="button tiny" aria-label=t!("Open {name} with {recipe}", name = name, recipe = recipe) on:click=listener(open)>{t!("Open")}</button>
        </div>
    }
    .into_any()
}

fn excerpt(answer: &str) -> String {
    let mut characters = answer.trim().chars();
    let mut short: String = characters.by_ref().take(EXCERPT_CHARS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}
