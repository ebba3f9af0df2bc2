//! `Document` → `Vec<Chunk>`.
//!
//! The text is tokenised once; every size after that is a binary search in the tokens' spans, so that cutting
//! takes linear time whatever the strategy. All strategies share one cutter: it fills a window of the asked
//! size and cuts at the strongest boundary in it. A chunk's span points into the document; no text is copied
//! and none is changed.

mod cut;
mod error;
mod plan;
mod recursive;
mod sentence;
mod structure;
mod tokens;
mod window;

pub use error::Error;
pub use plan::{ChunkPlan, MAX_SIZE_TOKENS, MIN_SIZE_TOKENS, validate};
pub use sentence::sentences;
pub use tokens::Tokens;

use crate::types::{BlockKind, Chunk, ChunkStrategy, Document, Span};
use cut::Cutter;
use tokens::Counter;

/// Cuts a document. The chunks are in order, trimmed of outer white space, at most `plan.size_tokens()` long,
/// and together cover every character that is not white space.
///
/// ```
/// use sidecite::chunk::{Tokens, chunk, validate};
/// use sidecite::types::{ChunkSettings, Document, Span};
/// # use sidecite::types::{Block, BlockKind, Format, sha256};
///
/// /// In the pipeline the embedder's tokenizer counts; here a character is a token.
/// struct Characters;
///
/// impl Tokens for Characters {
///     fn token_spans(&self, text: &str) -> Vec<Span> {
///         text.char_indices().map(|(at, c)| Span::new(at, at + c.len_utf8())).collect()
///     }
/// }
///
/// # let text = "Tariff\n\nA ticket costs 12 euros. Children travel free.".to_owned();
/// # let blocks = vec![
/// #     Block { kind: BlockKind::Heading(1), span: Span::new(0, 6) },
/// #     Block { kind: BlockKind::Paragraph, span: Span::new(8, text.len()) },
/// # ];
/// # let (name, id) = ("tariff.md".to_owned(), sha256(text.as_bytes()));
/// # let document = Document { id, name, format: Format::Markdown, title: None, text, blocks, pages: vec![] };
/// let plan = validate(ChunkSettings { size_tokens: 35, overlap_tokens: 0, ..ChunkSettings::default() })?;
/// let chunks = chunk(&document, &plan, &Characters);
/// let texts: Vec<&str> = chunks.iter().map(|chunk| chunk.span.of(&document.text)).collect();
/// assert_eq!(texts, ["Tariff\n\nA ticket costs 12 euros.", "Children travel free."]);
/// assert_eq!(chunks[1].headings, ["Tariff"]);
/// # Ok::<(), sidecite::chunk::Error>(())
/// ```
pub fn chunk(document: &Document, plan: &ChunkPlan, tokens: &dyn Tokens) -> Vec<Chunk> {
    let counter = Counter::new(&document.text, tokens);
    let cutter = Cutter::new(&document.text, &counter, plan.size_tokens(), plan.overlap_tokens());
    let spans = match plan.strategy() {
        ChunkStrategy::Recursive => recursive::cut(&document.text, &cutter),
        ChunkStrategy::Structure => structure::cut(document, &counter, &cutter),
        ChunkStrategy::Fixed => window::fixed(&document.text, &cutter),
        ChunkStrategy::SentenceWindow => window::of_sentences(&document.text, &cutter),
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
