use crate::browser::clock::{epoch_millis, local_date};
use crate::format;
use crate::prompt::{Budget, DatedTemplate, Origin, Prompt, Question, Shares, build, default_template};
use crate::state::AppState;
use crate::types::{
    Column, ColumnId, Evidence, ModelRef, Piece, Placeholder, PromptTemplate, Role, Sha256, pieces,
};
use crate::ui::part::{field, fit};
use leptos::prelude::*;

/// What is shown.
pub struct Preview {
    /// The custom template; the default one where there is none.
    pub template: Option<PromptTemplate>,
    /// The column it is for; of a recipe's prompt there is none.
    pub column: Option<Column>,
}

/// The prompt as it will be sent: by the question and the evidence on the screen, where there are any.
pub fn preview(state: AppState, of: Preview) -> AnyView {
    let question = state.session.question.get_untracked();
    let head = state.session.head.get_untracked();
    let recipe = of.column.as_ref().map(|column| column.recipe);
    let evidence = head.as_ref().and_then(|head| head.shown(recipe)?.evidence().cloned());
    let recipe = |column| state.settings.with_untracked(|settings| settings.recipe_of(column).prompt.clone());
    let template = of.template.or_else(|| of.column.as_ref().and_then(recipe));
    // A recipe's prompt is shown as a model without peculiarities gets it.
    let column = of.column.unwrap_or_else(|| Column::new(ColumnId(0), ModelRef::Extractive));
    if column.with_documents && evidence.is_none() {
        return unfilled(&template.unwrap_or_else(default_template));
    }
    let date = local_date(epoch_millis());
    let template = template.map(|template| DatedTemplate { template, date });
    filled(state, &column, &question, template.as_ref(), evidence.as_deref()).0
}

/// The prompt of a column in the run on the screen; nothing for one without a prompt.
pub fn of_run(state: AppState, id: ColumnId) -> Option<AnyView> {
    let view = state.session.columns.value(&id).filter(|view| view.column.model != ModelRef::Extractive)?;
    let sent = view.sent?;
    let (question, template) = state.question_for(&view.column)?;
    let (shown, sha256) = filled(state, &view.column, &question, template.as_ref(), view.evidence.as_deref());
    // Cut by the model's own tokenizer, or by a limit that has been changed since.
    let is_other = sha256 != sent.sent_sha256;
    let note = is_other.then(|| {
        field::hint(t!("The evidence was cut elsewhere than shown here: the request below is exact."))
    });
    Some(view! { {shown} {note} }.into_any())
}

/// The prompt, and the hash of the evidence in it.
fn filled(
    state: AppState,
    column: &Column,
    question: &str,
    template: Option<&DatedTemplate>,
    evidence: Option<&Evidence>,
) -> (AnyView, Option<Sha256>) {
    let (style, limit) =
        state.settings.with_untracked(|settings| (settings.style_of(column), settings.limit_of(column)));
    let budget = Budget::estimated(limit.map(|limit| limit.tokens), &column.parameters, style);
    let question = Question { text: question, template };
    let evidence = evidence.filter(|_| column.with_documents);
    let prompt = build(question, evidence, "", &column.parameters, style, &budget);
    let cut = fit::cut(&prompt.fit).map(field::hint);
    let shown = view! { {legend()} {messages(&prompt)} {bar(&prompt, &budget)} {cut} }.into_any();
    (shown, prompt.evidence_sha256)
}

/// What the colours stand for.
fn legend() -> AnyView {
    let item = |(class, name): (&'static str, &'static str)| {
        view! { <li><span class=format!("origin {class}")>{name}</span></li> }
    };
    let items =
        [("of-template", t!("Template")), ("of-question", t!("Question")), ("of-passage", t!("Passage"))];
    view! { <ul class="prompt-legend" aria-label=t!("Origins")>{items.map(item).collect_view()}</ul> }
        .into_any()
}

fn messages(prompt: &Prompt) -> AnyView {
    let message = |(at, message): (usize, &crate::types::Message)| {
        let parts = prompt.origins.iter().filter(|source| source.message as usize == at);
        let part = |source: &crate::prompt::Source| {
            let text = message.content.get(source.span.range()).unwrap_or_default().to_owned();
            let (class, title) = match source.origin {
                Origin::Template => ("of-template", t!("Template").into()),
                Origin::Question => ("of-question", t!("Question").into()),
                Origin::Passage(number) => ("of-passage", t!("Passage {number}", number = number)),
            };
            view! { <span class=format!("origin {class}") title=title>{text}</span> }
        };
        role(message.role, parts.map(part).collect_view().into_any())
    };
    let documents = prompt.request.documents.iter().map(|document| {
        let text = view! { <span class="origin of-passage">{document.text.clone()}</span> };
        labelled(t!("document {id}", id = document.id), text.into_any())
    });
    let messages = prompt.request.messages.iter().enumerate().map(message);
    messages.chain(documents).collect_view().into_any()
}

/// A template whose values are not known yet.
fn unfilled(template: &PromptTemplate) -> AnyView {
    let part = |piece: Piece| match piece {
        Piece::Text(text) | Piece::Unknown { written: text, .. } => {
            view! { <span class="origin of-template">{text.to_owned()}</span> }
        }
        Piece::Placeholder(placeholder) => {
            let class = match placeholder {
                Placeholder::Evidence => "origin of-passage",
                Placeholder::Question => "origin of-question",
                Placeholder::Date => "origin of-template",
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
        {field::hint(t!("Ask a question to see it with its passages."))}
    }
    .into_any()
}

fn role(role: Role, content: AnyView) -> AnyView {
    let name = match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    labelled(name.to_owned(), content)
}

fn labelled(name: String, content: AnyView) -> AnyView {
    view! {
        <div class="prompt-message">
            <p class="prompt-role">{name.clone()}</p>
            <div class="prompt-content" tabindex="0" role="group" aria-label=name dir="auto">{content}</div>
        </div>
    }
    .into_any()
}

/// How the context is used up, as a bar and in numbers.
fn bar(prompt: &Prompt, budget: &Budget<'_>) -> AnyView {
    let Shares { instructions, evidence, question } = Shares::of(prompt);
    let used = [
        ("of-template", t!("Instructions"), instructions),
        ("of-passage", t!("Evidence"), evidence),
        ("of-question", t!("Question"), question),
        ("of-answer", t!("Answer"), budget.reserve_output_tokens),
    ];
    let sum: u32 = used.iter().map(|(.., tokens)| tokens).sum();
    let left = budget.context_tokens.map(|most| most.saturating_sub(sum));
    let all = used.into_iter().chain(left.map(|left| ("of-left", t!("Room left"), left)));
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
        Some(most) => t!("Context limit {tokens} tokens", tokens = most),
        None => t!("Context limit not known").into(),
    };
    view! {
        <figure class="token-budget" aria-label=t!("Token budget")>
            <div class="token-bar" aria-hidden="true">{segments}</div>
            <figcaption>
                <ul class="token-legend">{numbers}</ul>
                <span class="hint">{t!("{limit}. Estimated at 4 bytes per token.", limit = limit)}</span>
            </figcaption>
        </figure>
    }
    .into_any()
}
