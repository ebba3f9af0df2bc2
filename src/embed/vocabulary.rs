//! A list of word pieces → a trie that finds the longest piece at a place in one walk.
//!
//! Edges live in one open-addressing table keyed by (node, byte), so a step is one multiplication and
//! usually one cache line. Pieces that begin a word and pieces that continue one (`##`) hang from two
//! roots. Refuses nothing: a repeated piece keeps its last id, as a Python dictionary would.

/// The root of pieces that begin a word.
pub(super) const BEGIN: u32 = 0;
/// The root of pieces that continue a word.
pub(super) const CONTINUE: u32 = 1;
const NONE: u32 = u32::MAX;

/// The trie.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    /// (node << 8 | byte, next node); the key `NONE` marks a free slot.
    edges: Vec<(u32, u32)>,
    /// How far a mixed key is shifted to make a slot number.
    shift: u32,
    /// The piece that ends at each node, or `NONE`.
    ids: Vec<u32>,
}

impl Vocabulary {
    /// Builds the trie; a piece's id is its place in the list.
    pub(super) fn new<'a>(pieces: impl Iterator<Item = &'a str> + Clone) -> Self {
        let bytes: usize = pieces.clone().map(str::len).sum();
        let slots = (bytes.max(8) * 2).next_power_of_two().min(1 << 30);
        let mut trie =
            Self { edges: vec![(NONE, NONE); slots], shift: 32 - slots.trailing_zeros(), ids: vec![NONE; 2] };
        for (id, piece) in pieces.enumerate() {
            let (mut node, rest) = match piece.strip_prefix("##") {
                Some(rest) if !rest.is_empty() => (CONTINUE, rest),
                _ => (BEGIN, piece),
            };
            for &byte in rest.as_bytes() {
                node = trie.step_or_grow(node, byte);
            }
            if let Some(slot) = trie.ids.get_mut(node as usize) {
                *slot = u32::try_from(id).unwrap_or(NONE);
            }
        }
        trie
    }

    /// The longest piece that `bytes` begins with: its id and its length in bytes.
    pub(super) fn longest(&self, root: u32, bytes: &[u8]) -> Option<(u32, usize)> {
        let (mut node, mut best) = (root, None);
        for (at, &byte) in bytes.iter().enumerate() {
            let Some(next) = self.step(node, byte) else { break };
            node = next;
            match self.ids.get(node as usize) {
                Some(&id) if id != NONE => best = Some((id, at + 1)),
                _ => {}
            }
        }
        best
    }

    /// The id of a piece that begins a word and is exactly `piece`.
    pub(super) fn exact(&self, piece: &str) -> Option<u32> {
        self.longest(BEGIN, piece.as_bytes()).and_then(|(id, len)| (len == piece.len()).then_some(id))
    }

    fn slot(&self, key: u32) -> usize {
        (key.wrapping_mul(0x9E37_79B1) >> self.shift) as usize
    }

    fn step(&self, node: u32, byte: u8) -> Option<u32> {
        let key = node << 8 | u32::from(byte);
        let mut slot = self.slot(key);
        loop {
            let &(found, next) = self.edges.get(slot)?;
            if found == key {
                return Some(next);
            }
            if found == NONE {
                return None;
            }
            slot = (slot + 1) & (self.edges.len() - 1);
        }
    }

    fn step_or_grow(&mut self, node: u32, byte: u8) -> u32 {
        if let Some(next) = self.step(node, byte) {
            return next;
        }
        let key = node << 8 | u32::from(byte);
        let next = u32::try_from(self.ids.len()).unwrap_or(NONE);
        self.ids.push(NONE);
        let mut slot = self.slot(key);
        while let Some(edge) = self.edges.get_mut(slot) {
            if edge.0 == NONE {
                *edge = (key, next);
                break;
            }
            slot = (slot + 1) & (self.edges.len() - 1);
        }
        next
    }
}
