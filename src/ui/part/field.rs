use crate::types::UserError;
use crate::ui::part::erased::{listener, sig};
use crate::ui::part::problem;
use leptos::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// An id that no other element has.
pub fn unique() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("field-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

/// What a text field says about itself.
#[derive(Default)]
pub struct Field {
    /// Its name.
    pub label: String,
    /// Its type; `text` when nothing is said.
    pub kind: &'static str,
    /// An example.
    pub placeholder: String,
    /// A line below it.
    pub hint: Option<AnyView>,
    /// It may not be empty.
    pub required: bool,
    /// The id of a list of suggestions.
    pub list: Option<String>,
}

/// A labelled text field; `set` hears every change.
pub fn text(field: Field, value: Signal<String>, set: Callback<String>) -> AnyView {
    let id = unique();
    let hint_id = field.hint.is_some().then(|| format!("{id}-hint"));
    let hint = field.hint.map(|hint| view! { <span class="hint" id=hint_id.clone()>{hint}</span> });
    let kind = if field.kind.is_empty() { "text" } else { field.kind };
    view! {
        <div class="field">
            <label for=id.clone()>{field.label}</label>
            <input
                id=id
                type=kind
                step=(kind == "number").then_some("any")
                min=(kind == "number").then_some("0")
                placeholder=field.placeholder
                required=field.required
                list=field.list
                autocomplete="off"
                spellcheck="false"
                aria-describedby=hint_id
                prop:value=sig(move || value.get())
                on:input=listener(move |event| set.run(event_target_value(&event)))
            />
            {hint}
        </div>
    }
    .into_any()
}

/// A labelled text field bound to a signal.
pub fn bound(field: Field, signal: RwSignal<String>) -> AnyView {
    text(field, signal.into(), Callback::new(move |value| signal.set(value)))
}

/// A labelled choice of few; options are value and text.
pub fn select(label: &str, options: Vec<(String, String)>, chosen: &str, set: Callback<String>) -> AnyView {
    let id = unique();
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label.to_owned()}</label>
            <select id=id on:change=listener(move |event| set.run(event_target_value(&event)))>{options}</select>
        </div>
    }
    .into_any()
}

/// A button that does something within a dialog.
pub fn button(label: String, press: impl Fn() + Send + Sync + 'static) -> AnyView {
    let press = Callback::new(move |()| press());
    view! { <button class="button" type="button" on:click=listener(move |_| press.run(()))>{label}</button> }
        .into_any()
}

/// What went wrong and what to do, store at once.
pub fn user_error(user_error: Option<UserError>) -> AnyView {
    match user_error {
        None => ().into_any(),
        Some(user_error) => {
            view! { <p class="notice bad" role="alert">{problem::text(&user_error)}</p> }.into_any()
        }
    }
}

/// A remark in the quieter colour.
pub fn hint(text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <p class="hint">{text}</p> }.into_any()
}

/// A table of plain cells that scrolls by itself where it does not fit.
pub fn table(caption: &'static str, headings: &[&'static str], rows: Vec<Vec<String>>) -> AnyView {
    let cell = |text: String| view! { <td class="number">{text}</td> }.into_any();
    let row = |cells: Vec<String>| view! { <tr>{cells.into_iter().map(cell).collect_view()}</tr> }.into_any();
    let heading = |text: &&'static str| view! { <th scope="col">{*text}</th> }.into_any();
    view! {
        <div class="table-scroll" tabindex="0" role="group" aria-label=caption>
            <table class="table">
                <caption>{caption}</caption>
                <thead><tr>{headings.iter().map(heading).collect_view()}</tr></thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
