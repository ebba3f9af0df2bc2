//! Query rewriting as it is being chosen: the kind, the model and its prompt.

use crate::run::default_rewrite_prompt;
use crate::state::{AppState, Settings};
use crate::types::{ModelRef, QueryRewrite, RewriteKind};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{self, unique};
use leptos::prelude::*;

/// What stands for no rewriting in the select.
const NONE: &str = "";

/// The fields of a recipe's query rewriting.
pub fn fields(state: AppState, rewrite: RwSignal<Option<QueryRewrite>>) -> AnyView {
    let set = rewrite.get_untracked().map(|rewrite| rewrite.model);
    let models = state.settings.with_untracked(|settings| models(settings, set));
    let first = models.first().map(|(model, _)| model.clone()).unwrap_or(ModelRef::SmolLm2);
    let choose = move |name: String| {
        rewrite.update(|rewrite| *rewrite = chosen(rewrite.take(), RewriteKind::from_name(&name), &first));
    };
    let options = std::iter::once((NONE, t!("None")))
        .chain(RewriteKind::ALL.map(|kind| (kind.name(), label(kind))))
        .map(|(value, text)| (value.to_owned(), text.to_owned()))
        .collect();
    let name = rewrite.with_untracked(|rewrite| rewrite.as_ref().map_or(NONE, |rewrite| rewrite.kind.name()));
    // The fields below stay while their text is typed.
    let kind = Memo::new(move |_| rewrite.with(|rewrite| rewrite.as_ref().map(|rewrite| rewrite.kind)));
    let models = StoredValue::new(models);
    let more = move || kind.get().map(|kind| details(rewrite, kind, &models.get_value()));
    view! {
        <fieldset>
            <legend>{t!("Query rewriting")}</legend>
            {field::select(t!("Query rewriting"), options, name, Callback::new(choose))}
            {live(more)}
        </fieldset>
    }
    .into_any()
}

fn label(kind: RewriteKind) -> &'static str {
    match kind {
        RewriteKind::Rewrite => t!("Rewrite the question"),
        RewriteKind::MultiQuery => t!("Several queries"),
        RewriteKind::Hyde => t!("Hypothetical answer (HyDE)"),
    }
}

fn about(kind: RewriteKind) -> &'static str {
    match kind {
        RewriteKind::Rewrite => t!("The model's query is searched in place of the question."),
        RewriteKind::MultiQuery => {
            t!("The question and the model's queries are searched; the best of all count.")
        }
        RewriteKind::Hyde => {
            t!(
                "The model's answer, right or wrong, is embedded with the question; BM25 searches the question."
            )
        }
    }
}

/// What is rewritten after another kind was chosen. A prompt that the person has written stays.
fn chosen(before: Option<QueryRewrite>, kind: Option<RewriteKind>, first: &ModelRef) -> Option<QueryRewrite> {
    let kind = kind?;
    let prompt = default_rewrite_prompt(kind).to_owned();
    Some(match before {
        None => QueryRewrite { kind, model: first.clone(), prompt },
        Some(before) => {
            let is_own = before.prompt != default_rewrite_prompt(before.kind);
            QueryRewrite { kind, prompt: if is_own { before.prompt } else { prompt }, ..before }
        }
    })
}

/// The models that can be asked, with their names: those of the columns, and what is `set`; the built-in one where there is none.
fn models(settings: &Settings, set: Option<ModelRef>) -> Vec<(ModelRef, String)> {
    let mut models: Vec<ModelRef> = Vec::new();
    let columns = settings.columns.iter().map(|column| column.model.clone());
    for model in columns.chain(set) {
        if model != ModelRef::Extractive && !models.contains(&model) {
            models.push(model);
        }
    }
    if models.is_empty() {
        models.push(ModelRef::SmolLm2);
    }
    let named = |model: ModelRef| {
        let (name, place) = settings.model_name(&model);
        (model, format!("{name} · {place}"))
    };
    models.into_iter().map(named).collect()
}

fn details(
    rewrite: RwSignal<Option<QueryRewrite>>,
    kind: RewriteKind,
    models: &[(ModelRef, String)],
) -> AnyView {
    let change = move |change: &dyn Fn(&mut QueryRewrite)| {
        rewrite.update(|rewrite| {
            if let Some(rewrite) = rewrite {
                change(rewrite);
            }
        });
    };
    let set = rewrite.with_untracked(|rewrite| rewrite.as_ref().map(|rewrite| rewrite.model.clone()));
    let at = models.iter().position(|(model, _)| Some(model) == set.as_ref()).unwrap_or(0);
    let options = models.iter().enumerate().map(|(at, (_, name))| (at.to_string(), name.clone())).collect();
    let known: Vec<ModelRef> = models.iter().map(|(model, _)| model.clone()).collect();
    let choose = Callback::new(move |value: String| {
        if let Some(model) = value.parse().ok().and_then(|at: usize| known.get(at)) {
            change(&|rewrite| rewrite.model = model.clone());
        }
    });
    let prompt = move || {
        rewrite.with(|rewrite| rewrite.as_ref().map(|rewrite| rewrite.prompt.clone()).unwrap_or_default())
    };
    let typed = move |event| {
        let text = event_target_value(&event);
        change(&|rewrite| rewrite.prompt.clone_from(&text));
    };
    let is_default = Memo::new(move |_| prompt() == default_rewrite_prompt(kind));
    let reset = move |_| change(&|rewrite| rewrite.prompt = default_rewrite_prompt(kind).to_owned());
    let id = unique();
    let hint_id = format!("{id}-hint");
    view! {
        <p class="hint">{about(kind)}" "{t!("The model is asked before every search, which takes its time and costs what the model costs. Its host gets the question.")}</p>
        {field::select(t!("Model"), options, &at.to_string(), choose)}
        <div class="field">
            <label for=id.clone()>{t!("Prompt")}</label>
            <textarea
                id=id
                class="prompt-text"
                rows="5"
                dir="auto"
                spellcheck="false"
                aria-describedby=hint_id.clone()
                prop:value=sig(prompt)
                on:input=listener(typed)
            ></textarea>
            <span class="hint" id=hint_id>{t!("{{question}} stands for the question.")}</span>
        </div>
        {live(move || (!is_default.get()).then(|| view! {
            <div class="button-row">
                <button class="button" type="button" on:click=listener(reset)>{t!("Reset prompt")}</button>
            </div>
        }))}
    }
    .into_any()
}
