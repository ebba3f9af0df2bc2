//! The exact index: a scan over bytes proposes, the float vectors decide.
//!
//! Every row is kept twice: as bytes for a scan at memory speed and as floats for the truth. A search scores all
//! rows roughly, rescores the best `max(50, 5k)` exactly, and then rescores every further row whose rough
//! similarity plus its error bound (see `code`) reaches the `k`-th best. So the result *equals* a brute-force float
//! scan, ties included; on real embeddings the last step adds few rows. Removal moves the last row into the gap.

use super::code::{QuantError, QuantizedQuery, encode};
use super::{Entry, Error, Filter, Later, Neighbour, Quantization, Top, VectorIndex};
use crate::kernel::dot::dot_f32;
use crate::types::IndexEngine;
use std::borrow::Cow;
use std::collections::HashMap;

/// The fewest rows that are rescored exactly.
const MIN_RESCORED: usize = 50;
/// Rows rescored for each one asked for.
const RESCORED_PER_RESULT: usize = 5;
/// Rows of bytes are padded to a multiple of this, so that the scan has no tail.
const STRIDE: usize = 64;
/// Most dimensions. The widest embeddings in use have 8,192; the integer sums are exact far beyond that.
const MAX_DIMENSIONS: usize = 65_536;
/// Room for the rounding of float sums in the error bound, per dimension.
const ROUNDING: f32 = 1e-7;

/// Exact cosine search; the default at every size a tab can hold.
///
/// ```
/// use sidecite::index::{Flat, VectorIndex};
///
/// let mut index = Flat::new(2)?;
/// index.insert(7, &[1.0, 0.0])?;
/// index.insert(8, &[0.6, 0.8])?;
/// let nearest = index.nearest(&[0.0, 3.0], 1, None)?;
/// assert_eq!(nearest[0].key, 8);
/// assert!((nearest[0].similarity - 0.8).abs() < 1e-6);
/// # Ok::<(), sidecite::index::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flat {
    dimension: usize,
    stride: usize,
    quantization: Quantization,
    keys: Vec<u32>,
    places: HashMap<u32, usize>,
    rows: Vec<f32>,
    codes: Vec<i8>,
    losses: Vec<QuantError>,
}

impl Flat {
    /// An empty index for vectors of `dimension` numbers.
    pub fn new(dimension: usize) -> Result<Self, Error> {
        Self::with_coding(dimension, Quantization::native())
    }

    /// The same with a quantization of your choice; results do not depend on it.
    pub fn with_coding(dimension: usize, quantization: Quantization) -> Result<Self, Error> {
        if dimension == 0 || dimension > MAX_DIMENSIONS {
            return Err(Error::Unsupported { dimension, most: MAX_DIMENSIONS });
        }
        Ok(Self {
            dimension,
            stride: dimension.next_multiple_of(STRIDE),
            quantization,
            keys: Vec::new(),
            places: HashMap::new(),
            rows: Vec::new(),
            codes: Vec::new(),
            losses: Vec::new(),
        })
    }

    /// Makes room for `more` vectors at once, so that a batch does not copy what is there again and again.
    pub fn reserve(&mut self, more: usize) {
        self.keys.reserve(more);
        self.places.reserve(more);
        self.rows.reserve(more.saturating_mul(self.dimension));
        self.codes.reserve(more.saturating_mul(self.stride));
        self.losses.reserve(more);
    }

    /// Memory held for vectors, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.rows.len() * 4
            + self.codes.len()
            + self.losses.len() * size_of::<QuantError>()
            + self.keys.len() * 4
    }

    /// The answer of `search`, at once.
    ///
    /// # Errors
    /// When the query has no direction or another dimension.
    pub fn nearest(
        &self,
        query: &[f32],
        k: usize,
        filter: Option<Filter<'_>>,
    ) -> Result<Vec<Neighbour>, Error> {
        let query = unit(query, self.dimension)?;
        if k == 0 || self.is_empty() {
            return Ok(Vec::new());
        }
        let allowed = |key: u32| filter.is_none_or(|filter| filter(key));
        let probe = QuantizedQuery::new(self.quantization, &query, self.stride);
        let mut rough = probe.scan(&self.codes, &self.losses);

        let mut proposed = Top::new(MIN_RESCORED.max(k.saturating_mul(RESCORED_PER_RESULT)));
        for (place, (&score, &key)) in (0u32..).zip(rough.iter().zip(&self.keys)) {
            if score >= proposed.floor() && allowed(key) {
                proposed.push(Entry { score, key, place });
            }
        }
        let left_some_out = proposed.is_full();
        let mut best = Top::new(k);
        for Entry { key, place, .. } in proposed.into_sorted() {
            best.push(Entry { score: self.similarity(place, &query), key, place });
            if let Some(score) = rough.get_mut(place as usize) {
                *score = f32::NEG_INFINITY;
            }
        }
        if left_some_out {
            let lost = probe.error() + self.dimension as f32 * ROUNDING;
            let rows = rough.iter().zip(&self.losses).zip(&self.keys);
            for (place, ((&score, loss), &key)) in (0u32..).zip(rows) {
                if score + loss.error * (1.0 + lost) + lost >= best.floor() && allowed(key) {
                    best.push(Entry { score: self.similarity(place, &query), key, place });
                }
            }
        }
        let neighbour = |entry: Entry| Neighbour { key: entry.key, similarity: entry.score };
        Ok(best.into_sorted().into_iter().map(neighbour).collect())
    }

    fn row(&self, place: usize) -> Option<&[f32]> {
        let start = place.checked_mul(self.dimension)?;
        self.rows.get(start..start + self.dimension)
    }

    /// The true similarity; the sum turns −0 into 0, so that equal scores also compare equal.
    fn similarity(&self, place: u32, query: &[f32]) -> f32 {
        self.row(place as usize).map_or(f32::NEG_INFINITY, |row| dot_f32(row, query) + 0.0)
    }

    fn write(&mut self, place: usize, vector: &[f32]) {
        let (row, code) = (place * self.dimension, place * self.stride);
        if let Some(slot) = self.rows.get_mut(row..row + self.dimension) {
            slot.copy_from_slice(vector);
        }
        if let Some(slot) = self.codes.get_mut(code..code + self.stride) {
            let loss = encode(self.quantization, vector, slot);
            if let Some(slot) = self.losses.get_mut(place) {
                *slot = loss;
            }
        }
    }
}

impl VectorIndex for Flat {
    fn engine(&self) -> IndexEngine {
        IndexEngine::Exact
    }

    fn vector(&self, key: u32) -> Option<&[f32]> {
        self.row(*self.places.get(&key)?)
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn insert(&mut self, key: u32, vector: &[f32]) -> Result<(), Error> {
        let vector = unit(vector, self.dimension)?;
        let place = *self.places.entry(key).or_insert(self.keys.len());
        if place == self.keys.len() {
            self.keys.push(key);
            self.rows.resize(self.rows.len() + self.dimension, 0.0);
            self.codes.resize(self.codes.len() + self.stride, 0);
            self.losses.push(QuantError { scale: 0.0, error: 0.0 });
        }
        self.write(place, &vector);
        Ok(())
    }

    fn remove(&mut self, key: u32) -> bool {
        let Some(place) = self.places.remove(&key) else { return false };
        let last = self.keys.len().saturating_sub(1);
        if place < last {
            self.rows.copy_within(last * self.dimension..(last + 1) * self.dimension, place * self.dimension);
            self.codes.copy_within(last * self.stride..(last + 1) * self.stride, place * self.stride);
        }
        self.keys.swap_remove(place);
        self.losses.swap_remove(place);
        self.rows.truncate(last * self.dimension);
        self.codes.truncate(last * self.stride);
        if let Some(moved) = self.keys.get(place) {
            self.places.insert(*moved, place);
        }
        true
    }

    fn len(&self) -> usize {
        self.keys.len()
    }

    fn search(&self, query: &[f32], k: usize, filter: Option<Filter<'_>>) -> Later<Vec<Neighbour>> {
        Box::pin(std::future::ready(self.nearest(query, k, filter)))
    }
}

/// `vector` at length one. What already is keeps its bits: a stored embedding comes back as it was.
///
/// # Errors
/// Where it has no direction, or another length than `dimension`.
pub fn unit(vector: &[f32], dimension: usize) -> Result<Cow<'_, [f32]>, Error> {
    if vector.len() != dimension {
        return Err(Error::Dimension { expected: dimension, found: vector.len() });
    }
    if let Some(position) = vector.iter().position(|x| !x.is_finite()) {
        return Err(Error::NotFinite { position });
    }
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length == 0.0 {
        return Err(Error::Zero { dimension });
    }
    if (length - 1.0).abs() < 1e-5 {
        return Ok(Cow::Borrowed(vector));
    }
    Ok(Cow::Owned(vector.iter().map(|x| (f64::from(*x) / length) as f32).collect()))
}
