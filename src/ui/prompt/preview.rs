use crate::browser::clock::{epoch_millis, local_date};
use crate::format;
use crate::prompt::{
    Budget, DatedTemplate, Origin, Prompt, Question, Shares, Style, build, default_template,
};
use crate::state::AppState;
use crate::types::{Column, ColumnId, Evidence, ModelRef, Parameters, Piece, PromptTemplate, Role, pieces};
use crate::ui::part::field;
use leptos::prelude::*;
use std::sync::Arc;

/// What is shown.
pub struct Preview {
    /// The custom template; the default one where there is none.
    pub template: Option<PromptTemplate>,
    /// The column it is for; of a recipe's prompt there is none.
    pub column: Option<Column>,
}

/// The prompt as it will be sent: by the question and the evidence on the screen, where there are any.
pub fn preview(state: AppState, of: Preview) -> AnyView {
    let question = state.session.question.with_untracked(|question| question.trim().to_owned());
    let with_documents = of.column.as_ref().is_none_or(|column| column.with_documents);
    let evidence = state
        .session
        .head
        .with_untracked(|head| head.as_ref().and_then(|head| head.evidence().cloned()))
        .filter(|_| with_documents);
    let style = of.column.as_ref().map_or(Style::Standard, style);
    let template = of.template.or_else(|| {
        of.column
            .as_ref()
            .and_then(|_| state.settings.with_untracked(|settings| settings.recipe.prompt.clone()))
    });
    match (evidence, with_documents) {
        (None, true) => unfilled(&template.unwrap_or_else(default_template)),
        (evidence, _) => {
            let date = local_date(epoch_millis());
            let template = template.map(|template| DatedTemplate { template, date });
            let limit = of.column.as_ref().and_then(|column| {
                state.settings.with_untracked(|settings| settings.limit_of(column).map(|limit| limit.tokens))
            });
            let parameters = of.column.map(|column| column.parameters).unwrap_or_default();
            filled(&question, template.as_ref(), evidence.as_deref(), style, limit, &parameters)
        }
    }
}

/// The prompt of a column in the run on the screen; nothing for one without a prompt.
pub fn of_run(state: AppState, id: ColumnId) -> Option<AnyView> {
    let view = state.session.columns.value(&id)?;
    if view.column.model == ModelRef::Extractive || view.head.is_none() {
        return None;
    }
    let (question, template) = state.question_for(&view.column)?;
    let evidence: Option<Arc<Evidence>> = view.evidence.filter(|_| view.column.with_documents);
    let limit =
        state.settings.with_untracked(|settings| settings.limit_of(&view.column).map(|limit| limit.tokens));
    let (style, parameters) = (style(&view.column), &view.column.parameters);
    Some(filled(&question, template.as_ref(), evidence.as_deref(), style, limit, parameters))
}

fn style(column: &Column) -> Style {
    match column.model {
        ModelRef::SmolLm2 => Style::Small,
        _ => Style::Standard,
    }
}

fn filled(
    question: &str,
    template: Option<&DatedTemplate>,
    evidence: Option<&Evidence>,
    style: Style,
    context_tokens: Option<u32>,
    parameters: &Parameters,
) -> AnyView {
    let budget = Budget::estimated(context_tokens, parameters);
    let question = Question { text: question, template };
    let prompt = build(question, evidence, "", parameters, style, &budget);
    let cut = (!prompt.fit.is_whole()).then(|| field::hint(prompt.fit.to_string()));
    view! { {legend()} {messages(&prompt)} {bar(&prompt, &budget)} {cut} }.into_any()
}

/// What the colours stand for.
fn legend() -> AnyView {
    let item = |(class, name): (&'static str, &'static str)| {
        view! { <li><span class=format!("origin {class}")>{name}</span></li> }
    };
    let items = [("of-template", "Template"), ("of-question", "Question"), ("of-passage", "Passage")];
    view! { <ul class="prompt-legend" aria-label="Origins">{items.map(item).collect_view()}</ul> }.into_any()
}

fn messages(prompt: &Prompt) -> AnyView {
    let message = |(at, message): (usize, &crate::types::Message)| {
        let parts = prompt.origins.iter().filter(|source| source.message as usize == at);
        let part = |source: &crate::prompt::Source| {
            let text = message.content.get(source.span.range()).unwrap_or_default().to_owned();
            let (class, title) = match source.origin {
                Origin::Template => ("of-template", "Template".to_owned()),
                Origin::Question => ("of-question", "Question".to_owned()),
                Origin::Passage(number) => ("of-passage", format!("Passage {number}")),
            };
            view! { <span class=format!("origin {class}") title=title>{text}</span> }
        };
        role(message.role, parts.map(part).collect_view().into_any())
    };
    prompt.request.messages.iter().enumerate().map(message).collect_view().into_any()
}

/// A template whose values are not known yet.
fn unfilled(template: &PromptTemplate) -> AnyView {
    let part = |piece: Piece| match piece {
        Piece::Text(text) | Piece::Unknown { written: text, .. } => {
            view! { <span class="origin of-template">{text.to_owned()}</span> }
        }
        Piece::Placeholder(placeholder) => {
            let class = match placeholder {
                crate::types::Placeholder::Evidence => "origin of-passage",
                crate::types::Placeholder::Question => "origin of-question",
                crate::types::Placeholder::Date => "origin of-template",
            };
            view! { <span class=class>{format!("{{{{{}}}}}", placeholder.name())}</span> }
        }
    };
    let text = |text: &str| pieces(text).map(part).collect_view().into_any();
    let system = (!template.system.is_empty()).then(|| role(Role::System, text(&template.system)));
    view! {
        {legend()}
        {system}
        {role(Role::User, text(&template.user))}
        {field::hint("Ask a question to see it with its passages.")}
    }
    .into_any()
}

fn role(role: Role, content: AnyView) -> AnyView {
    let name = match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    view! {
        <div class="prompt-message">
            <p class="prompt-role">{name}</p>
            <div class="prompt-content" tabindex="0" role="group" aria-label=format!("Message of {name}") dir="auto">{content}</div>
        </div>
    }
    .into_any()
}

/// How the context is used up, as a bar and in numbers.
fn bar(prompt: &Prompt, budget: &Budget<'_>) -> AnyView {
    let Shares { instructions, evidence, question } = Shares::of(prompt);
    let used = [
        ("of-template", "Instructions", instructions),
        ("of-passage", "Evidence", evidence),
        ("of-question", "Question", question),
        ("of-answer", "Answer", budget.reserve_output_tokens),
    ];
    let sum: u32 = used.iter().map(|(.., tokens)| tokens).sum();
    let left = budget.context_tokens.map(|most| most.saturating_sub(sum));
    let all = used.into_iter().chain(left.map(|left| ("of-left", "Room left", left)));
    let whole = f64::from(budget.context_tokens.unwrap_or(sum).max(sum).max(1));
    let (mut segments, mut numbers) = (Vec::new(), Vec::new());
    for (class, name, tokens) in all {
        let width = format!("{}%", format::fixed(100.0 * f64::from(tokens) / whole, 2));
        segments.push(view! { <span class=format!("segment {class}") style:width=width></span> });
        numbers.push(view! {
            <li><span class=format!("swatch {class}")></span>{format!("{name} {}", format::count(u64::from(tokens)))}</li>
        });
    }
    let limit = match budget.context_tokens {
        Some(most) => format!("Context limit {} tokens", format::count(u64::from(most))),
        None => "Context limit not known".to_owned(),
    };
    view! {
        <figure class="token-budget" aria-label="Token budget">
            <div class="token-bar" aria-hidden="true">{segments}</div>
            <figcaption>
                <ul class="token-legend">{numbers}</ul>
                <span class="hint">{format!("{limit}. Estimated at 4 bytes per token.")}</span>
            </figcaption>
        </figure>
    }
    .into_any()
}
