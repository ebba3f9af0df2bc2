use crate::state::AppState;
use crate::ui::part::erased::listener;
use crate::ui::part::icon::{Icon, Name};
use leptos::html;
use leptos::prelude::*;

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
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(dialog) = node.get_untracked() {
            dialog.close();
        }
    };
    view! {
        <dialog
            node_ref=node
            class="dialog"
            class:wide=wide
            aria-label=title
            on:close=listener(move |_| state.view.dialog.set(None))
        >
            <div class="dialog-head">
                <h2>{title}</h2>
                <button class="button quiet tiny" aria-label="Close" on:click=listener(move |_| close())>
                    <Icon name=Name::Close/>
                </button>
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
    .into_any()
}
