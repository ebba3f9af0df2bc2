use super::library::library;
use super::preview::{Preview, preview};
use crate::prompt::default_template;
use crate::state::AppState;
use crate::types::{Column, Placeholder, PromptIssue, PromptTemplate, RecipeId};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::unique;
use leptos::prelude::*;

/// A template in the making; nothing stands for the one it would replace.
#[derive(Clone, Copy)]
pub struct Draft {
    system: RwSignal<String>,
    user: RwSignal<String>,
    /// What is used without a custom template.
    inherited: StoredValue<PromptTemplate>,
}

impl Draft {
    /// Of a recipe's prompt.
    pub fn of_recipe(prompt: Option<PromptTemplate>) -> Self {
        Self::new(prompt, default_template())
    }

    /// Of a column's prompt, in place of the recipe's.
    pub fn of_column(state: AppState, prompt: Option<PromptTemplate>, recipe: RecipeId) -> Self {
        let recipe =
            state.settings.with_untracked(|settings| settings.recipes.get(recipe).recipe.prompt.clone());
        Self::new(prompt, recipe.unwrap_or_else(default_template))
    }

    fn new(custom: Option<PromptTemplate>, inherited: PromptTemplate) -> Self {
        let shown = custom.unwrap_or_else(|| inherited.clone());
        Self {
            system: RwSignal::new(shown.system),
            user: RwSignal::new(shown.user),
            inherited: StoredValue::new(inherited),
        }
    }

    /// As typed; tracks it.
    pub fn template(self) -> PromptTemplate {
        PromptTemplate { system: self.system.get(), user: self.user.get() }
    }

    /// The custom template; nothing where the text is the one that is used anyway. Tracks it.
    pub fn custom(self) -> Option<PromptTemplate> {
        Some(self.template()).filter(|typed| self.inherited.with_value(|inherited| inherited != typed))
    }

    /// Whether it cannot be used; tracks it.
    pub fn is_wrong(self) -> bool {
        self.custom().is_some_and(|typed| typed.check().iter().any(PromptIssue::is_error))
    }

    /// Puts `template` in.
    pub fn set(self, template: PromptTemplate) {
        self.system.set(template.system);
        self.user.set(template.user);
    }

    fn reset(self) {
        self.set(self.inherited.get_value());
    }
}

/// The fields of a template: its two texts, what is wrong with them, the kept ones, and the prompt that they make.
/// `column` is nothing for a recipe's prompt; for a column's it is the column as it was, unless it is new.
pub fn editor(state: AppState, draft: Draft, column: Option<Option<Column>>) -> AnyView {
    let note = match column {
        Some(_) => t!("Used by this column in place of its recipe's prompt."),
        None => t!("Used by every column of this recipe that has no prompt of its own."),
    };
    let reset = if column.is_some() { t!("Use the recipe's prompt") } else { t!("Reset to default") };
    let is_custom = Memo::new(move |_| draft.custom().is_some());
    let status = move || if is_custom.get() { t!("Custom prompt") } else { t!("Default prompt") };
    let open = RwSignal::new(false);
    let shown = move || {
        let of = Preview { template: draft.custom(), column: column.clone().flatten() };
        open.get().then(|| preview(state, of))
    };
    view! {
        <fieldset class="prompt-editor">
            <legend>{t!("Prompt")}</legend>
            <p class="hint">{note}" "<span class="badge plain">{status}</span></p>
            {area(t!("System prompt"), 5, draft.system)}
            {area(t!("Prompt"), 4, draft.user)}
            {placeholders(draft)}
            <div role="status" aria-label=t!("Prompt check")>{live(move || issues(&draft.template()))}</div>
            <div class="button-row">
                <button class="button" type="button" disabled=sig(move || !is_custom.get()) on:click=listener(move |_| draft.reset())>{reset}</button>
            </div>
            {library(draft)}
            <details class="more" on:toggle=listener(move |event| open.set(is_open(&event)))>
                <summary>{t!("Final prompt")}</summary>
                {live(shown)}
            </details>
        </fieldset>
    }
    .into_any()
}

fn is_open(event: &leptos::ev::Event) -> bool {
    event_target::<web_sys::HtmlDetailsElement>(event).open()
}

fn area(label: &'static str, rows: u32, text: RwSignal<String>) -> AnyView {
    let id = unique();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                class="prompt-text"
                rows=rows.to_string()
                dir="auto"
                spellcheck="false"
                prop:value=sig(move || text.get())
                on:input=listener(move |event| text.set(event_target_value(&event)))
            ></textarea>
        </div>
    }
    .into_any()
}

/// What may stand between braces; a click adds it to the prompt.
fn placeholders(draft: Draft) -> AnyView {
    let chip = |placeholder: Placeholder| {
        let (name, about) = match placeholder {
            Placeholder::Question => ("{{question}}", t!("the question")),
            Placeholder::Evidence => ("{{evidence}}", t!("the numbered passages")),
            Placeholder::Date => ("{{date}}", t!("today's date")),
        };
        let insert = move |_| draft.user.update(|text| text.push_str(name));
        view! {
            <button class="chip" type="button" aria-label=t!("Insert {name}: {about}", name = name, about = about) title=about on:click=listener(insert)>
                <code>{name}</code>
            </button>
        }
    };
    view! { <div class="chips">{Placeholder::ALL.map(chip).collect_view()}</div> }.into_any()
}

fn issues(template: &PromptTemplate) -> AnyView {
    let line = |issue: PromptIssue| {
        let class = if issue.is_error() { "notice bad" } else { "notice warn" };
        view! { <p class=class>{text(&issue)}</p> }
    };
    template.check().into_iter().map(line).collect_view().into_any()
}

fn text(issue: &PromptIssue) -> String {
    match issue {
        PromptIssue::NoQuestion => t!("The question is missing: add {{question}}.").into(),
        PromptIssue::NoEvidence => {
            t!("No evidence: without {{evidence}} the model gets no passages and cannot cite.").into()
        }
        PromptIssue::NoCitationFormat => t!(
            "No citation format: tell the model to cite passages as [1], or its citations cannot be checked."
        )
        .into(),
        PromptIssue::Unknown(name) => {
            t!("Unknown placeholder {name}: it is sent as written.", name = format!("{{{{{name}}}}}"))
        }
        PromptIssue::TooLong { characters, most } => {
            t!(
                "Too long: {characters} characters, at most {most}. Shorten the system prompt or the prompt.",
                characters = characters,
                most = most
            )
        }
    }
}
