use super::editor::Draft;
use crate::browser::clock::epoch_millis;
use crate::state::{PromptLibrary, SavedPrompt};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, button};
use crate::ui::part::icon::{Icon, Name};
use crate::ui::part::local_time::local_time;
use leptos::prelude::*;

/// The kept prompts: keep the one in the fields, take another, delete one and undo that. Each is kept at once, whatever
/// becomes of the dialog.
pub(super) fn library(draft: Draft) -> AnyView {
    let library = RwSignal::new(PromptLibrary::load());
    let deleted = RwSignal::new(None::<(usize, SavedPrompt)>);
    let name = RwSignal::new(library.with_untracked(|library| {
        library.find(&draft.template()).map(|(name, _)| name.to_owned()).unwrap_or_default()
    }));
    let is_full = RwSignal::new(false);
    // Another tab may have changed it.
    let change = move |change: &dyn Fn(&mut PromptLibrary)| {
        let mut latest = PromptLibrary::load();
        change(&mut latest);
        let is_stored = latest.store();
        is_full.set(!is_stored);
        if is_stored {
            library.set(latest);
        }
    };
    let save = move || {
        let (typed, template) = (name.get_untracked(), untrack(|| draft.template()));
        change(&|library| {
            library.save(&typed, template.clone(), epoch_millis());
        });
    };
    let can_save = move || name.with(|name| !name.trim().is_empty()) && !draft.is_wrong();
    let delete = Callback::new(move |gone: String| {
        change(&|library| deleted.set(library.delete(&gone)));
    });
    let undo = move || {
        let Some((at, prompt)) = deleted.get_untracked() else { return };
        change(&|library| library.prompts.insert(at.min(library.prompts.len()), prompt.clone()));
        deleted.set(None);
    };
    let notice = move || {
        let (_, prompt) = deleted.get()?;
        Some(
            view! { <p class="notice">{t!("Prompt {name} deleted.", name = prompt.name)}" "{button(t!("Undo").into(), undo)}</p> },
        )
    };
    let full = move || {
        is_full.get().then_some(view! {
            <p class="notice bad">{t!("This browser has no room for it. Delete a saved prompt.")}</p>
        })
    };
    let rows = move || {
        library.with(|library| {
            let rows = library.prompts.iter().map(|prompt| row(draft, name, prompt, delete)).collect_view();
            (!library.prompts.is_empty())
                .then(|| view! { <ul class="history-list" aria-label=t!("Saved prompts")>{rows}</ul> })
        })
    };
    let count = move || library.with(|library| t!("Saved prompts ({count})", count = library.prompts.len()));
    let field = Field { label: t!("Save as").into(), ..Field::default() };
    view! {
        <details class="more">
            <summary>{live(count)}</summary>
            <div class="form-row">
                {bound(field, name)}
                <button class="button" type="button" disabled=sig(move || !can_save()) on:click=listener(move |_| save())>{t!("Save prompt")}</button>
            </div>
            {live(rows)}
            <div role="status" aria-label=t!("Saved prompts")>{live(notice)}{live(full)}</div>
        </details>
    }
    .into_any()
}

/// A kept prompt: its versions to take, and its deletion.
fn row(draft: Draft, shown: RwSignal<String>, prompt: &SavedPrompt, delete: Callback<String>) -> AnyView {
    let name = prompt.name.clone();
    let version = |version: &crate::state::PromptVersion| {
        let (number, template, own) = (version.number, version.template.clone(), name.clone());
        let label = t!("Use v{number} of {name}", number = number, name = name);
        let use_it = move |_| {
            draft.set(template.clone());
            shown.set(own.clone());
        };
        view! {
            <button class="chip" type="button" aria-label=label title=local_time(version.saved_millis as f64) on:click=listener(use_it)>
                {format!("v{number}")}
            </button>
        }
    };
    let versions = prompt.versions.iter().map(version).collect_view();
    let (label, gone) = (t!("Delete {name}", name = name), name.clone());
    view! {
        <li class="history-row">
            <div class="history-run">
                <span>{name.clone()}</span>
                <div class="chips">{versions}</div>
            </div>
            <button class="button quiet tiny" type="button" aria-label=label.clone() title=label on:click=listener(move |_| delete.run(gone.clone()))>
                <Icon name=Name::Delete/>
            </button>
        </li>
    }
    .into_any()
}
