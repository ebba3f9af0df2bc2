//! `Evidence` and question → `ChatRequest`.
//!
//! [`build`] makes the very object that is sent. The template is a custom one, or fixed per [`Style`]: then the evidence
//! stands between `<evidence>` and `</evidence>` in the user's message, declared as data and not instructions.
//! Placeholders are replaced in one pass, so that a question or a passage which looks like one stays as it is. When the
//! evidence does not fit the model's context, whole passages go from the end, and the first that does not fit is cut at a
//! sentence; [`Fit`] says what was cut and the hash is of what is really sent. Without evidence (the baseline) no word of
//! any document is in the prompt.
//!
//! Nothing here calls a model or counts tokens: the counter is the caller's.

mod budget;
mod fill;
mod guard;
mod origin;
mod sent;
mod spec;
mod template;

pub use crate::types::Fit;
pub use crate::types::Sent;
pub use budget::{Budget, estimated_tokens};
pub use guard::{Expected, Shares};
pub use origin::{Origin, Source};
pub use spec::PromptSpec;
pub use template::{DatedTemplate, Style, default_template};

use crate::evidence::{self, SEPARATOR};
use crate::types::{
    ChatRequest, Evidence, Message, Parameters, Passage, Role, Sha256, SourceDocument, sha256,
};
use budget::fit;
use fill::{Values, filled};
use origin::Trail;
use template::{Layout, holds_evidence};

/// What is asked, and by which template.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The question; white space around it is not sent.
    pub text: &'a str,
    /// The custom template; the default one of the style where there is none.
    pub template: Option<&'a DatedTemplate>,
}

/// A request and where its words come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    /// What is sent.
    pub request: ChatRequest,
    /// The evidence in it, exactly; `None` for the baseline.
    pub evidence_text: Option<String>,
    /// SHA-256 of `evidence_text`. Equal in all columns whose context holds all passages.
    pub evidence_sha256: Option<Sha256>,
    /// How it fits the context.
    pub fit: Fit,
    /// Where each byte of each message comes from, in order, without gaps.
    pub origins: Vec<Source>,
}

/// Makes the request for one column. `None` as evidence is the "no documents" baseline.
///
/// ```
/// use sidecite::prompt::{Budget, Question, Style, build};
/// use sidecite::types::Parameters;
/// # use sidecite::evidence::freeze;
/// # use sidecite::types::{Chunk, Document, Format, RetrievalSettings, Scores, SearchTiming, Span, sha256};
/// # let text = "Tariff\n\nA ticket costs 12 euros.".to_owned();
/// # let (name, id) = ("tariff.md".to_owned(), sha256(text.as_bytes()));
/// # let document = Document { id, name, format: Format::Markdown, title: None, text, blocks: vec![], pages: vec![] };
/// # let headings = vec!["Tariff".to_owned()];
/// # let chunk = Chunk { document: id, ordinal: 0, span: Span::new(8, 32), tokens: 6, page: None, headings };
/// # let (settings, timing) = (RetrievalSettings::default(), SearchTiming::default());
/// # let question = "What does a ticket cost?";
/// # let evidence = freeze(question, settings, vec![(Scores::default(), &chunk, &document)], timing);
///
/// let count = |text: &str| text.split_whitespace().count() as u32;
/// let budget = Budget { context_tokens: Some(4_096), reserve_output_tokens: 512, count: &count };
/// let question = Question { text: question, template: None };
/// let prompt = build(question, Some(&evidence), "model", &Parameters::default(), Style::Standard, &budget);
/// assert!(prompt.request.messages[1].content.contains("<evidence>\n[1] tariff.md › Tariff\n"));
/// assert_eq!((prompt.fit.passages_sent, prompt.evidence_sha256), (1, Some(evidence.sha256)));
///
/// let baseline = build(question, None, "model", &Parameters::default(), Style::Standard, &budget);
/// assert!(!baseline.request.messages.iter().any(|message| message.content.contains("12 euros")));
/// ```
pub fn build(
    question: Question<'_>,
    evidence: Option<&Evidence>,
    model: &str,
    parameters: &Parameters,
    style: Style,
    budget: &Budget<'_>,
) -> Prompt {
    let layout = Layout::new(style, question.template, evidence.is_some());
    let values = Values { question: question.text.trim(), ..Values::default() };
    let Some(evidence) = evidence.filter(|_| holds_evidence(question.template)) else {
        let trail = filled(&layout, &values);
        let tokens = budget.count_messages(trail.contents());
        let fit = Fit { tokens, budget: budget.input_tokens(), ..Fit::default() };
        return finish(trail, model, parameters, None, fit);
    };
    // A custom template says where the evidence goes: it is in the text also where a host takes documents.
    if style == Style::Documents && question.template.is_none() {
        return beside(filled(&layout, &values), evidence, model, parameters, budget);
    }
    let frame = budget.count_messages(filled(&layout, &values).contents());
    let mut passages: Vec<Passage> = fit(&evidence.passages, frame, budget).passages;
    loop {
        // When everything fits these are the frozen bytes themselves.
        let text = if passages == evidence.passages {
            evidence.text.clone()
        } else if passages.is_empty() {
            template::NOTHING_FITS.to_owned()
        } else {
            evidence::render(&passages)
        };
        let trail = filled(&layout, &Values { evidence: &text, passages: &passages, ..values });
        let tokens = budget.count_messages(trail.contents());
        let over = budget.input_tokens().is_some_and(|most| tokens > most);
        // Counts of pieces need not add up to the count of the whole, and a template may hold the evidence twice; the
        // whole decides.
        if over && passages.pop().is_some() {
            continue;
        }
        let fit = Fit {
            tokens,
            budget: budget.input_tokens(),
            passages_sent: passages.len() as u32,
            passages_total: evidence.passages.len() as u32,
            cut_tokens: budget.count(&evidence.text).saturating_sub(budget.count(&text)),
            last_cut: passages.iter().zip(&evidence.passages).any(|(sent, whole)| sent.text != whole.text),
        };
        return finish(trail, model, parameters, Some(text), fit);
    }
}

/// The passages as documents beside the question, each with its part of the evidence text word for word, so that the hash
/// is that of every other column.
fn beside(
    trail: Trail,
    evidence: &Evidence,
    model: &str,
    parameters: &Parameters,
    budget: &Budget<'_>,
) -> Prompt {
    let documents: Vec<SourceDocument> = evidence
        .passages
        .iter()
        .map(|passage| SourceDocument {
            id: passage.number.to_string(),
            title: passage.document_name.clone(),
            text: evidence::render_one(passage),
        })
        .collect();
    let sent: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let text = if sent.is_empty() { evidence.text.clone() } else { sent.join(SEPARATOR) };
    let fit = Fit {
        tokens: budget.count_messages(trail.contents()) + budget.count(&text),
        budget: budget.input_tokens(),
        passages_sent: documents.len() as u32,
        passages_total: documents.len() as u32,
        ..Fit::default()
    };
    let mut prompt = finish(trail, model, parameters, Some(text), fit);
    prompt.request.documents = documents;
    prompt
}

fn finish(
    trail: Trail,
    model: &str,
    parameters: &Parameters,
    evidence_text: Option<String>,
    fit: Fit,
) -> Prompt {
    let (contents, mut origins) = trail.into_parts();
    let roles = [Role::System, Role::User, Role::Assistant];
    let mut messages: Vec<Message> =
        roles.into_iter().zip(contents).map(|(role, content)| Message { role, content }).collect();
    // Hosts refuse empty messages; no origin lies in one.
    if messages.first().is_some_and(|system| system.content.is_empty()) {
        messages.remove(0);
        origins.iter_mut().for_each(|source| source.message -= 1);
    }
    Prompt {
        request: ChatRequest {
            model: model.to_owned(),
            messages,
            parameters: parameters.clone(),
            documents: Vec::new(),
        },
        evidence_sha256: evidence_text.as_ref().map(|text| sha256(text.as_bytes())),
        evidence_text,
        fit,
        origins,
    }
}
