//! Character offsets within a content block → byte offsets within the answer.

use std::ops::Range;

/// Characters between two remembered places: finding one walks at most this far.
const STEP_CHARS: u64 = 512;
/// Blocks tried for a citation that does not say, or does not rightly say, where it stands.
const MAX_TRIED: usize = 8;

/// The text blocks of one answer.
#[derive(Clone, Debug, Default)]
pub struct Blocks {
    blocks: Vec<Block>,
}

/// One text block.
#[derive(Clone, Debug, Default)]
struct Block {
    /// The host's number of it.
    index: u64,
    /// Where it begins in the answer, bytes.
    from: u64,
    text: String,
    chars: u64,
    /// The byte of each `STEP_CHARS`th character.
    places: Vec<usize>,
}

impl Blocks {
    /// `text` was added to block `index`; the answer had `from` bytes before.
    pub fn push(&mut self, index: u64, from: u64, text: &str) {
        let continues = self
            .blocks
            .last()
            .is_some_and(|last| last.index == index && last.from + last.text.len() as u64 == from);
        if !continues {
            self.blocks.push(Block { index, from, ..Block::default() });
        }
        if let Some(last) = self.blocks.last_mut() {
            last.push(text);
        }
    }

    /// The bytes of the answer under characters `chars` of a block, which read `words`. Block `index` is tried first;
    /// hosts do not agree on that number, so where the words are not there, other blocks are tried. Words that are
    /// nowhere (a host that alters them) leave it at the stated block, or the first.
    pub fn find(&self, index: Option<u64>, chars: Range<u64>, words: &str) -> Option<Range<u64>> {
        let stated = self.blocks.iter().find(|block| Some(block.index) == index);
        let tried = || stated.into_iter().chain(self.blocks.iter().take(MAX_TRIED));
        let exact = tried().find_map(|block| {
            let bytes = block.bytes(&chars)?;
            (block.text.get(bytes.clone())? == words).then(|| block.within_answer(bytes))
        });
        exact.or_else(|| {
            let block = tried().next()?;
            Some(block.within_answer(block.bytes(&chars)?))
        })
    }
}

impl Block {
    fn push(&mut self, text: &str) {
        for (at, _) in text.char_indices() {
            if self.chars.is_multiple_of(STEP_CHARS) {
                self.places.push(self.text.len() + at);
            }
            self.chars += 1;
        }
        self.text.push_str(text);
    }

    /// The bytes of a range of characters; nothing for a range that is not (yet) there.
    fn bytes(&self, chars: &Range<u64>) -> Option<Range<usize>> {
        (chars.start <= chars.end && chars.end <= self.chars)
            .then_some(())
            .and_then(|()| Some(self.byte_of(chars.start)?..self.byte_of(chars.end)?))
    }

    fn byte_of(&self, char: u64) -> Option<usize> {
        if char == self.chars {
            return Some(self.text.len());
        }
        let place = *self.places.get(usize::try_from(char / STEP_CHARS).ok()?)?;
        let rest = self.text.get(place..)?;
        let (at, _) = rest.char_indices().nth(usize::try_from(char % STEP_CHARS).ok()?)?;
        Some(place + at)
    }

    fn within_answer(&self, bytes: Range<usize>) -> Range<u64> {
        self.from + bytes.start as u64..self.from + bytes.end as u64
    }
}
