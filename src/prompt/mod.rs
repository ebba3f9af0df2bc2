//! `Evidence` and question → `ChatRequest`.
//!
//! [`build`] makes the very object that is sent. The template is fixed per [`Style`]; the evidence stands between
//! `<evidence>` and `</evidence>` in the user's message, declared as data and not instructions. When it does not fit
//! the model's context, whole passages go from the end, and the first that does not fit is cut at a sentence; [`Fit`]
//! says what was cut and the hash is of what is really sent. Without evidence (the baseline) no word of any document
//! is in the prompt.
//!
//! Nothing here calls a model or counts tokens: the counter is the caller's.

mod budget;
mod origin;
mod sent;
mod spec;
mod template;

pub use crate::types::Fit;
pub use crate::types::Sent;
pub use budget::Budget;
pub use origin::{Origin, Source};
pub use spec::PromptSpec;
pub use template::Style;

use crate::evidence::{self, SEPARATOR};
use crate::types::{
    ChatRequest, Evidence, Message, Parameters, Passage, Role, Sha256, SourceDocument, sha256,
};
use budget::fit;
use origin::Trail;

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
/// use sidecite::prompt::{Budget, Style, build};
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
/// let prompt = build(question, Some(&evidence), "model", &Parameters::default(), Style::Standard, &budget);
/// assert!(prompt.request.messages[1].content.contains("<evidence>\n[1] tariff.md › Tariff\n"));
/// assert_eq!((prompt.fit.passages_sent, prompt.evidence_sha256), (1, Some(evidence.sha256)));
///
/// let baseline = build(question, None, "model", &Parameters::default(), Style::Standard, &budget);
/// assert!(!baseline.request.messages.iter().any(|message| message.content.contains("12 euros")));
/// ```
pub fn build(
    question: &str,
    evidence: Option<&Evidence>,
    model: &str,
    parameters: &Parameters,
    style: Style,
    budget: &Budget<'_>,
) -> Prompt {
    let question = question.trim();
    let system = template::system(style, evidence.is_some());
    let Some(evidence) = evidence else {
        let trail = Trail::new().template(0, system).question(1, question);
        let tokens = budget.count_messages(trail.contents());
        let fit = Fit { tokens, budget: budget.input_tokens(), ..Fit::default() };
        return finish(trail, model, parameters, None, fit);
    };
    if style == Style::Documents {
        return beside(question, evidence, model, parameters, budget);
    }
    let frame = Trail::new()
        .template(0, system)
        .template(1, template::OPEN)
        .template(1, template::CLOSE)
        .template(1, template::ASK)
        .question(1, question)
        .template(2, template::begun(style));
    let cut = fit(&evidence.passages, budget.count_messages(frame.contents()), budget);
    let mut passages: Vec<Passage> = cut.passages;
    loop {
        // When everything fits these are the frozen bytes themselves.
        let text = if passages == evidence.passages {
            evidence.text.clone()
        } else if passages.is_empty() {
            template::NOTHING_FITS.to_owned()
        } else {
            evidence::render(&passages)
        };
        let trail = with_evidence(system, question, &text, &passages).template(2, template::begun(style));
        let tokens = budget.count_messages(trail.contents());
        let over = budget.input_tokens().is_some_and(|most| tokens > most);
        // Counts of pieces need not add up to the count of the whole; the whole decides.
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
    question: &str,
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
    let trail = Trail::new().template(0, template::system(Style::Documents, true)).question(1, question);
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

fn with_evidence(system: &str, question: &str, text: &str, passages: &[Passage]) -> Trail {
    let mut trail = Trail::new().template(0, system).template(1, template::OPEN);
    let mut rest = text;
    for (at, passage) in passages.iter().enumerate() {
        let separator = if at == 0 { "" } else { SEPARATOR };
        let len = evidence::render_one(passage).len();
        let (between, tail) = rest.split_at_checked(separator.len()).unwrap_or((rest, ""));
        let (own, tail) = tail.split_at_checked(len).unwrap_or((tail, ""));
        trail = trail.template(1, between).passage(1, own, passage.number);
        rest = tail;
    }
    // With passages nothing is left; without, this is the sentence that says so.
    trail.template(1, rest).template(1, template::CLOSE).template(1, template::ASK).question(1, question)
}

fn finish(
    trail: Trail,
    model: &str,
    parameters: &Parameters,
    evidence_text: Option<String>,
    fit: Fit,
) -> Prompt {
    let (contents, origins) = trail.into_parts();
    let roles = [Role::System, Role::User, Role::Assistant];
    let messages = roles.into_iter().zip(contents).map(|(role, content)| Message { role, content }).collect();
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
