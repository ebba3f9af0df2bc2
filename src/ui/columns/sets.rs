use crate::state::{AppState, ColumnSet};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::button;
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// Columns kept under names: keep the present ones, take others, delete a set and undo that.
#[component]
pub fn ColumnSets() -> impl IntoView {
    let state = AppState::get();
    let name = RwSignal::new(String::new());
    let deleted = RwSignal::new(None::<(usize, ColumnSet)>);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = name.get_untracked();
        state.set(|settings| {
            settings.save_set(&typed);
        });
        name.set(String::new());
    };
    let list = move || {
        state.settings.with(|settings| {
            if settings.column_sets.is_empty() {
                return crate::ui::part::field::hint(t!(
                    "No sets yet. A set keeps models, parameters, names and order; no keys and no answers."
                ));
            }
            let row = |set: &ColumnSet| row(state, set, deleted);
            let rows = settings.column_sets.iter().map(row).collect_view();
            view! { <ul class="history-list" aria-label=t!("Column sets")>{rows}</ul> }.into_any()
        })
    };
    view! {
        <Modal title=t!("Column sets")>
            <form class="form-row" on:submit=listener(save)>
                <label class="field">
                    {t!("Name of the set")}
                    <input type="text" prop:value=sig(move || name.get()) on:input=listener(move |event| name.set(event_target_value(&event)))/>
                </label>
                <button class="button primary" type="submit" disabled=sig(move || name.with(|name| name.trim().is_empty()))>{t!("Save current columns")}</button>
            </form>
            {live(list)}
            <div role="status">{live(move || undo(state, deleted))}</div>
        </Modal>
    }
    .into_any()
}

fn row(state: AppState, set: &ColumnSet, deleted: RwSignal<Option<(usize, ColumnSet)>>) -> AnyView {
    let name = set.name.clone();
    let count = t!("{count} {count#column|columns}", count = set.columns.len());
    let models = state.settings.with_untracked(|settings| set.names(settings).join(", "));
    let (load, delete) = (name.clone(), name.clone());
    let load = move |_| {
        state.load_column_set(&load);
        state.view.dialog.set(None);
    };
    let delete = move |_| {
        let mut gone = None;
        state.set(|settings| gone = settings.delete_set(&delete));
        deleted.set(gone);
    };
    view! {
        <li class="history-row">
            <div class="history-run">
                <button class="history-open" aria-label=t!("Load {name}", name = name) on:click=listener(load)>{name.clone()}</button>
                <p class="hint">{format!("{count}: {models}")}</p>
            </div>
            <button class="button quiet tiny" aria-label=t!("Delete {name}", name = name) title=t!("Delete {name}", name = name) on:click=listener(delete)>
                <Icon name=Name::Delete/>
            </button>
        </li>
    }
    .into_any()
}

fn undo(state: AppState, deleted: RwSignal<Option<(usize, ColumnSet)>>) -> AnyView {
    let Some((at, set)) = deleted.get() else { return ().into_any() };
    let text = t!("Set {name} deleted.", name = set.name);
    let undo = button(t!("Undo").into(), move || {
        let set = set.clone();
        state.set(|settings| settings.column_sets.insert(at.min(settings.column_sets.len()), set));
        deleted.set(None);
    });
    view! { <p class="notice">{text}" "{undo}</p> }.into_any()
}
