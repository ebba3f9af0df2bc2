use crate::state::AppState;
use crate::ui::part::erased::listener;
use crate::ui::part::icon::{Icon, Name};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// Where typing goes at once: the first field, else the first button, and not the button that closes.
fn focus_first(dialog: &web_sys::HtmlDialogElement) {
    const FIELDS: &str =
        "input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";
    let body = dialog.query_selector(".dialog-body").ok().flatten();
    let find = |selector| body.as_ref().and_then(|body| body.query_selector(selector).ok().flatten());
    let first = find(FIELDS).or_else(|| find("button:not(:disabled)"));
    if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = first.focus();
    }
}

/// A dialog over the page: keeps the focus, closes on Escape, gives the focus back.
#[component]
pub fn Modal(
    /// Its title and name.
    title: &'static str,
    /// Takes more room where there is some.
    #[prop(optional)]
    wide: bool,
    /// What is inside.
    children: Children,
) -> impl IntoView {
    let state = AppState::get();
    let node = NodeRef::<html::Dialog>::new();
    // Runs once the element is in the document: only then can it be shown.
    Effect::new(move || {
        if let Some(dialog) = node.get()
            && !dialog.open()
        {
            state.remember_opener();
            let _ = dialog.show_modal();
            focus_first(&dialog);
        }
    });
    on_cleanup(move || request_animation_frame(move || state.return_focus()));
    // At once: the browser's `close` event comes after keys that are already waiting, which would count as typed into the dialog.
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
        state.view.dialog.set(None);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() && !event.is_composing() {
            event.prevent_default();
            close();
        }
    };
    // Closed by the browser, as by the Back gesture; not the late event of one that has left the page.
    let closed = move |_| {
        if node.get_untracked().is_some_and(|dialog| dialog.is_connected()) {
            state.view.dialog.set(None);
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:wide=wide
            aria-label=title
            on:close=listener(closed)
            on:keydown=listener(on_key)
        >
            <div class="dialog-head">
                <h2>{title}</h2>
                <button class="button quiet tiny" aria-label=t!("Close") on:click=listener(move |_| close())>
                    <Icon name=Name::Close/>
                </button>
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
    .into_any()
}
