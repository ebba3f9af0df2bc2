//! The dialogs, in a wasm of their own.
//!
//! A release build moves [`draw`] and what only it needs into a second file (`cargo xtask build`, wasm splitting), so that the
//! first view does not wait for them. All state stays in the page's wasm; other builds keep the dialogs there too.

use crate::browser::clock;
use crate::state::{AppState, Dialog};
use crate::ui::answers::request::Request;
use crate::ui::columns::{add_column::AddColumn, compare::Compare};
use crate::ui::documents::paste::Paste;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live};
use crate::ui::providers::dialog::Providers;
use crate::ui::settings::dialog::SettingsDialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

/// How long the page is left alone after the first paint: what a visit begins with goes first.
const QUIET_MILLIS: i32 = 1500;

/// Draws one dialog. A plain pointer: once the second wasm is there, a dialog opens without waiting.
type Draw = fn(Dialog) -> AnyView;

#[derive(Clone, Copy)]
enum Code {
    Pending,
    Ready(Draw),
    Failed,
}

/// The dialog that is open.
#[component]
pub fn Dialogs() -> impl IntoView {
    let state = AppState::get();
    let code = RwSignal::new(Code::Pending);
    spawn_local(async move {
        clock::sleep(QUIET_MILLIS).await;
        load(code).await;
    });
    Effect::new(move || {
        if state.view.dialog.get().is_some() && !matches!(code.get_untracked(), Code::Ready(_)) {
            code.set(Code::Pending);
            spawn_local(load(code));
        }
    });
    live(move || match (state.view.dialog.get(), code.get()) {
        (None, _) | (_, Code::Pending) => ().into_any(),
        (Some(open), Code::Ready(draw)) => draw(open),
        (Some(_), Code::Failed) => view! { <NotLoaded/> }.into_any(),
    })
}

async fn load(code: RwSignal<Code>) {
    let loaded = drawer().await;
    if !matches!(code.get_untracked(), Code::Ready(_)) {
        code.set(loaded.map_or(Code::Failed, Code::Ready));
    }
}

/// The drawing function, from the second wasm where the build has made one.
#[cfg(split_dialogs)]
#[leptos::wasm_split::wasm_split(dialogs, wasm_split_path = ::leptos::wasm_split, fallible)]
fn drawer() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

#[cfg(not(split_dialogs))]
async fn drawer() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

fn draw(dialog: Dialog) -> AnyView {
    match dialog {
        Dialog::Settings => view! { <SettingsDialog/> }.into_any(),
        Dialog::AddColumn => view! { <AddColumn/> }.into_any(),
        Dialog::Compare => view! { <Compare/> }.into_any(),
        Dialog::Providers => view! { <Providers/> }.into_any(),
        Dialog::Paste => view! { <Paste/> }.into_any(),
        Dialog::Request(id) => view! { <Request id/> }.into_any(),
    }
}

/// Shown when the second wasm cannot be loaded: offline, or a new version has replaced it.
#[component]
fn NotLoaded() -> impl IntoView {
    view! {
        <Modal title="Could not be loaded">
            <p role="alert">"This part of Sidecite could not be loaded. Check the connection and try again, or reload the page."</p>
            <button
                class="button"
                on:click=listener(move |_| {
                    let _ = window().location().reload();
                })
            >
                "Reload the page"
            </button>
        </Modal>
    }
    .into_any()
}
