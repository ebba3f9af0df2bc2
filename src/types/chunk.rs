use super::{DocumentId, Span};
use serde::{Deserialize, Serialize};

/// A piece of a document that is embedded and retrieved as one. Its text is `span.of(&document.text)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// The document it belongs to.
    pub document: DocumentId,
    /// Its place among the document's chunks, from 0.
    pub ordinal: u32,
    /// Where its text is.
    pub span: Span,
    /// Length in tokens of the embedder, without special tokens.
    pub tokens: u32,
    /// 1-based page of its first byte, where the format has pages.
    pub page: Option<u32>,
    /// Headings above its first byte, outermost first.
    pub headings: Vec<String>,
}

/// How documents are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChunkStrategy {
    /// Paragraphs, then lines, then sentences, then words, until pieces fit.
    Recursive,
    /// Along headings and blocks; blocks of one section are joined up to the size.
    Structure,
    /// Windows of the size in tokens, wherever they end.
    Fixed,
    /// Windows of whole sentences; the overlap is of whole sentences too.
    SentenceWindow,
}

impl ChunkStrategy {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] = [Self::Structure, Self::Recursive, Self::SentenceWindow, Self::Fixed];

    /// The name used in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recursive => n!("recursive"),
            Self::Structure => n!("structure"),
            Self::Fixed => n!("fixed"),
            Self::SentenceWindow => n!("sentences"),
        }
    }

    /// The strategy of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strategy| strategy.name() == name)
    }
}

/// Chunking as a person set it; `chunk::validate` turns it into what runs, or says what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChunkSettings {
    /// How to cut.
    pub strategy: ChunkStrategy,
    /// Largest chunk, in tokens of the embedder.
    pub size_tokens: u32,
    /// Tokens repeated from the end of the chunk before.
    pub overlap_tokens: u32,
    /// Whether the headings above a chunk are embedded with its text.
    #[serde(default = "yes")]
    pub heading_prefix: bool,
}

/// As it was before it could be chosen.
fn yes() -> bool {
    true
}

impl Default for ChunkSettings {
    /// 200 tokens leave room for the special tokens and a heading under the embedder's 256.
    fn default() -> Self {
        Self {
            strategy: ChunkStrategy::Structure,
            size_tokens: 200,
            overlap_tokens: 30,
            heading_prefix: true,
        }
    }
}
