//! What the first view does not need, in a wasm of its own: dialogs, document viewer, answers, evidence, and the code of
//! every [`crate::state::Action`].
//!
//! A release build moves what only [`code`] reaches into a second file (`cargo xtask build`, wasm splitting), so that the
//! first view does not wait for it. All state stays in the page's wasm; other builds keep everything there.

use crate::state::{Dialog, perform};
use crate::ui::answers::{body::ColumnBody, grid::Grid, request::Request};
use crate::ui::columns::{
    add_column::AddColumn, compare::Compare, edit_column::EditColumn, sets::ColumnSets, vary::Vary,
};
use crate::ui::commands::{palette::Palette, shortcuts::ShortcutsDialog};
use crate::ui::documents::{paste::Paste, questions::Questions};
use crate::ui::evidence::{comparison::Comparison, passages::Passages, viewer::Viewer};
use crate::ui::part::deferred::{Code, Part};
use crate::ui::prompt::guard::ContextGuards;
use crate::ui::providers::dialog::Providers;
use crate::ui::recipes::dialog::Recipes;
use crate::ui::run::{
    export::ExportDialog, follow_up::FollowUpDialog, head::RunHeader, history::HistoryDialog,
};
use crate::ui::settings::dialog::SettingsDialog;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;

/// The code, from the second wasm where the build has made one.
#[cfg(split_deferred)]
#[leptos::wasm_split::wasm_split(deferred, wasm_split_path = ::leptos::wasm_split, fallible)]
pub fn code() -> Result<Code, SplitLoaderError> {
    Ok(Code { draw, perform })
}

#[cfg(not(split_deferred))]
pub async fn code() -> Result<Code, SplitLoaderError> {
    Ok(Code { draw, perform })
}

fn draw(part: Part) -> AnyView {
    match part {
        Part::Dialog(dialog) => draw_dialog(dialog),
        Part::Viewer => view! { <Viewer/> }.into_any(),
        Part::Passages => view! { <Passages/> }.into_any(),
        Part::Grid => view! { <Grid/> }.into_any(),
        Part::Comparison => view! { <Comparison/> }.into_any(),
        Part::ContextGuards => view! { <ContextGuards/> }.into_any(),
        Part::RunHead => view! { <RunHeader/> }.into_any(),
        Part::Answer(of, view) => view! { <ColumnBody of view/> }.into_any(),
    }
}

fn draw_dialog(dialog: Dialog) -> AnyView {
    match dialog {
        Dialog::Settings => view! { <SettingsDialog/> }.into_any(),
        Dialog::AddColumn => view! { <AddColumn/> }.into_any(),
        Dialog::EditColumn(id) => view! { <EditColumn id/> }.into_any(),
        Dialog::ColumnSets => view! { <ColumnSets/> }.into_any(),
        Dialog::Vary => view! { <Vary/> }.into_any(),
        Dialog::Recipes => view! { <Recipes/> }.into_any(),
        Dialog::Compare => view! { <Compare/> }.into_any(),
        Dialog::Providers => view! { <Providers/> }.into_any(),
        Dialog::History => view! { <HistoryDialog/> }.into_any(),
        Dialog::Export => view! { <ExportDialog/> }.into_any(),
        Dialog::FollowUp => view! { <FollowUpDialog/> }.into_any(),
        Dialog::Questions => view! { <Questions/> }.into_any(),
        Dialog::Paste => view! { <Paste/> }.into_any(),
        Dialog::Palette => view! { <Palette/> }.into_any(),
        Dialog::Shortcuts => view! { <ShortcutsDialog/> }.into_any(),
        Dialog::Request(id) => view! { <Request id/> }.into_any(),
    }
}
