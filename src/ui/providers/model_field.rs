use crate::format;
use crate::state::providers::money::per_million;
use crate::state::{AppState, CheckState, Trial};
use crate::types::ModelEntry;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, unique};
use crate::ui::part::fixes;
use leptos::prelude::*;

/// Chips shown; the rest is in the field's own list.
const CHIPS: usize = 24;

/// The model's name: free text, with what the last check found to choose from, else what the catalogue suggests.
pub fn model_field(
    model: RwSignal<String>,
    more: Option<RwSignal<Vec<String>>>,
    suggested: Vec<String>,
    check: Callback<()>,
    can_check: Signal<bool>,
) -> AnyView {
    let state = AppState::get();
    let id = unique();
    let suggested: Vec<ModelEntry> = suggested.into_iter().map(named).collect();
    let options = move || match state.checking.get() {
        CheckState::Reachable(models, _) => options(&models),
        CheckState::Unlisted(names, _) => options(&names.into_iter().map(named).collect::<Vec<_>>()),
        _ => options(&suggested),
    };
    let label =
        Field { label: t!("Model").into(), required: true, list: Some(id.clone()), ..Field::default() };
    view! {
        <div class="form-row">
            {bound(label, model)}
            <datalist id=id>{options}</datalist>
            <button class="button" type="button" on:click=listener(move |_| check.run(())) disabled=sig(move || !can_check.get())>
                {t!("Test connection")}
            </button>
        </div>
        <p class="hint">{t!("Test connection lists the models; if a model is entered, it also sends one short request.")}</p>
        <div role="status">{live(move || state.checking.with(|check| outcome(check, model, more)))}</div>
    }
    .into_any()
}

fn named(name: String) -> ModelEntry {
    ModelEntry { name, ..ModelEntry::default() }
}

fn options(models: &[ModelEntry]) -> AnyView {
    models
        .iter()
        .map(|entry| view! { <option value=entry.name.clone()>{about(entry)}</option> })
        .collect_view()
        .into_any()
}

/// Context and price, as far as they are known.
fn about(entry: &ModelEntry) -> String {
    let mut parts: Vec<String> = entry.label.iter().cloned().collect();
    parts.extend(entry.context_tokens.map(|tokens| t!("{count} tokens", count = tokens)));
    parts.extend(
        entry.price.as_ref().map(|price| t!("{price} per 1M tokens", price = per_million(Some(price)))),
    );
    parts.join(" · ")
}

/// What the named model said.
fn trial(said: Option<&Trial>) -> AnyView {
    match said {
        None => ().into_any(),
        Some(Ok(millis)) => {
            let took =
                t!("The model answers. Time to first token: {time}.", time = format::duration(*millis));
            view! { <p class="notice good">{took}</p> }.into_any()
        }
        Some(Err(failure)) => fixes::failure(failure),
    }
}

/// What the check found.
fn outcome(check: &CheckState, model: RwSignal<String>, more: Option<RwSignal<Vec<String>>>) -> AnyView {
    match check {
        CheckState::Idle => ().into_any(),
        CheckState::Running => view! { <p class="hint">{t!("Testing the connection")}</p> }.into_any(),
        CheckState::Unreachable(failure) => fixes::failure(failure),
        CheckState::Reachable(models, said) => {
            let connected = t!("Connected, {count} {count#model|models}.", count = models.len());
            view! { <p class="notice good">{connected}</p> {trial(said.as_ref())} {chips(models, model)} {more.map(|more| several(models, model, more))} }
                .into_any()
        }
        CheckState::Unlisted(names, said) => {
            let models: Vec<_> = names.iter().cloned().map(named).collect();
            view! {
                <p class="notice">{t!("This provider lists no models. Type the model ID.")}</p>
                {trial(said.as_ref())}
                {chips(&models, model)}
            }
            .into_any()
        }
    }
}

/// Models of the list to be added beside the one in the field.
fn several(models: &[ModelEntry], model: RwSignal<String>, more: RwSignal<Vec<String>>) -> AnyView {
    if models.len() < 2 {
        return ().into_any();
    }
    let choice = |entry: &ModelEntry| {
        let (name, about) = (entry.name.clone(), about(entry));
        let tick = move |event| {
            let is_ticked = event_target_checked(&event);
            more.update(|more| {
                more.retain(|known| *known != name);
                if is_ticked {
                    more.push(name.clone());
                }
            });
            // The field is required: what is ticked first fills it.
            if is_ticked && model.with_untracked(|typed| typed.trim().is_empty()) {
                model.set(name.clone());
            }
        };
        view! {
            <label class="choice">
                <input type="checkbox" on:change=listener(tick)/>
                <span>{entry.name.clone()}" "<span class="hint">{about}</span></span>
            </label>
        }
    };
    view! {
        <details class="more">
            <summary>{t!("Add several models at once")}</summary>
            <div class="several" role="group" aria-label=t!("Models to add")>{models.iter().map(choice).collect_view()}</div>
        </details>
    }
    .into_any()
}

fn chips(models: &[ModelEntry], model: RwSignal<String>) -> AnyView {
    let chip = |entry: &ModelEntry| {
        let (name, label) = (entry.name.clone(), entry.name.clone());
        view! {
            <button class="chip" type="button" title=about(entry) on:click=listener(move |_| model.set(name.clone()))>{label}</button>
        }
    };
    let more = (models.len() > CHIPS).then(
        || view! { <span class="hint">{t!("{count} more: type to search", count = models.len() - CHIPS)}</span> },
    );
    view! { <div class="chips">{models.iter().take(CHIPS).map(chip).collect_view()}{more}</div> }.into_any()
}
