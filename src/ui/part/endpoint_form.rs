use crate::state::{AppState, CheckState, Checking};
use crate::types::{Endpoint, ModelRef};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Base URL, key and model of a server; a check lists its models or tells the true cause why not.
#[component]
pub fn EndpointForm(
    /// Adds a column with the model.
    add: Callback<ModelRef>,
) -> impl IntoView {
    let state = AppState::get();
    let known = state.settings.with_untracked(|settings| settings.endpoints.clone());
    let base_url = RwSignal::new(known.last().map(|endpoint| endpoint.base_url.clone()).unwrap_or_default());
    let key = RwSignal::new(String::new());
    let model = RwSignal::new(String::new());
    state.checking.set(CheckState::Idle);
    let check = move |_| {
        state.check(Checking { base_url: base_url.get_untracked(), key: key.get_untracked() });
        // From here on only the courier has it.
        key.set(String::new());
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (url, name) =
            (base_url.get_untracked().trim().to_owned(), model.get_untracked().trim().to_owned());
        if url.is_empty() || name.is_empty() {
            return;
        }
        let secret = key.get_untracked();
        key.set(String::new());
        spawn_local(async move {
            if let Err(failure) = state.give_key(&url, secret).await {
                return state.checking.set(CheckState::Unreachable(failure));
            }
            let endpoint = state.endpoint_for(&url);
            add.run(ModelRef::Remote { endpoint, model: name });
        });
    };
    let urls = known
        .iter()
        .map(|endpoint: &Endpoint| view! { <option value=endpoint.base_url.clone()></option> })
        .collect_view();
    let models = move || match state.checking.get() {
        CheckState::Reachable(models) => {
            models.into_iter().map(|model| view! { <option value=model></option> }).collect_view().into_any()
        }
        _ => ().into_any(),
    };
    view! {
        <form class="form" on:submit=submit>
            <fieldset>
                <legend>"Endpoint"</legend>
                <label>
                    "Base URL"
                    <input
                        type="url"
                        list="known-urls"
                        placeholder="http://localhost:11434/v1"
                        required
                        prop:value=move || base_url.get()
                        on:input=move |event| base_url.set(event_target_value(&event))
                    />
                    <datalist id="known-urls">{urls}</datalist>
                </label>
                <label>
                    "API key"
                    <input
                        type="password"
                        autocomplete="off"
                        placeholder="none needed for local servers"
                        prop:value=move || key.get()
                        on:input=move |event| key.set(event_target_value(&event))
                    />
                    <span class="hint">"Held in memory by one worker, sent only to this URL's origin, gone with the tab."</span>
                </label>
                <div class="form-row">
                    <label class="grow">
                        "Model"
                        <input
                            type="text"
                            list="known-models"
                            required
                            autocomplete="off"
                            spellcheck="false"
                            prop:value=move || model.get()
                            on:input=move |event| model.set(event_target_value(&event))
                        />
                        <datalist id="known-models">{models}</datalist>
                    </label>
                    <button class="button" type="button" on:click=check disabled=move || base_url.with(|url| url.trim().is_empty())>
                        "Check"
                    </button>
                </div>
                <div role="status">{move || outcome(state.checking.get(), model)}</div>
            </fieldset>
            <div class="form-actions">
                <button class="button primary" type="submit">"Add this column"</button>
            </div>
        </form>
    }
    .into_any()
}

/// What the check found.
fn outcome(check: CheckState, model: RwSignal<String>) -> AnyView {
    match check {
        CheckState::Idle => ().into_any(),
        CheckState::Running => view! { <p class="hint">"Checking"</p> }.into_any(),
        CheckState::Unreachable(failure) => {
            view! { <p class="notice bad">{failure.message}" "<span class="hint">{failure.hint}</span></p> }
                .into_any()
        }
        CheckState::Reachable(models) => {
            let count = models.len();
            let chips = models
                .into_iter()
                .take(24)
                .map(|name| {
                    let label = name.clone();
                    view! { <button class="chip" type="button" on:click=move |_| model.set(name.clone())>{label}</button> }
                })
                .collect_view();
            let word = if count == 1 { "model" } else { "models" };
            view! {
                <p class="notice good">{format!("Reachable: {count} {word}.")}</p>
                <div class="chips">{chips}</div>
            }
            .into_any()
        }
    }
}
