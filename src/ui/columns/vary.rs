use crate::messages::text;
use crate::state::{AppState, Knob, MAX_COLUMNS, MAX_GRID, Variation, values};
use crate::types::{ColumnId, RecipeId};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, hint, select};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The choice of recipes, among the parameters.
const RECIPES: &str = "recipes";

/// Columns from lists: models and recipes, or one parameter over values.
#[component]
pub fn Vary() -> impl IntoView {
    let state = AppState::get();
    let columns = RwSignal::new(BTreeSet::<ColumnId>::new());
    let recipes = RwSignal::new(BTreeSet::<RecipeId>::new());
    state.settings.with_untracked(|settings| {
        columns.set(settings.columns.iter().map(|column| column.id).collect());
        recipes.set(settings.recipes.iter().map(|named| named.id).collect());
    });
    // Nothing while it is recipes that are varied.
    let knob = RwSignal::new(None::<Knob>);
    let typed = RwSignal::new("3, 6, 12".to_owned());
    let variation = move || {
        let columns = columns.get().into_iter().collect();
        Some(match knob.get() {
            None => Variation::Recipes(columns, recipes.get().into_iter().collect()),
            Some(knob) => Variation::Values(columns, knob, typed.with(|typed| values(typed))?),
        })
    };
    let count = Memo::new(move |_| {
        variation().map_or(0, |variation| state.settings.with(|settings| settings.planned(&variation).len()))
    });
    let there = move || state.settings.with(|settings| settings.columns.len());
    let fits = move || count.get() > 0 && there() + count.get() <= MAX_GRID;
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(variation) = untrack(|| variation().filter(|_| fits())) {
            state.vary(&variation);
            state.view.dialog.set(None);
        }
    };
    let options: Vec<(String, String)> = std::iter::once((RECIPES.to_owned(), t!("recipes").to_owned()))
        .chain(Knob::ALL.map(|knob| (knob.name().to_owned(), text(knob.name()).to_owned())))
        .collect();
    let choose = Callback::new(move |name: String| knob.set(Knob::from_name(&name)));
    let lists = move || match knob.get() {
        None => recipe_boxes(state, recipes),
        Some(_) => {
            let field =
                Field { label: t!("Values").into(), placeholder: "3, 6, 12".into(), ..Field::default() };
            bound(field, typed)
        }
    };
    let outcome = move || {
        let total = there() + count.get();
        match count.get() {
            0 => t!("Nothing new: these columns are there already, or a value is not possible.").to_owned(),
            _ if total > MAX_GRID => {
                t!("{total} columns would be more than the {most} of a grid.", total = total, most = MAX_GRID)
            }
            made if total > MAX_COLUMNS => {
                t!(
                    "{count} {count#column|columns} more, {total} in all: shown as a grid.",
                    count = made,
                    total = total
                )
            }
            made => t!("{count} {count#column|columns} more, {total} in all.", count = made, total = total),
        }
    };
    view! {
        <Modal title=t!("Vary")>
            <form class="form" on:submit=listener(make)>
                <p class="hint">{t!("Makes columns from lists: every chosen column with every recipe, or with every value of one parameter. Values of a recipe make recipes.")}</p>
                {column_boxes(state, columns)}
                {select(t!("What varies"), options, RECIPES, choose)}
                {live(lists)}
                <div role="status">{live(move || hint(outcome()))}</div>
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(move || !fits())>{t!("Make columns")}</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

fn column_boxes(state: AppState, chosen: RwSignal<BTreeSet<ColumnId>>) -> AnyView {
    let cells = state.session.columns.cells_now();
    let named = cells.into_iter().map(|cell| (cell.key, cell.value.with_untracked(|view| view.name.clone())));
    boxes(t!("Columns"), named.collect(), chosen)
}

fn recipe_boxes(state: AppState, chosen: RwSignal<BTreeSet<RecipeId>>) -> AnyView {
    let named = state.settings.with_untracked(|settings| {
        settings.recipes.iter().map(|named| (named.id, named.name().to_owned())).collect()
    });
    boxes(t!("Recipes"), named, chosen)
}

fn boxes<T: Copy + Ord + Send + Sync + 'static>(
    legend: &'static str,
    named: Vec<(T, String)>,
    chosen: RwSignal<BTreeSet<T>>,
) -> AnyView {
    let boxes = named.into_iter().map(|(id, name)| {
        let is_in = chosen.with_untracked(|chosen| chosen.contains(&id));
        let toggle = move |event| {
            let on = event_target_checked(&event);
            chosen.update(|chosen| {
                let _ = if on { chosen.insert(id) } else { chosen.remove(&id) };
            });
        };
        view! {
            <label class="choice"><input type="checkbox" prop:checked=is_in on:change=listener(toggle)/><bdi>{name}</bdi></label>
        }
    });
    view! { <fieldset><legend>{legend}</legend>{boxes.collect_view()}</fieldset> }.into_any()
}
