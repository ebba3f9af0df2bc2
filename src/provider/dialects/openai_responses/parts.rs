//! The answer's text parts: each is streamed, then said again whole up to three times (`output_text.done`,
//! `content_part.done`, `output_item.done`), and annotated in characters of its own.

use crate::provider::decode::Out;
use crate::provider::dialects::loose::{byte_of_char, count, first_text, text};
use serde_json::Value;

/// Most annotations taken from one answer.
const MAX_ANNOTATIONS: usize = 1_000;

/// Which part: the item's number in the output, the part's in the item.
pub(super) type Place = (u64, u64);

/// The parts so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    parts: Vec<Part>,
    annotations: usize,
}

#[derive(Clone, Debug)]
struct Part {
    place: Place,
    /// Where its text begins in the answer, in bytes.
    from: u64,
    text: String,
    /// Its text is one piece of the answer: no other part's came between.
    in_one_piece: bool,
    annotated: bool,
    /// Annotations about text that has not come yet.
    held: Vec<Value>,
}

impl Parts {
    /// Whether no text has come.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.text.is_empty())
    }

    /// Text to append to the part at `place`.
    pub(super) fn push(&mut self, place: Place, delta: &str, out: &mut Out) {
        out.known();
        if out.failed {
            return;
        }
        let at = self.at(place, out);
        if let Some(part) = self.parts.get_mut(at) {
            if part.text.is_empty() {
                part.from = out.text_bytes();
            }
            part.in_one_piece &= part.from + part.text.len() as u64 == out.text_bytes();
            part.text.push_str(delta);
            out.text(delta);
        }
    }

    /// A citation within the part at `place`.
    pub(super) fn annotate(&mut self, place: Place, annotation: &Value, out: &mut Out) {
        self.annotations += 1;
        if self.annotations > MAX_ANNOTATIONS {
            return;
        }
        let at = self.at(place, out);
        if let Some(part) = self.parts.get_mut(at) {
            part.annotated = true;
            if !part.cite(annotation, false, out) {
                part.held.push(annotation.clone());
            }
        }
    }

    /// The part at `place` is done: `whole` is its text, which counts where no delta came.
    pub(super) fn settle(&mut self, place: Place, whole: &str, annotations: &[Value], out: &mut Out) {
        // Some gateways number the end of a part otherwise than its deltas.
        let known = self
            .parts
            .iter()
            .rposition(|part| part.place == place && !part.text.is_empty())
            .or_else(|| self.parts.iter().rposition(|part| !whole.is_empty() && part.text == whole));
        let at = known.unwrap_or_else(|| {
            self.push(place, whole, out);
            self.at(place, out)
        });
        let Some(part) = self.parts.get_mut(at) else { return };
        part.give_held(out);
        if !part.annotated && !annotations.is_empty() {
            part.annotated = true;
            let room = MAX_ANNOTATIONS.saturating_sub(self.annotations);
            self.annotations += annotations.len();
            for annotation in annotations.iter().take(room) {
                part.cite(annotation, true, out);
            }
        }
    }

    /// Nothing more comes: annotations that still wait are given out.
    pub(super) fn end(&mut self, out: &mut Out) {
        self.parts.iter_mut().for_each(|part| part.give_held(out));
    }

    /// Where the part at `place` is, begun here if need be.
    fn at(&mut self, place: Place, out: &Out) -> usize {
        if let Some(at) = self.parts.iter().rposition(|part| part.place == place) {
            return at;
        }
        self.parts.push(Part {
            place,
            from: out.text_bytes(),
            text: String::new(),
            in_one_piece: true,
            annotated: false,
            held: Vec::new(),
        });
        self.parts.len() - 1
    }
}

impl Part {
    fn give_held(&mut self, out: &mut Out) {
        for annotation in std::mem::take(&mut self.held) {
            self.cite(&annotation, true, out);
        }
    }

    /// Gives `annotation` out; false when it is about text that is still to come and `last` is not set.
    fn cite(&mut self, annotation: &Value, last: bool, out: &mut Out) -> bool {
        if !text(annotation, "type").ends_with("citation") || !self.in_one_piece {
            return true;
        }
        let number = |field: &str| count(annotation, field);
        // A file's citation is a point: it is about the line before it.
        let Some(end) = number("/end_index").or_else(|| number("/index")) else { return true };
        let end = match (byte_of_char(&self.text, end), last) {
            (Some(end), _) => end,
            (None, true) => self.text.len() as u64,
            (None, false) => return false,
        };
        let start = match number("/start_index") {
            Some(start) => byte_of_char(&self.text, start).unwrap_or(end),
            None => usize::try_from(end)
                .ok()
                .and_then(|end| self.text.get(..end)?.trim_end().rfind('\n'))
                .map_or(0, |at| at as u64 + 1),
        };
        let source = first_text(annotation, &["title", "filename", "url", "file_id"]).map(str::to_owned);
        if start < end {
            out.citation(self.from + start, self.from + end, None, source.into_iter().collect());
        }
        true
    }
}
