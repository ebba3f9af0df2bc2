//! Queries, keys and values → what each query attends to: causal attention with grouped heads, over a cache.
//!
//! Both products (queries × keys, weights × values) run through one tile of four rows by eight columns. Keys are kept
//! eight positions side by side, so that a lane is a position and no dot product needs a horizontal sum.

use crate::kernel::F4;

/// Positions kept side by side.
const GROUP: usize = 8;

/// Keys and values of the positions so far, of one layer.
#[derive(Clone, Debug)]
pub(super) struct LayerCache {
    kv_heads: usize,
    head: usize,
    capacity: usize,
    /// `[kv head][position / 8][dimension][position % 8]`.
    keys: Vec<f32>,
    /// `[kv head][position][dimension]`.
    values: Vec<f32>,
}

impl LayerCache {
    /// Room for `positions` positions of `kv_heads` heads of `head` dimensions (a multiple of 8).
    pub(super) fn new(kv_heads: usize, head: usize, positions: usize) -> Self {
        let capacity = positions.next_multiple_of(GROUP);
        let size = kv_heads * head * capacity;
        Self { kv_heads, head, capacity, keys: vec![0.0; size], values: vec![0.0; size] }
    }

    /// Makes room for at least `positions` positions; what was written stays.
    pub(super) fn grow(&mut self, positions: usize) {
        if positions <= self.capacity {
            return;
        }
        let mut wider = Self::new(self.kv_heads, self.head, positions);
        let (from, to) = (self.head * self.capacity, self.head * wider.capacity);
        for (old, new) in [(&self.keys, &mut wider.keys), (&self.values, &mut wider.values)] {
            // Positions run slowest within a head in both layouts, so the old part is the beginning of the new one.
            for (old, new) in old.chunks_exact(from.max(1)).zip(new.chunks_exact_mut(to)) {
                new.iter_mut().zip(old).for_each(|(new, old)| *new = *old);
            }
        }
        *self = wider;
    }

    /// Writes the key and value of `position`; both have `kv_heads × head` numbers.
    pub(super) fn put(&mut self, position: usize, key: &[f32], value: &[f32]) {
        let (head, size) = (self.head, self.head * self.capacity);
        let keys = self.keys.chunks_exact_mut(size).zip(key.chunks_exact(head));
        for (to, from) in keys {
            let start = position / GROUP * GROUP * head + position % GROUP;
            for (to, from) in to.iter_mut().skip(start).step_by(GROUP).zip(from) {
                *to = *from;
            }
        }
        for (to, from) in self.values.chunks_exact_mut(size).zip(value.chunks_exact(head)) {
            if let Some(to) = to.get_mut(position * head..(position + 1) * head) {
                to.copy_from_slice(from);
            }
        }
    }

    /// What the raw pointers rely on.
    fn assert_shapes(&self) {
        let cells = self.kv_heads * self.head * self.capacity;
        assert!(self.keys.len() == cells && self.values.len() == cells && self.head.is_multiple_of(GROUP));
    }

    /// Attention of `queries` (`tokens × heads × head`, the first at `position`), whose keys are in the cache already,
    /// into `out` of the same shape.
    pub(super) fn attend(
        &self,
        queries: &[f32],
        heads: usize,
        position: usize,
        scores: &mut Vec<f32>,
        out: &mut [f32],
    ) {
        let (head, width) = (self.head, heads * self.head);
        let tokens = queries.len() / width;
        let share = heads / self.kv_heads;
        self.assert_shapes();
        assert!(tokens > 0 && position + tokens <= self.capacity && out.len() == queries.len());
        assert!(queries.len() == tokens * width && share * self.kv_heads == heads);
        let stride = (position + tokens).next_multiple_of(GROUP);
        scores.clear();
        scores.resize(4 * stride, 0.0);
        let scale = F4::splat(1.0 / (head as f32).sqrt());
        for kv_head in 0..self.kv_heads {
            let base = kv_head * head * self.capacity;
            // Rows are the queries that share these keys: every head of the group, token after token.
            let rows = tokens * share;
            for first in (0..rows).step_by(4) {
                // The last tile repeats its last row, computing (and writing) the same result again.
                let row = |r: usize| (first + r).min(rows - 1);
                let offset = |r: usize| row(r) / share * width + (kv_head * share + row(r) % share) * head;
                let reach = |r: usize| position + row(r) / share + 1;
                let longest = reach(3).next_multiple_of(GROUP);
                // SAFETY: `offset(r) + head` is within `queries` and `out`; `longest ≤ stride ≤ capacity`, so groups and
                // rows of the cache are inside the part of this head; `scores` has four rows of `stride`.
                unsafe {
                    let queries = [0, 1, 2, 3].map(|r| queries.as_ptr().add(offset(r)));
                    for group in (0..longest).step_by(GROUP) {
                        let sums = tile(queries, self.keys.as_ptr().add(base + group * head), GROUP, head);
                        for (r, [low, high]) in sums.into_iter().enumerate() {
                            (low * scale).store(scores.as_mut_ptr().add(r * stride + group));
                            (high * scale).store(scores.as_mut_ptr().add(r * stride + group + 4));
                        }
                    }
                }
                let mut shares = [0f32; 4];
                for (r, (scores, share)) in scores.chunks_exact_mut(stride).zip(&mut shares).enumerate() {
                    *share = softmax(scores, reach(r), longest);
                }
                // SAFETY: as above.
                unsafe {
                    let weights = [0, 1, 2, 3].map(|r| scores.as_ptr().add(r * stride));
                    for at in (0..head).step_by(GROUP) {
                        let sums = tile(weights, self.values.as_ptr().add(base + at), head, longest);
                        for (r, ([low, high], share)) in sums.into_iter().zip(shares).enumerate() {
                            let to = out.as_mut_ptr().add(offset(r) + at);
                            (low * F4::splat(share)).store(to);
                            (high * F4::splat(share)).store(to.add(4));
                        }
                    }
                }
            }
        }
    }
}

/// Turns the first `reach` scores into `e^(score - max)` and those up to `longest` into 0; one over their sum.
fn softmax(scores: &mut [f32], reach: usize, longest: usize) -> f32 {
    let (seen, unseen) = scores.split_at_mut(reach.min(scores.len()));
    let most = seen.iter().fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
    unseen.iter_mut().take(longest - reach).for_each(|score| *score = 0.0);
    let (most, mut sum) = (F4::splat(-most), F4::splat(0.0));
    let mut fours = seen.chunks_exact_mut(4);
    for four in &mut fours {
        // SAFETY: `four` has four values.
        unsafe {
            let power = (F4::load(four.as_ptr()) + most).exp();
            power.store(four.as_mut_ptr());
            sum = sum + power;
        }
    }
    let [most, ..] = most.lanes();
    let mut total = sum.sum();
    for score in fours.into_remainder() {
        let [power, ..] = F4::splat(*score + most).exp().lanes();
        *score = power;
        total += power;
    }
    1.0 / total
}

/// `sums[r][c] = Σ_k rows[r][k] × columns[k × stride + c]`, for four rows and eight columns.
///
/// # Safety
/// Each of `rows` must have `k` values, `columns` must have eight at every multiple of `stride` below `k × stride`.
#[inline(always)]
unsafe fn tile(rows: [*const f32; 4], columns: *const f32, stride: usize, k: usize) -> [[F4; 2]; 4] {
    let mut sums = [[F4::splat(0.0); 2]; 4];
    let [a, b, c, d] = rows;
    for at in 0..k {
        // SAFETY: promised by the caller.
        unsafe {
            let low = F4::load(columns.add(at * stride));
            let high = F4::load(columns.add(at * stride + 4));
            let [s0, s1, s2, s3] = &mut sums;
            for (row, [sum_low, sum_high]) in [(a, s0), (b, s1), (c, s2), (d, s3)] {
                let x = F4::splat(*row.add(at));
                *sum_low = low.mul_add(x, *sum_low);
                *sum_high = high.mul_add(x, *sum_high);
            }
        }
    }
    sums
}
