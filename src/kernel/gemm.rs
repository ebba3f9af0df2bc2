//! Quantised activations × int8 weights → floats.
//!
//! Weights lie in panels of eight columns, `[column / 8][k / group][8][group]`, activations in panels of a
//! tile's rows, `[row / rows][k / group][rows][group]`, so a tile reads both in one forward run and keeps all its
//! sums in registers. A column has one scale; a row has a scale and an offset, so activations need no zero point:
//! `out = (Σ a·w)·row_scale·scale + row_offset·scale·Σw + bias`.
//! It refuses widths that are not multiples of sixteen.

use super::isa::{Epilogue, Isa};
use super::{Kernel, dispatch};

/// Columns of a weight panel.
const PANEL: usize = 8;
/// Columns and inputs are multiples of this, so that every tile is whole.
const MULTIPLE: usize = 16;

/// A weight matrix, laid out for one kernel.
#[derive(Clone, Debug)]
pub struct Packed {
    weights: Vec<i8>,
    scale: Vec<f32>,
    sum: Vec<f32>,
    bias: Vec<f32>,
    k: usize,
    group: usize,
}

impl Packed {
    /// Lays out `bias.len()` rows of `k` weights for a kernel. Each row's values are `weight · scale`.
    /// `None` when sizes do not fit together or are not multiples of 16.
    pub fn new(kernel: Kernel, rows: &[i8], k: usize, scale: &[f32], bias: &[f32]) -> Option<Self> {
        let n = bias.len();
        let fits = n.is_multiple_of(MULTIPLE)
            && k.is_multiple_of(MULTIPLE)
            && k > 0
            && scale.len() == n
            && rows.len() == n * k;
        if !fits {
            return None;
        }
        let group = kernel.group();
        let mut weights = vec![0_i8; n * k];
        for (panel, eight) in weights.chunks_exact_mut(PANEL * k).zip(rows.chunks_exact(PANEL * k)) {
            for (column, row) in eight.chunks_exact(k).enumerate() {
                let slots = panel.chunks_exact_mut(group).skip(column).step_by(PANEL);
                slots.zip(row.chunks_exact(group)).for_each(|(slot, values)| slot.copy_from_slice(values));
            }
        }
        let total = |row: &[i8]| row.iter().map(|&weight| i32::from(weight)).sum::<i32>() as f32;
        let sum = rows.chunks_exact(k).zip(scale).map(|(row, scale)| total(row) * scale).collect();
        Some(Self { weights, scale: scale.to_vec(), sum, bias: bias.to_vec(), k, group })
    }

    /// Columns of the product.
    pub fn columns(&self) -> usize {
        self.bias.len()
    }
}

/// Rows of activations, quantised and laid out for one kernel. Reused from call to call.
#[derive(Clone, Debug, Default)]
pub struct Activations {
    pub(super) words: Vec<u32>,
    pub(super) scale: Vec<f32>,
    pub(super) offset: Vec<f32>,
    pub(super) rows: usize,
    pub(super) k: usize,
    pub(super) group: usize,
    pub(super) panel_rows: usize,
}

impl Activations {
    /// Makes room for `rows` rows of `k` values; what they hold is not specified.
    pub(super) fn reset(&mut self, rows: usize, k: usize, group: usize, panel_rows: usize) {
        self.words.resize(rows.div_ceil(panel_rows) * panel_rows * k / group, 0);
        self.scale.resize(rows, 0.0);
        self.offset.resize(rows, 0.0);
        (self.rows, self.k, self.group, self.panel_rows) = (rows, k, group, panel_rows);
    }
}

/// Where the product goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Row after row.
    Rows,
    /// Added to what is there, row after row.
    AddToRows,
    /// In blocks of `width` columns, each `rows` rows high; the product's first row is row `first` of a block.
    Blocks {
        /// Columns of a block, a multiple of 16.
        width: usize,
        /// Rows of a block.
        rows: usize,
        /// Row of a block that receives the product's first row.
        first: usize,
    },
}

dispatch! {
    /// Writes `activations × weightsᵀ + bias` to `out`, which must hold what the layout needs.
    ///
    /// # Panics
    /// When the matrices do not fit together, were laid out for another kernel, or `out` is too small.
    pub fn multiply(activations: &Activations, weights: &Packed, layout: Layout, out: &mut [f32]) = multiply_with
}

#[inline(always)]
unsafe fn multiply_with<I: Isa>(a: &Activations, w: &Packed, layout: Layout, out: &mut [f32]) {
    let n = w.columns();
    assert!(a.k == w.k && a.group == I::GROUP && w.group == I::GROUP && a.panel_rows == I::ROWS);
    let (stride, needed) = match layout {
        Layout::Rows | Layout::AddToRows => (n, a.rows * n),
        Layout::Blocks { width, rows, first } => {
            assert!(width.is_multiple_of(MULTIPLE) && n.is_multiple_of(width) && first + a.rows <= rows);
            (width, n * rows)
        }
    };
    assert!(out.len() >= needed);
    let groups = w.k / I::GROUP;
    let panel = PANEL * w.k;
    // SAFETY: `Packed::new` and `Activations::reset` sized the panels; columns come in whole tiles because `n` is a
    // multiple of 16; `out` was just checked, and a tile's rows are cut to those that exist.
    unsafe {
        for column in (0..n).step_by(I::COLUMNS) {
            let start = match layout {
                Layout::Rows | Layout::AddToRows => column,
                Layout::Blocks { width, rows, first } => {
                    (column / width * rows + first) * width + column % width
                }
            };
            for row in (0..a.rows).step_by(I::ROWS) {
                let end = Epilogue {
                    scale: w.scale.as_ptr().add(column),
                    sum: w.sum.as_ptr().add(column),
                    bias: w.bias.as_ptr().add(column),
                    row_scale: a.scale.as_ptr().add(row),
                    row_offset: a.offset.as_ptr().add(row),
                    out: out.as_mut_ptr().add(start + row * stride),
                    stride,
                    add: layout == Layout::AddToRows,
                };
                let from = a.words.as_ptr().add(row * groups);
                let weights = w.weights.as_ptr().add(column * w.k);
                match (a.rows - row).min(I::ROWS) {
                    1 => I::tile::<1>(from, weights, panel, groups, &end),
                    2 => I::tile::<2>(from, weights, panel, groups, &end),
                    3 => I::tile::<3>(from, weights, panel, groups, &end),
                    4 => I::tile::<4>(from, weights, panel, groups, &end),
                    5 => I::tile::<5>(from, weights, panel, groups, &end),
                    _ => I::tile::<6>(from, weights, panel, groups, &end),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::quantise;

    fn random(seed: &mut u32, below: u32) -> u32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*seed >> 8) % below
    }

    /// Activations are whole numbers from 0 to 127 (or ±8191), both ends in each row, so that quantisation is exact.
    fn values(kernel: Kernel, rows: usize, k: usize, seed: &mut u32) -> Vec<f32> {
        let mut values: Vec<f32> = (0..rows * k).map(|_| random(seed, 128) as f32).collect();
        for row in values.chunks_exact_mut(k) {
            (row[0], row[1]) = if kernel.activation_bits() == 16 { (8191.0, -8191.0) } else { (0.0, 127.0) };
        }
        values
    }

    fn product(
        kernel: Kernel,
        values: &[f32],
        weights: &[i8],
        n: usize,
        k: usize,
        layout: Layout,
    ) -> Vec<f32> {
        let scale: Vec<f32> = (0..n).map(|j| 0.01 + j as f32 * 1e-4).collect();
        let bias: Vec<f32> = (0..n).map(|j| j as f32 * 0.3 - 2.0).collect();
        let packed = Packed::new(kernel, weights, k, &scale, &bias).unwrap();
        let mut activations = Activations::default();
        quantise(kernel, values, k, &mut activations);
        let rows = values.len() / k;
        let mut out = vec![1.0; (rows + 3) * n];
        multiply(kernel, &activations, &packed, layout, &mut out);
        out
    }

    #[test]
    fn simd_equals_its_scalar_twin_exactly() {
        let mut seed = 7;
        for kernel in Kernel::available() {
            let twin = if kernel.activation_bits() == 16 {
                Kernel(crate::kernel::Which::Plain16)
            } else {
                Kernel(crate::kernel::Which::Plain7)
            };
            for (rows, n, k) in
                [(1, 16, 16), (2, 32, 48), (3, 16, 384), (5, 64, 32), (7, 32, 1536), (13, 48, 64)]
            {
                let values = values(kernel, rows, k, &mut seed);
                let mut weights: Vec<i8> =
                    (0..n * k).map(|_| (random(&mut seed, 255) as i32 - 127) as i8).collect();
                // The extremes, where 16-bit sums would overflow first.
                weights[..k].fill(127);
                weights[k..2 * k].fill(-127);
                for layout in
                    [Layout::Rows, Layout::AddToRows, Layout::Blocks { width: 16, rows: rows + 3, first: 2 }]
                {
                    let found = product(kernel, &values, &weights, n, k, layout);
                    let expected = product(twin, &values, &weights, n, k, layout);
                    assert_eq!(found, expected, "{} {rows}×{k}×{n} {layout:?}", kernel.name());
                }
            }
        }
    }

    #[test]
    fn the_product_is_right() {
        let mut seed = 3;
        let (rows, n, k) = (6, 32, 48);
        for kernel in Kernel::available() {
            let values = values(kernel, rows, k, &mut seed);
            let weights: Vec<i8> = (0..n * k).map(|_| (random(&mut seed, 255) as i32 - 127) as i8).collect();
            let found = product(kernel, &values, &weights, n, k, Layout::Rows);
            for (i, row) in values.chunks_exact(k).enumerate() {
                for (j, column) in weights.chunks_exact(k).enumerate() {
                    let dot: f64 = row.iter().zip(column).map(|(a, w)| f64::from(*a) * f64::from(*w)).sum();
                    let expected = dot * (0.01 + j as f64 * 1e-4) + j as f64 * 0.3 - 2.0;
                    let error = (f64::from(found[i * n + j]) - expected).abs();
                    assert!(error < 1e-5 * expected.abs() + 0.05, "{} ({i}, {j}): {error}", kernel.name());
                }
            }
        }
    }

    #[test]
    fn odd_sizes_are_refused() {
        let kernel = Kernel::best();
        assert!(Packed::new(kernel, &[0; 15 * 16], 15, &[1.0; 16], &[0.0; 16]).is_none());
        assert!(Packed::new(kernel, &[0; 256], 16, &[1.0; 15], &[0.0; 16]).is_none());
        assert!(Packed::new(kernel, &[0; 8 * 16], 16, &[1.0; 8], &[0.0; 8]).is_none());
    }
}
