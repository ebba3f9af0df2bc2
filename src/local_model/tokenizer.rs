//! Text ↔ token numbers: byte-level byte-pair encoding as in GPT-2, read from a GGUF file.
//!
//! Every byte is a token; within a piece (`pretokenize`) the neighbouring pair that was merged first in training is
//! merged first here. Text is only ever text: `<|im_start|>` in a document becomes its characters, and only the chat
//! template can place the special tokens.

use super::gguf::{Gguf, Value};
use super::{Error, pretokenize};
use std::collections::HashMap;

/// The vocabulary and the merges.
pub struct Tokenizer {
    /// Bytes of all tokens one after another; token `t` is `ends[t - 1]..ends[t]`.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// The token of each single byte, where there is one.
    singles: Vec<Option<u32>>,
    /// A pair of tokens → the order of its merge and what it becomes.
    merges: HashMap<(u32, u32), (u32, u32)>,
    /// Special tokens by their text.
    specials: Vec<(String, u32)>,
    /// The token that ends a turn.
    pub end_of_turn: u32,
}

impl Tokenizer {
    /// Reads `tokenizer.ggml.*`; only GPT-2 style with SmolLM's rule of splitting.
    pub fn from_gguf(gguf: &Gguf) -> Result<Self, Error> {
        for (key, expected) in [("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", "smollm")] {
            let found = gguf.text(key)?;
            if found != expected {
                let (what, found) = (key.to_owned(), found.to_owned());
                return Err(Error::Unsupported { what, expected: expected.to_owned(), found });
            }
        }
        let kinds = match gguf.value("tokenizer.ggml.token_type") {
            Some(Value::Integers(kinds)) => kinds.as_slice(),
            _ => &[],
        };
        let unmapped = unmapped();
        let (mut bytes, mut ends, mut specials) = (Vec::new(), Vec::new(), Vec::new());
        let tokens = gguf.texts("tokenizer.ggml.tokens")?;
        let mut numbers = HashMap::with_capacity(tokens.len());
        for (number, token) in (0u32..).zip(tokens) {
            // GGML's types: 1 is normal, 3 is a control token.
            if kinds.get(number as usize).is_some_and(|kind| *kind == 3) {
                specials.push((token.clone(), number));
            } else {
                bytes.extend(token.chars().filter_map(|c| unmapped.get(&c)));
                numbers.insert(token.as_str(), number);
            }
            ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        }
        let mut singles = vec![None; 256];
        for (mapped, byte) in &unmapped {
            if let Some(slot) = singles.get_mut(usize::from(*byte)) {
                *slot = numbers.get(mapped.to_string().as_str()).copied();
            }
        }
        let mut merges = HashMap::new();
        for (order, merge) in (0u32..).zip(gguf.texts("tokenizer.ggml.merges")?) {
            let pair = merge.split_once(' ').and_then(|(left, right)| {
                let whole = numbers.get(format!("{left}{right}").as_str())?;
                Some(((*numbers.get(left)?, *numbers.get(right)?), (order, *whole)))
            });
            let (pair, result) =
                pair.ok_or_else(|| Error::Malformed { what: format!("merge {order} names unknown tokens") })?;
            merges.entry(pair).or_insert(result);
        }
        let end_of_turn = u32::try_from(gguf.integer("tokenizer.ggml.eos_token_id")?).unwrap_or(u32::MAX);
        Ok(Self { bytes, ends, singles, merges, specials, end_of_turn })
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The special token written `text`.
    pub fn special(&self, text: &str) -> Option<u32> {
        self.specials.iter().find(|(name, _)| name == text).map(|(_, number)| *number)
    }

    /// Whether `token` is a special one.
    pub fn is_special(&self, token: u32) -> bool {
        self.specials.iter().any(|(_, number)| *number == token)
    }

    /// Appends the tokens of `text`, which never are special ones.
    pub fn encode(&self, text: &str, tokens: &mut Vec<u32>) {
        pretokenize::pieces(text, |piece| self.merge(piece, tokens));
    }

    /// The bytes of a token; none for special and unknown ones.
    pub fn bytes_of(&self, token: u32) -> &[u8] {
        let at = token as usize;
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        let range = start.zip(self.ends.get(at).copied());
        range.and_then(|(start, end)| self.bytes.get(start as usize..end as usize)).unwrap_or_default()
    }

    /// Merges the bytes of one piece. A linked list and a heap: linear in memory, `n log n` in time, so that a
    /// megabyte without a space does no harm.
    fn merge(&self, piece: &str, tokens: &mut Vec<u32>) {
        use std::cmp::Reverse;
        use std::collections::BinaryHeap;
        // A byte without a token is left out, as Hugging Face's tokenizers do where there is no unknown token.
        let mut parts: Vec<Part> = Vec::with_capacity(piece.len());
        for byte in piece.bytes() {
            if let Some(token) = self.singles.get(usize::from(byte)).copied().flatten() {
                let at = parts.len();
                parts.push(Part { token, before: at.wrapping_sub(1), after: at + 1, gone: false });
            }
        }
        let mut heap = BinaryHeap::new();
        let candidate = |parts: &[Part], left: usize| {
            let (a, b) = (parts.get(left)?, parts.get(parts.get(left)?.after)?);
            let (order, whole) = *self.merges.get(&(a.token, b.token))?;
            Some(Reverse((order, left, a.token, b.token, whole)))
        };
        heap.extend((0..parts.len()).filter_map(|left| candidate(&parts, left)));
        while let Some(Reverse((_, left, a, b, whole))) = heap.pop() {
            let Some(first) = parts.get(left).copied() else { continue };
            let Some(second) = parts.get(first.after).copied() else { continue };
            // One of the two has been merged with another since.
            if first.gone || first.token != a || second.token != b {
                continue;
            }
            if let Some(part) = parts.get_mut(first.after) {
                part.gone = true;
            }
            if let Some(part) = parts.get_mut(second.after) {
                part.before = left;
            }
            if let Some(part) = parts.get_mut(left) {
                *part = Part { token: whole, after: second.after, ..first };
            }
            heap.extend(candidate(&parts, left));
            heap.extend(candidate(&parts, first.before));
        }
        tokens.extend(parts.iter().filter(|part| !part.gone).map(|part| part.token));
    }
}

/// A token in the list of a piece; an index beyond the list is the end on either side.
#[derive(Clone, Copy)]
struct Part {
    token: u32,
    before: usize,
    after: usize,
    gone: bool,
}

/// GPT-2's printable stand-ins for bytes: themselves where printable, else from U+0100 on in order.
fn unmapped() -> HashMap<char, u8> {
    let mut next = 0x100;
    let mapped = (0..=255u8).map(|byte| match byte {
        b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => (char::from(byte), byte),
        _ => {
            next += 1;
            (char::from_u32(next - 1).unwrap_or('\u{fffd}'), byte)
        }
    });
    mapped.collect()
}

/// Bytes as they come → text, never half a character.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    /// Takes in `bytes` and gives the text that is complete; what can never become a character is U+FFFD.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.pending.extend_from_slice(bytes);
        let mut text = String::new();
        let mut used = 0;
        for chunk in self.pending.utf8_chunks() {
            text.push_str(chunk.valid());
            used += chunk.valid().len();
            let broken = chunk.invalid();
            let at_the_end = used + broken.len() == self.pending.len();
            if at_the_end && could_continue(broken) {
                break;
            }
            if !broken.is_empty() {
                text.push('\u{fffd}');
            }
            used += broken.len();
        }
        self.pending.drain(..used);
        text
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.pending)).into_owned()
    }
}

/// Whether `bytes`, found invalid at the end, are the beginning of a character.
fn could_continue(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}
