use crate::browser::hand_over::{copy, download};
use crate::export::{self, Format, Language};
use crate::messages;
use crate::state::AppState;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live};
use crate::ui::part::problem;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The run on the screen as Markdown or JSON: to the clipboard or into a file.
#[component]
pub fn ExportDialog() -> impl IntoView {
    let state = AppState::get();
    let status = RwSignal::new("");
    let row = move |format: Format, name: &'static str, about: &'static str| {
        let text = move || {
            let run = state.shown_run()?;
            let language = Language { message: &problem::message, text: &messages::text };
            Some((export::file_name(&run, format), export::run(&run, format, &language)))
        };
        let to_clipboard = move |_| {
            let Some((_, text)) = text() else { return };
            spawn_local(async move {
                let copied = copy(&text).await.is_ok();
                status.set(if copied {
                    t!("Copied.")
                } else {
                    t!("This browser blocks the clipboard here. Use Download.")
                });
            });
        };
        let to_file = move |_| {
            let Some((name, text)) = text() else { return };
            let saved = download(&name, &text).is_ok();
            status.set(if saved {
                t!("Download started.")
            } else {
                t!("This browser blocks downloads here. Use Copy.")
            });
        };
        view! {
            <li class="export-row">
                <div>
                    <h3>{name}</h3>
                    <p class="hint">{about}</p>
                </div>
                <button class="button" aria-label=t!("Copy {name}", name = name) on:click=listener(to_clipboard)>{t!("Copy")}</button>
                <button class="button" aria-label=t!("Download {name}", name = name) on:click=listener(to_file)>{t!("Download")}</button>
            </li>
        }
    };
    view! {
        <Modal title=t!("Export run")>
            <ul class="export" role="list">
                {row(Format::Markdown, "Markdown", t!("Question, answers and evidence, to read or to paste."))}
                {row(Format::Json, "JSON", t!("Everything that is stored of the run: settings, evidence, answers, usage, times, requests without keys."))}
            </ul>
            <p role="status">{live(move || status.get())}</p>
        </Modal>
    }
    .into_any()
}
