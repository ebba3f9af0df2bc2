//! Dialogs and document viewer, in a wasm of their own.
//!
//! A release build moves [`draw`] and what only it needs into a second file (`cargo xtask build`, wasm splitting), so that the
//! first view does not wait for them. All state stays in the page's wasm; other builds keep them there too.

use crate::state::Dialog;
use crate::ui::answers::request::Request;
use crate::ui::columns::{add_column::AddColumn, compare::Compare};
use crate::ui::documents::paste::Paste;
use crate::ui::evidence::viewer::Viewer;
use crate::ui::part::deferred::{Draw, Part};
use crate::ui::providers::dialog::Providers;
use crate::ui::run::{follow_up::FollowUpDialog, history::HistoryDialog};
use crate::ui::settings::dialog::SettingsDialog;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

/// The drawing function, from the second wasm where the build has made one.
#[cfg(split_dialogs)]
#[leptos::wasm_split::wasm_split(dialogs, wasm_split_path = ::leptos::wasm_split, fallible)]
pub fn drawer() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

#[cfg(not(split_dialogs))]
pub async fn drawer() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

fn draw(part: Part) -> AnyView {
    match part {
        Part::Dialog(dialog) => draw_dialog(dialog),
        Part::Viewer => view! { <Viewer/> }.into_any(),
    }
}

fn draw_dialog(dialog: Dialog) -> AnyView {
    match dialog {
        Dialog::Settings => view! { <SettingsDialog/> }.into_any(),
        Dialog::AddColumn => view! { <AddColumn/> }.into_any(),
        Dialog::Compare => view! { <Compare/> }.into_any(),
        Dialog::Providers => view! { <Providers/> }.into_any(),
        Dialog::History => view! { <HistoryDialog/> }.into_any(),
        Dialog::FollowUp => view! { <FollowUpDialog/> }.into_any(),
        Dialog::Paste => view! { <Paste/> }.into_any(),
        Dialog::Request(id) => view! { <Request id/> }.into_any(),
    }
}
