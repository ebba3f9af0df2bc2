//! `Document` → `Vec<Chunk>`.
//!
//! The text is tokenised once; every size after that is a binary search in the tokens' spans, so that cutting
//! takes linear time whatever the strategy. Both strategies share one cutter: it fills a window of the asked
//! size and cuts at the strongest boundary in it. A chunk's span points into the document; no text is copied
//! and none is changed.

mod cut;
mod error;
mod plan;
mod recursive;
mod sentence;
mod structure;
mod tokens;

pub use error::Error;
pub use plan::{ChunkPlan, MAX_SIZE_TOKENS, MIN_SIZE_TOKENS, validate};
pub use sentence::sentences;
pub use tokens::Tokens;

use crate::types::{BlockKind, Chunk, ChunkStrategy, Document, Span};
use cut::Cutter;
use tokens::Counter;

/// Cuts a document. The chunks are in order, trimmed of outer white space, at most `plan.size_tokens()` long,
/// and together cover every character that is not white space.
pub fn chunk(document: &Document, plan: &ChunkPlan, tokens: &dyn Tokens) -> Vec<Chunk> {
    let counter = Counter::new(&document.text, tokens);
    let cutter = Cutter::new(&document.text, &counter, plan.size_tokens(), plan.overlap_tokens());
    let spans = match plan.strategy() {
        ChunkStrategy::Recursive => recursive::cut(&document.text, &cutter),
        ChunkStrategy::Structure => structure::cut(document, &counter, &cutter),
    };
    describe(document, &counter, &spans)
}

/// Adds to each span what the document knows about it. Spans are in order, so one walk over the headings
/// serves them all.
fn describe(document: &Document, counter: &Counter, spans: &[Span]) -> Vec<Chunk> {
    let mut headings = document
        .blocks
        .iter()
        .filter_map(|block| match block.kind {
            BlockKind::Heading(level) => Some((level, block.span)),
            _ => None,
        })
        .peekable();
    let mut path: Vec<(u8, String)> = Vec::new();
    let mut chunks = Vec::with_capacity(spans.len());
    for (ordinal, span) in spans.iter().enumerate() {
        while let Some((level, at)) = headings.next_if(|(_, at)| at.start <= span.start) {
            path.retain(|(above, _)| *above < level);
            path.push((level, at.of(&document.text).trim().to_owned()));
        }
        chunks.push(Chunk {
            document: document.id,
            ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
            span: *span,
            tokens: u32::try_from(counter.count(*span)).unwrap_or(u32::MAX),
            page: document.page_of(span.start),
            headings: path.iter().map(|(_, heading)| heading.clone()).collect(),
        });
    }
    chunks
}
