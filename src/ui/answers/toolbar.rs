//! What can be done with one column, and how it is dragged to another place.

use crate::state::{Action, AppState, Dialog, Step};
use crate::types::{Column, ColumnId, ModelRef};
use crate::ui::part::erased::{listener, live};
use crate::ui::part::icon::{Icon, Name};
use leptos::ev::{DragEvent, MouseEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The kind of what is dragged, so that a dropped file is never taken for a column.
const DRAGGED: &str = "application/x-sidecite-column";

/// The buttons of a column, above its answer.
pub fn toolbar(
    state: AppState,
    column: &Column,
    name: Memo<String>,
    data_state: Memo<&'static str>,
) -> AnyView {
    let id = column.id;
    // Quotations without documents would be empty.
    let can_have_baseline = column.with_documents && column.model != ModelRef::Extractive;
    let buttons = move || {
        let shown = Shown {
            name: name.get(),
            answer: data_state.get(),
            can_have_baseline,
            is_of_today: state.session.is_of_today(),
            is_expanded: state.session.expanded.get() == Some(id),
            is_copied: state.view.copied.get() == Some(id),
        };
        buttons(state, id, &shown)
    };
    view! {
        <div class="column-actions" role="group" aria-label=t!("Column")>
            {live(buttons)}
        </div>
    }
    .into_any()
}

/// What the buttons depend on.
struct Shown {
    name: String,
    answer: &'static str,
    can_have_baseline: bool,
    is_of_today: bool,
    is_expanded: bool,
    is_copied: bool,
}

fn buttons(state: AppState, id: ColumnId, shown: &Shown) -> AnyView {
    let name = &shown.name;
    let act = move |label: String, icon: Name, action: fn(ColumnId) -> Action| {
        button(label, icon, Box::new(move |_| state.act(action(id))))
    };
    let run = match shown.answer {
        "waiting" | "streaming" => Some(act(t!("Stop {name}", name = name), Name::Stop, Action::Stop)),
        "idle" => None,
        _ => Some(act(t!("Run {name} again", name = name), Name::Retry, Action::RunAgain)),
    };
    let copy_icon = if shown.is_copied { Name::Done } else { Name::Copy };
    let copy = (shown.answer != "idle")
        .then(|| act(t!("Copy answer of {name}", name = name), copy_icon, Action::CopyAnswer));
    let baseline = shown.can_have_baseline.then(|| {
        act(t!("Add baseline of {name} without documents", name = name), Name::Baseline, Action::AddBaseline)
    });
    let dialog = move |label: String, icon: Name, dialog: Dialog| {
        button(label, icon, Box::new(move |_| state.view.dialog.set(Some(dialog))))
    };
    let change = shown.is_of_today.then(|| {
        view! {
            {dialog(t!("Edit column {name}", name = name), Name::Rename, Dialog::EditColumn(id))}
            {act(t!("Duplicate column {name}", name = name), Name::Duplicate, Action::DuplicateColumn)}
            {step(state, id, t!("Move column {name} left", name = name), Name::Left, Step::Left)}
            {step(state, id, t!("Move column {name} right", name = name), Name::Right, Step::Right)}
        }
    });
    let expand =
        if shown.is_expanded { t!("Collapse {name}", name = name) } else { t!("Expand {name}", name = name) };
    let is_expanded = shown.is_expanded;
    let toggle = move |_| state.session.expanded.set((!is_expanded).then_some(id));
    view! {
        {run}
        {copy}
        {dialog(t!("View request of {name}", name = name), Name::Code, Dialog::Request(id))}
        {baseline}
        {change}
        {button(expand, Name::Expand, Box::new(toggle))}
        {button(t!("Remove column {name}", name = name), Name::Close, Box::new(move |_| state.remove_column(id)))}
    }
    .into_any()
}

/// A button that moves the column and keeps the focus: an element that is moved loses it.
fn step(state: AppState, id: ColumnId, label: String, icon: Name, step: Step) -> AnyView {
    let press = move |event: MouseEvent| {
        state.act(Action::MoveColumn(id, step));
        let target = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if let Some(target) = target {
            request_animation_frame(move || drop(target.focus()));
        }
    };
    button(label, icon, Box::new(press))
}

fn button(label: String, icon: Name, press: Box<dyn Fn(MouseEvent) + Send>) -> AnyView {
    view! {
        <button class="button quiet tiny" aria-label=label.clone() title=label on:click=listener(move |event: MouseEvent| press(event))>
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

/// A column is being dragged.
pub fn drag(id: ColumnId, event: &DragEvent) {
    if let Some(transfer) = event.data_transfer() {
        let _ = transfer.set_data(DRAGGED, &id.0.to_string());
        transfer.set_effect_allowed("move");
    }
}

/// Lets a dragged column be dropped here.
pub fn allow_drop(event: &DragEvent) {
    let is_column = event.data_transfer().is_some_and(|transfer| {
        transfer.types().iter().any(|kind| kind.as_string().as_deref() == Some(DRAGGED))
    });
    if is_column {
        event.prevent_default();
    }
}

/// Puts a dropped column in the place of this one.
pub fn drop_on(state: AppState, target: ColumnId, event: &DragEvent) {
    let dragged = event.data_transfer().and_then(|transfer| transfer.get_data(DRAGGED).ok());
    if let Some(id) = dragged.and_then(|id| id.parse().ok()) {
        event.prevent_default();
        event.stop_propagation();
        state.act(Action::PlaceColumn(ColumnId(id), target));
    }
}
