use crate::browser::chrome_model::Availability;
use crate::courier::Purpose;
use crate::messages;
use crate::state::{AppState, CheckState, Dialog, NamedRecipe};
use crate::types::{Column, Effort, ModelRef, Parameters, RecipeId};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, button, select, text};
use crate::ui::prompt::editor as prompt;
use crate::ui::providers::endpoint_form::{Draft, endpoint_fields};
use crate::ui::providers::provider_picker::{Choice, ProviderPicker};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The smallest context limit: less holds no prompt.
const MIN_CONTEXT_TOKENS: u32 = 256;

/// The fields of a column: a provider, a model, its parameters, with the documents or without. `edit` is the column to be
/// changed; nothing adds one.
pub(super) fn column_form(state: AppState, edit: Option<Column>) -> AnyView {
    state.load_catalogue();
    state.look_for_chrome();
    state.checking.set(CheckState::Idle);
    let endpoint = state.settings.with_untracked(|settings| match edit.as_ref().map(|edit| &edit.model) {
        Some(ModelRef::Remote { endpoint, .. }) => settings.endpoint(*endpoint).cloned(),
        _ => settings.endpoints.last().cloned(),
    });
    let first = match edit.as_ref().map(|edit| &edit.model) {
        Some(ModelRef::Extractive) => Choice::Extractive,
        Some(ModelRef::SmolLm2) => Choice::SmolLm2,
        Some(ModelRef::Chrome) => Choice::Chrome,
        Some(ModelRef::Remote { .. }) | None => {
            match endpoint.as_ref().map(|endpoint| endpoint.provider.clone()) {
                Some(id) if !id.is_empty() && id != "custom" => Choice::Row(id),
                _ => Choice::Custom,
            }
        }
    };
    let choice = RwSignal::new(first);
    let draft = Draft::of(choice, endpoint.unwrap_or_default());
    if let Some(ModelRef::Remote { model, .. }) = edit.as_ref().map(|edit| &edit.model) {
        draft.model.set(model.clone());
    }
    let is_new = edit.is_none();
    let recipe = RwSignal::new(edit.as_ref().map(|edit| edit.recipe).unwrap_or_default());
    let with_documents = RwSignal::new(edit.as_ref().is_none_or(|edit| edit.with_documents));
    let parameters = RwSignal::new(edit.as_ref().map(|edit| edit.parameters.clone()).unwrap_or_default());
    let prompt = prompt::Draft::of_column(
        state,
        edit.as_ref().and_then(|edit| edit.prompt.clone()),
        recipe.get_untracked(),
    );
    let custom_name = edit
        .as_ref()
        .and_then(|edit| state.settings.with_untracked(|settings| settings.custom_name(edit.id)));
    let name = RwSignal::new(custom_name.unwrap_or_default());
    let count = Memo::new(move |_| state.providers.with(|store| store.rows.len()));
    // Only a row of the list waits for the list: a custom address is typed undisturbed.
    let row = move || match choice.get() {
        Choice::Row(id) => {
            count.get();
            state.providers.with_untracked(|store| store.row(&id).cloned())
        }
        _ => None,
    };
    let edited = StoredValue::new(edit);
    let add = move |models: Vec<ModelRef>| {
        let offered = Offered::by(&choice.get_untracked());
        let column = |model: ModelRef| Column {
            parameters: offered.of(parameters.get_untracked()),
            with_documents: with_documents.get_untracked() || !offered.baseline,
            recipe: recipe.get_untracked(),
            prompt: untrack(|| prompt.custom()).filter(|_| offered.baseline),
            ..Column::new(state.new_column_id(), model)
        };
        let is_done = match edited.get_value() {
            Some(before) => {
                let after = models.into_iter().next().map(column);
                after.map(|after| state.edit_column(&before, after, &name.get_untracked())).is_some()
            }
            // As many as there is room for.
            None => models.into_iter().filter(|model| state.add_column(column(model.clone()))).count() > 0,
        };
        if is_done {
            state.view.dialog.set(None);
        }
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match choice.get_untracked() {
            Choice::Extractive => add(vec![ModelRef::Extractive]),
            Choice::SmolLm2 => add(vec![ModelRef::SmolLm2]),
            Choice::Chrome => {
                state.prepare_chrome();
                add(vec![ModelRef::Chrome]);
            }
            Choice::Row(_) | Choice::Custom => {
                let endpoint = untrack(|| draft.endpoint(row().as_ref()));
                let models = untrack(|| draft.models());
                let key = draft.key.typed();
                if models.is_empty() {
                    return;
                }
                spawn_local(async move {
                    if let Err(failure) = state.give_key(&endpoint, Purpose::Chat, key).await {
                        return state.checking.set(CheckState::Unreachable(failure));
                    }
                    draft.key.take();
                    let endpoint = state.endpoint_for(endpoint);
                    state.remember_context_limits(endpoint, &models);
                    add(models.into_iter().map(|model| ModelRef::Remote { endpoint, model }).collect());
                });
            }
        }
    };
    // The fields follow a choice by the person; what was used last is there from the start.
    let choose = Callback::new(move |value| {
        choice.set(value);
        draft.restart();
    });
    let about = move || {
        let (chosen, row) = (choice.get(), row());
        match chosen {
            Choice::Extractive => hint(t!("Quotes the best sentences of the evidence. Instant, no model.")),
            Choice::SmolLm2 => hint(t!(
                "A small model that runs in this tab: weak answers, no key. 98 MB are downloaded with the first question; offline after that."
            )),
            Choice::Chrome => chrome(state),
            Choice::Row(_) if row.is_none() => hint(t!("Loading the list of providers.")),
            Choice::Row(_) | Choice::Custom => endpoint_fields(draft, row, is_new),
        }
    };
    let offered = Memo::new(move |_| Offered::by(&choice.get()));
    let ready = move || match choice.get() {
        Choice::Chrome => state.chrome.availability.get().is_some_and(Availability::can_answer),
        Choice::Row(_) => row().is_some(),
        _ => true,
    } && !prompt.is_wrong();
    let save = move || match (is_new, draft.models().len()) {
        (false, _) => t!("Save column").into(),
        (true, count @ 2..) if matches!(choice.get(), Choice::Row(_) | Choice::Custom) => {
            t!("Add {count} columns", count = count)
        }
        (true, _) => t!("Add this column").into(),
    };
    let compare = is_new
        .then(|| button(t!("Compare hosts").into(), move || state.view.dialog.set(Some(Dialog::Compare))));
    let name_field = (!is_new).then(|| {
        let field =
            Field { label: t!("Name").into(), placeholder: t!("Model name").into(), ..Field::default() };
        bound(field, name)
    });
    view! {
        <div class="add-column">
            <div class="add-column-pick">
                {compare}
                <ProviderPicker choice choose/>
            </div>
            <form class="form" on:submit=listener(submit)>
                {name_field}
                {about}
                {recipe_field(state, recipe)}
                {live(move || column_fields(offered.get(), parameters, with_documents))}
                {live(move || offered.get().baseline.then(|| prompt_fields(state, prompt, edited.get_value())))}
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(move || !ready())>{live(save)}</button>
                </div>
            </form>
        </div>
    }
    .into_any()
}

/// What a model lets a person choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offered {
    /// Temperature and length.
    sampling: bool,
    /// What only providers have: effort, citations of their own.
    provider: bool,
    /// Answering without documents.
    baseline: bool,
}

impl Offered {
    fn by(choice: &Choice) -> Self {
        match choice {
            Choice::Extractive => Self { sampling: false, provider: false, baseline: false },
            Choice::Chrome => Self { sampling: false, provider: false, baseline: true },
            Choice::SmolLm2 => Self { sampling: true, provider: false, baseline: true },
            Choice::Row(_) | Choice::Custom => Self { sampling: true, provider: true, baseline: true },
        }
    }

    /// Of what was typed, perhaps for another model, that which applies.
    fn of(self, typed: Parameters) -> Parameters {
        match self {
            Self { sampling: false, .. } => Parameters::default(),
            Self { provider: false, .. } => Parameters {
                temperature: typed.temperature,
                max_tokens: typed.max_tokens,
                ..Parameters::default()
            },
            _ => typed,
        }
    }
}

fn column_fields(
    offered: Offered,
    parameters: RwSignal<Parameters>,
    with_documents: RwSignal<bool>,
) -> AnyView {
    if !offered.baseline {
        return ().into_any();
    }
    let native = move |event| {
        let on = event_target_checked(&event);
        parameters.update(|parameters| parameters.native_citations = on);
    };
    let is_native = parameters.with_untracked(|parameters| parameters.native_citations);
    let citations = offered.provider.then(|| {
        view! {
            <label class="choice">
                <input type="checkbox" prop:checked=is_native on:change=listener(native)/>
                <span>{t!("Use the provider's own citations")}" "<span class="hint">{t!("Anthropic and Cohere: passages are sent as documents")}</span></span>
            </label>
        }
    });
    view! {
        <fieldset>
            <legend>{t!("Column")}</legend>
            {offered.sampling.then(|| parameter_fields(parameters, offered.provider))}
            <label class="choice">
                <input
                    type="checkbox"
                    prop:checked=sig(move || with_documents.get())
                    on:change=listener(move |event| with_documents.set(event_target_checked(&event)))
                />
                <span>{t!("With documents")}" "<span class="hint">{t!("off: a baseline that gets the question only")}</span></span>
            </label>
            {citations}
        </fieldset>
    }
    .into_any()
}

/// The column's recipe, where there is a choice.
fn recipe_field(state: AppState, recipe: RwSignal<RecipeId>) -> AnyView {
    let (options, chosen) = state.settings.with_untracked(|settings| {
        let option = |named: &NamedRecipe| (named.id.0.to_string(), named.name().to_owned());
        let chosen = settings.recipes.get(recipe.get_untracked()).id;
        (settings.recipes.iter().map(option).collect::<Vec<_>>(), chosen.0.to_string())
    });
    let choose = move |id: String| {
        if let Ok(id) = id.parse() {
            recipe.set(RecipeId(id));
        }
    };
    (options.len() > 1).then(|| select(t!("Recipe"), options, &chosen, Callback::new(choose))).into_any()
}

/// The column's prompt; of a new column it is out of the way.
fn prompt_fields(state: AppState, prompt: prompt::Draft, edited: Option<Column>) -> AnyView {
    let is_open = edited.is_some();
    view! {
        <details class="more" open=is_open>
            <summary>{t!("Prompt of this column")}</summary>
            {prompt::editor(state, prompt, Some(edited))}
        </details>
    }
    .into_any()
}

fn hint(text: &'static str) -> AnyView {
    view! { <p class="hint">{text}</p> }.into_any()
}

/// Whether Chrome has its model, and why not.
fn chrome(state: AppState) -> AnyView {
    let store = move || match state.chrome.availability.get() {
        None => crate::ui::part::field::hint(t!("Checking the browser")),
        Some(found) => {
            let class = if found.can_answer() { "notice good" } else { "notice bad" };
            view! { <p class=class>{messages::text(found.message())}</p> }.into_any()
        }
    };
    let progress = move || {
        state
            .chrome
            .progress
            .get()
            .map(|share| t!("Downloading: {percent} %", percent = (share * 100.0) as u32))
    };
    view! { <div role="status">{store}{progress}</div> }.into_any()
}

/// Sampling and limits; empty leaves the provider's default.
fn parameter_fields(parameters: RwSignal<Parameters>, with_effort: bool) -> AnyView {
    let before = parameters.get_untracked();
    let number = |label: &str, before: Option<String>, set: Callback<String>| {
        let typed = RwSignal::new(before.unwrap_or_default());
        let set = Callback::new(move |value: String| {
            typed.set(value.clone());
            set.run(value.trim().to_owned());
        });
        let field = Field {
            label: label.into(),
            kind: "number",
            placeholder: t!("Provider default").into(),
            ..Field::default()
        };
        text(field, typed.into(), set)
    };
    let temperature = Callback::new(move |value: String| {
        let value = crate::browser::number(&value).filter(|value| (0.0..=2.0).contains(value));
        parameters.update(|parameters| parameters.temperature = value.map(|value| value as f32));
    });
    let max_tokens = Callback::new(move |value: String| {
        let value = value.parse().ok().filter(|value| *value > 0);
        parameters.update(|parameters| parameters.max_tokens = value);
    });
    let context_tokens = Callback::new(move |value: String| {
        let value = value.parse().ok().filter(|value| *value >= MIN_CONTEXT_TOKENS);
        parameters.update(|parameters| parameters.context_tokens = value);
    });
    let effort = Callback::new(move |name: String| {
        let value = Effort::ALL.into_iter().find(|effort| effort.name() == name);
        parameters.update(|parameters| parameters.effort = value);
    });
    let mut efforts = vec![(String::new(), t!("Provider default").into())];
    efforts.extend(Effort::ALL.map(|effort| (effort.name().to_owned(), effort.name().to_owned())));
    view! {
        <div class="form-row">
            {number(t!("Temperature"), before.temperature.map(|value| value.to_string()), temperature)}
            {number(t!("Max output tokens"), before.max_tokens.map(|value| value.to_string()), max_tokens)}
            {with_effort.then(|| number(t!("Context limit (tokens)"), before.context_tokens.map(|value| value.to_string()), context_tokens))}
            {with_effort.then(|| select(t!("Reasoning effort"), efforts, before.effort.map_or("", Effort::name), effort))}
        </div>
    }
    .into_any()
}
