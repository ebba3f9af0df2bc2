use crate::run::HistoryLimits;
use crate::state::{AppState, Settings, languages};
use crate::types::CallFailure;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::fixes;
use crate::ui::part::number::Number;
use crate::ui::recipes::form::Draft;
use crate::ui::settings::cache;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The first recipe, the context budget of the built-in model, language and history.
#[component]
pub fn SettingsDialog() -> impl IntoView {
    let state = AppState::get();
    let recipe = Draft::of(state.settings.with_untracked(|settings| settings.recipe().clone()));
    let language = RwSignal::new(state.settings.with_untracked(|settings| settings.language.clone()));
    let history = RwSignal::new(state.settings.with_untracked(|settings| settings.history));
    let budget = RwSignal::new(state.settings.with_untracked(|settings| settings.budget_tokens));
    state.load_catalogue();
    let refused = RwSignal::new(None::<CallFailure>);
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(|| recipe.is_wrong()) {
            return;
        }
        // Everything is read now: the dialog may be closed while the courier is busy.
        let (keys, changed) = recipe.take();
        let budget_tokens = budget.get_untracked().clamp(512, 8192);
        let history = history.get_untracked();
        let language = language.get_untracked();
        let is_other_language = state.settings.with_untracked(|settings| settings.language != language);
        spawn_local(async move {
            // The courier has the keys before anything can ask for them.
            for (endpoint, purpose, key) in keys.into_iter().flatten() {
                if let Err(failure) = state.give_key(&endpoint, purpose, key).await {
                    return refused.set(Some(failure));
                }
            }
            state.set(|settings: &mut Settings| {
                settings.recipes.first.recipe = changed;
                settings.budget_tokens = budget_tokens;
                settings.history = history;
                settings.language = language;
            });
            state.tidy_history();
            state.renew();
            state.view.dialog.set(None);
            if is_other_language {
                state.change_language().await;
            }
        });
    };
    view! {
        <Modal title=t!("Settings")>
            <form class="form" on:submit=listener(save)>
                {recipe.fields(state)}
                <fieldset>
                    <legend>{t!("Built-in model")}</legend>
                    <Number label=t!("Context limit (tokens)") value=Signal::derive(move || budget.get()) set=Callback::new(move |value| budget.set(value))/>
                    <p class="hint">{t!("Prompt and answer together. A larger limit is slower. Passages that do not fit are omitted, and the column says so.")}</p>
                </fieldset>
                <fieldset>
                    <legend>{t!("Interface")}</legend>
                    {language_field(language)}
                </fieldset>
                <HistoryFields history/>
                {cache::cache()}
                {live(move || field::user_error(recipe.user_error()))}
                {live(move || refused.get().map(|failure| fixes::failure(&failure)))}
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(move || recipe.is_wrong())>{t!("Save")}</button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}

fn language_field(language: RwSignal<Option<String>>) -> AnyView {
    let browsers = (String::new(), t!("As in the browser").to_owned());
    let options = std::iter::once(browsers).chain(languages()).collect();
    let chosen = language.get_untracked().unwrap_or_default();
    let choose = move |code: String| language.set(Some(code).filter(|code| !code.is_empty()));
    field::select(t!("Language"), options, &chosen, Callback::new(choose))
}

/// How much history is kept, and how to be rid of it.
#[component]
fn HistoryFields(history: RwSignal<HistoryLimits>) -> impl IntoView {
    let state = AppState::get();
    let deleted = RwSignal::new(false);
    let keep = move |event| history.update(|history| history.keep = event_target_checked(&event));
    view! {
        <fieldset>
            <legend>{t!("History")}</legend>
            <label class="choice">
                <input type="checkbox" prop:checked=sig(move || history.get().keep) on:change=listener(keep)/>
                {t!("Keep every run in this browser")}
            </label>
            <div class="form-row">
                <Number
                    label=t!("Most runs (0: no limit)")
                    value=Signal::derive(move || history.get().max_runs)
                    set=Callback::new(move |value| history.update(|history| history.max_runs = value))
                />
                <Number
                    label=t!("Days to keep (0: no limit)")
                    value=Signal::derive(move || history.get().max_days)
                    set=Callback::new(move |value| history.update(|history| history.max_days = value))
                />
            </div>
            <p class="hint">{t!("Question, settings, evidence, answers, usage, costs and requests without keys. Starred runs are kept.")}</p>
            <div class="button-row">
                {confirmed(t!("Delete all runs"), t!("Delete all runs of this browser?"), move || {
                    state.clear_history();
                    deleted.set(true);
                })}
                {confirmed(
                    t!("Delete all data"),
                    t!("Delete all documents, runs, keys and settings of Sidecite in this browser? This cannot be undone."),
                    move || state.delete_all_data(),
                )}
            </div>
            <p class="hint" role="status">{live(move || deleted.get().then_some(t!("All runs deleted.")))}</p>
        </fieldset>
    }
    .into_any()
}

/// A button whose click is asked about first.
fn confirmed(
    label: &'static str,
    question: &'static str,
    press: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    field::button(label.into(), move || {
        if window().confirm_with_message(question).unwrap_or(false) {
            press();
        }
    })
}
