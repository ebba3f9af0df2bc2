//! A question and its evidence → the sentences that answer it best, quoted with citations.
//!
//! No weights and no chance: the same question over the same evidence gives the same answer at once. Each sentence is
//! copied to the byte, so that its citation verifies. It cannot combine, count or rephrase; when no sentence shares
//! enough of the question's words it says so instead of quoting the least bad one.

mod hint;
mod question;
mod rank;

use crate::types::{ChatEvent, Evidence};

/// Longest quotation in bytes; a longer sentence (a table, a list) is cut to the part around the question's words.
const LONGEST: usize = 600;

/// Behind quotations of which none has enough of the question by itself.
const SEVERAL: &str =
    "\n\nThe question may need several documents together, which quotations do not combine.";

/// Answers `question` from `evidence` in the form of a finished stream: one text event per quoted sentence, then the end.
/// `None` is the baseline without documents, which this model cannot answer.
pub fn answer(question: &str, evidence: Option<&Evidence>) -> Vec<ChatEvent> {
    let texts = match evidence {
        None => vec!["This column only quotes documents, but is set to answer without them.".to_owned()],
        Some(evidence) if evidence.passages.is_empty() => {
            vec!["No passages were found to quote.".to_owned()]
        }
        Some(evidence) => {
            let best = rank::best(question, &evidence.passages);
            let note = best.needs_several.then(|| SEVERAL.to_owned());
            let quoted = best.quotes.iter().enumerate().map(|(at, quote)| {
                let gap = if at == 0 { "" } else { "\n\n" };
                format!("{gap}\"{}\" [{}]", quote.text, quote.number)
            });
            quoted.chain(note).collect()
        }
    };
    let texts = if texts.is_empty() {
        vec!["The passages found do not seem to contain an answer to this question: no sentence has enough of its words.".to_owned()]
    } else {
        texts
    };
    let events = texts.into_iter().map(ChatEvent::TextDelta);
    events.chain([ChatEvent::Finish("stop".to_owned())]).collect()
}
