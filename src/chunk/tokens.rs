use crate::types::Span;

/// What counts tokens: the embedder's tokenizer.
pub trait Tokens {
    /// Byte spans of the embedder's tokens in `text`, in order, without special tokens.
    fn token_spans(&self, text: &str) -> Vec<Span>;
}

/// The tokens of one text, ready to be counted.
#[derive(Debug)]
pub struct Counter {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Counter {
    /// Tokenises `text` once. Spans that are empty, out of order or outside the text are left out.
    pub fn new(text: &str, tokens: &dyn Tokens) -> Self {
        let spans = tokens.token_spans(text);
        let mut starts = Vec::with_capacity(spans.len());
        let mut ends: Vec<u32> = Vec::with_capacity(spans.len());
        for span in spans {
            let in_order = ends.last().is_none_or(|end| *end <= span.start);
            if in_order && !span.is_empty() && text.get(span.range()).is_some() {
                starts.push(span.start);
                ends.push(span.end);
            }
        }
        Self { starts, ends }
    }

    /// Tokens that lie at least partly in `span`.
    pub fn count(&self, span: Span) -> usize {
        let first = self.ends.partition_point(|end| *end <= span.start);
        let last = self.starts.partition_point(|start| *start < span.end);
        last.saturating_sub(first)
    }

    /// Index of the first token that reaches beyond byte `at`.
    pub fn first_after(&self, at: usize) -> usize {
        self.ends.partition_point(|end| (*end as usize) <= at)
    }

    /// Where token `index` begins.
    pub fn start(&self, index: usize) -> Option<usize> {
        self.starts.get(index).map(|start| *start as usize)
    }

    /// Whether no white space or other gap parts token `index` from the one before.
    pub fn is_joined(&self, index: usize) -> bool {
        index > 0 && self.starts.get(index).is_some_and(|start| self.ends.get(index - 1) == Some(start))
    }
}
