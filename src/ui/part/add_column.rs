use super::dialog::Modal;
use super::endpoint_form::EndpointForm;
use crate::state::AppState;
use crate::types::{Column, ColumnId, ModelRef, Parameters};
use leptos::prelude::*;

/// Who answers in a new column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Extractive,
    SmolLm2,
    Endpoint,
}

/// A new column: a model, its parameters, with the documents or without.
#[component]
pub fn AddColumn() -> impl IntoView {
    let state = AppState::get();
    let choice = RwSignal::new(Choice::Endpoint);
    let with_documents = RwSignal::new(true);
    let parameters = RwSignal::new(Parameters::default());
    let add = move |model: ModelRef| {
        let column = Column {
            id: ColumnId(0),
            model,
            parameters: parameters.get_untracked(),
            with_documents: with_documents.get_untracked(),
        };
        if state.add_column(column) {
            state.view.dialog.set(None);
        }
    };
    let option = move |value: Choice, label: &'static str, about: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="model"
                    prop:checked=move || choice.get() == value
                    on:change=move |_| choice.set(value)
                />
                <span><strong>{label}</strong>" "<span class="hint">{about}</span></span>
            </label>
        }
    };
    let built_in = move |model: ModelRef| {
        view! {
            <div class="form-actions">
                <button class="button primary" type="button" on:click=move |_| add(model.clone())>"Add this column"</button>
            </div>
        }
        .into_any()
    };
    let rest = move || match choice.get() {
        Choice::Extractive => built_in(ModelRef::Extractive),
        Choice::SmolLm2 => built_in(ModelRef::SmolLm2),
        Choice::Endpoint => view! { <EndpointForm add=Callback::new(add)/> }.into_any(),
    };
    view! {
        <Modal title="Add column">
            <div class="form">
                <fieldset>
                    <legend>"Model"</legend>
                    {option(Choice::Endpoint, "OpenAI-compatible endpoint", "any server that speaks /chat/completions: Ollama, LM Studio, llama.cpp, vLLM, OpenAI and many more")}
                    {option(Choice::SmolLm2, "SmolLM2 135M", "runs in this tab; small, no key, no network")}
                    {option(Choice::Extractive, "Extractive quotes", "the best sentences of the evidence, word for word; instant")}
                </fieldset>
                <fieldset>
                    <legend>"Column"</legend>
                    <label class="choice">
                        <input
                            type="checkbox"
                            prop:checked=move || with_documents.get()
                            on:change=move |event| with_documents.set(event_target_checked(&event))
                        />
                        <span>"With documents "<span class="hint">"off is the baseline: the same question without evidence"</span></span>
                    </label>
                    <ParameterFields parameters/>
                </fieldset>
                {rest}
            </div>
        </Modal>
    }
    .into_any()
}

/// Sampling and limits; empty leaves the host's default.
#[component]
fn ParameterFields(parameters: RwSignal<Parameters>) -> impl IntoView {
    let temperature = move |event| {
        let value: Option<f32> = event_target_value(&event).trim().parse().ok();
        parameters.update(|parameters| {
            parameters.temperature = value.filter(|value| (0.0..=2.0).contains(value));
        });
    };
    let max_tokens = move |event| {
        let value: Option<u32> = event_target_value(&event).trim().parse().ok();
        parameters.update(|parameters| parameters.max_tokens = value.filter(|value| *value > 0));
    };
    view! {
        <div class="form-row">
            <label>
                "Temperature"
                <input type="number" min="0" max="2" step="0.1" placeholder="host's default" on:change=temperature/>
            </label>
            <label>
                "Most tokens"
                <input type="number" min="1" step="1" placeholder="host's default" on:change=max_tokens/>
            </label>
        </div>
    }
    .into_any()
}
