//! 4-bit weights × 8-bit activations → `f32`: the matrix product of the built-in chat model.
//!
//! Weights stay in 4 bits, in blocks of 32 with a scale and a minimum (GGUF `Q4_1`; `Q4_0` is the same with
//! `minimum = -8 × scale`). Activations are quantised per block of 32 to signed 8 bits, and the sum of each block is
//! kept, so that one integer dot product per block gives both terms:
//! `Σ (scale·q + minimum)·a  =  scale·a_scale·Σ q·a_q  +  minimum·a_sum`.
//!
//! Rows are interleaved by eight at load: one 16-byte load holds four columns of eight rows (rows 0–3 in the low
//! nibbles, 4–7 in the high ones), so a lane is a row and no product needs a horizontal sum. For several tokens a panel
//! of eight rows is unpacked once and used for all of them. The nibbles are the operand that must be below 128 in
//! `i32x4.relaxed_dot_i8x16_i7x16_add` (WebAssembly relaxed SIMD) and the unsigned one in `vpmaddubsw`: 15·127·2 never
//! saturates, so every twin computes the very same integers.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd"))))]
mod portable;
mod q8;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod relaxed;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
mod simd128;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;

pub use q8::Q8Matrix;

/// Elements that share a scale.
pub const BLOCK: usize = 32;
/// Rows that are interleaved.
pub const PANEL: usize = 8;
/// Packed bytes of one block of one panel.
const PACKED: usize = BLOCK * PANEL / 2;

/// Type of a quantised activation: 8 bits of value, stored wider where the kernel multiplies 16-bit lanes.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd"))))]
pub type Quant = i8;
/// Type of a quantised activation: 8 bits of value, stored wider where the kernel multiplies 16-bit lanes.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
pub type Quant = i16;

/// Several rows of activations, quantised.
#[derive(Clone, Debug, Default)]
pub struct Activations {
    rows: usize,
    columns: usize,
    quants: Vec<Quant>,
    scales: Vec<f32>,
    sums: Vec<f32>,
    /// What the first quantisation left, when it is quantised too.
    left: Vec<f32>,
}

impl Activations {
    /// Quantises `values`, rows of `columns` each (a multiple of [`BLOCK`]; anything beyond whole rows is ignored).
    pub fn set(&mut self, values: &[f32], columns: usize) {
        let columns = columns / BLOCK * BLOCK;
        let rows = values.len().checked_div(columns).unwrap_or(0);
        self.resize(rows, columns);
        let slots = self.quants.chunks_exact_mut(BLOCK).zip(self.scales.iter_mut().zip(&mut self.sums));
        for (block, (quants, (scale, sum))) in values.chunks_exact(BLOCK).zip(slots) {
            (*scale, *sum) = quantise(block, quants);
        }
    }

    /// Quantises `values` twice: after its rows come as many with what the first quantisation left over. The sum of the
    /// two products is as if activations had 15 bits, at twice the cost.
    pub fn set_fine(&mut self, values: &[f32], columns: usize) {
        let columns = columns / BLOCK * BLOCK;
        let rows = values.len().checked_div(columns).unwrap_or(0);
        self.resize(rows * 2, columns);
        self.left.resize(rows * columns, 0.0);
        let (quants, more_quants) = self.quants.split_at_mut(rows * columns);
        let (scales, more_scales) = self.scales.split_at_mut(rows * columns / BLOCK);
        let (sums, more_sums) = self.sums.split_at_mut(rows * columns / BLOCK);
        let slots = quants.chunks_exact_mut(BLOCK).zip(scales.iter_mut().zip(sums));
        let left = self.left.chunks_exact_mut(BLOCK);
        for ((block, left), (quants, (scale, sum))) in values.chunks_exact(BLOCK).zip(left).zip(slots) {
            (*scale, *sum) = quantise(block, quants);
            for ((left, value), quant) in left.iter_mut().zip(block).zip(quants) {
                *left = value - f32::from(*quant) * *scale;
            }
        }
        let slots = more_quants.chunks_exact_mut(BLOCK).zip(more_scales.iter_mut().zip(more_sums));
        for (block, (quants, (scale, sum))) in self.left.chunks_exact(BLOCK).zip(slots) {
            (*scale, *sum) = quantise(block, quants);
        }
    }

    fn resize(&mut self, rows: usize, columns: usize) {
        (self.rows, self.columns) = (rows, columns);
        self.quants.resize(rows * columns, 0);
        self.scales.resize(rows * columns / BLOCK, 0.0);
        self.sums.resize(rows * columns / BLOCK, 0.0);
    }

    /// Rows held.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Per row: its quants, and the scale and the sum of each of its blocks.
    #[cfg(not(all(
        target_arch = "wasm32",
        target_feature = "simd128",
        not(target_feature = "relaxed-simd")
    )))]
    #[inline(always)]
    fn tokens(&self) -> impl Iterator<Item = (&[Quant], (&[f32], &[f32]))> {
        let blocks = self.columns / BLOCK;
        let ends = self.scales.chunks_exact(blocks).zip(self.sums.chunks_exact(blocks));
        self.quants.chunks_exact(self.columns).zip(ends)
    }
}

/// Adding this to a small `f32` leaves its nearest integer (ties to even) in the low bits of the mantissa.
const ROUND: f32 = 12_582_912.0;

/// `values ≈ scale × quants`; also the sum of what the quants stand for.
fn quantise(values: &[f32], quants: &mut [Quant]) -> (f32, f32) {
    let mut most = [0f32; 4];
    for four in values.chunks_exact(4) {
        for (most, value) in most.iter_mut().zip(four) {
            *most = if value.abs() > *most { value.abs() } else { *most };
        }
    }
    let most = most.iter().fold(0f32, |a, b| a.max(*b));
    let scale = most / 127.0;
    let inverse = if most > 0.0 { 127.0 / most } else { 0.0 };
    let mut total = 0i32;
    for (value, quant) in values.iter().zip(quants) {
        let rounded = ((value * inverse + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
        *quant = rounded as Quant;
        total = total.wrapping_add(i32::from(*quant));
    }
    (scale, scale * total as f32)
}

/// A matrix of 4-bit weights, packed for the kernels.
#[derive(Clone, Debug)]
pub struct Q4Matrix {
    rows: usize,
    columns: usize,
    /// `[panel][block][four columns][row of the low half][column]`, high half in the high nibbles.
    nibbles: Vec<u8>,
    /// `[panel][block][8 scales, 8 minimums]`.
    scales: Vec<f32>,
}

impl Q4Matrix {
    /// Packs rows of GGUF `Q4_1` blocks (`f16` scale, `f16` minimum, 16 bytes); `None` if `bytes` does not have that shape.
    pub fn from_q4_1(rows: usize, columns: usize, bytes: &[u8]) -> Option<Self> {
        Self::pack(rows, columns, bytes, 20, |block| {
            let (head, nibbles) = block.split_at_checked(4)?;
            let (scale, minimum) = (half(head.get(0..2)?)?, half(head.get(2..4)?)?);
            Some((scale, minimum, nibbles))
        })
    }

    /// Packs rows of GGUF `Q4_0` blocks (`f16` scale, 16 bytes); `None` if `bytes` does not have that shape.
    pub fn from_q4_0(rows: usize, columns: usize, bytes: &[u8]) -> Option<Self> {
        Self::pack(rows, columns, bytes, 18, |block| {
            let (head, nibbles) = block.split_at_checked(2)?;
            let scale = half(head)?;
            Some((scale, -8.0 * scale, nibbles))
        })
    }

    /// Rows, that is outputs.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Columns, that is inputs.
    pub fn columns(&self) -> usize {
        self.columns
    }

    fn pack(
        rows: usize,
        columns: usize,
        bytes: &[u8],
        block_bytes: usize,
        read: impl Fn(&[u8]) -> Option<(f32, f32, &[u8])>,
    ) -> Option<Self> {
        let blocks = columns / BLOCK;
        let row_bytes = blocks.checked_mul(block_bytes)?;
        if rows == 0
            || blocks == 0
            || !columns.is_multiple_of(BLOCK)
            || rows.checked_mul(row_bytes)? != bytes.len()
        {
            return None;
        }
        let panels = rows.div_ceil(PANEL);
        let mut nibbles = vec![0u8; panels * blocks * PACKED];
        let mut scales = vec![0f32; panels * blocks * PANEL * 2];
        for (row, row_blocks) in bytes.chunks_exact(row_bytes).enumerate() {
            let (panel, lane) = (row / PANEL, row % PANEL);
            let packed = nibbles.get_mut(panel * blocks * PACKED..)?.chunks_exact_mut(PACKED);
            let scaled = scales.get_mut(panel * blocks * PANEL * 2..)?.chunks_exact_mut(PANEL * 2);
            for ((block, packed), scaled) in row_blocks.chunks_exact(block_bytes).zip(packed).zip(scaled) {
                let (scale, minimum, quants) = read(block)?;
                *scaled.get_mut(lane)? = scale;
                *scaled.get_mut(lane + PANEL)? = minimum;
                let (low, high) = packed.split_at_mut(PACKED / 2);
                let groups = low.chunks_exact_mut(16).zip(high.chunks_exact_mut(16));
                // A GGUF block holds elements 0–15 in the low and 16–31 in the high nibbles of its 16 bytes.
                for (four, (first, second)) in quants.chunks_exact(4).zip(groups) {
                    let at = lane % 4 * 4;
                    let slots = first.get_mut(at..at + 4)?.iter_mut().zip(second.get_mut(at..at + 4)?);
                    let shift = if lane < 4 { 0 } else { 4 };
                    for (byte, (first, second)) in four.iter().zip(slots) {
                        *first |= (byte & 15) << shift;
                        *second |= (byte >> 4) << shift;
                    }
                }
            }
        }
        Some(Self { rows, columns, nibbles, scales })
    }

    /// Per panel: its number, its nibbles, and its scales and minimums.
    #[inline(always)]
    fn panels(&self) -> impl Iterator<Item = (usize, (&[u8], &[f32]))> {
        let blocks = self.columns / BLOCK;
        self.nibbles
            .chunks_exact(blocks * PACKED)
            .zip(self.scales.chunks_exact(blocks * PANEL * 2))
            .enumerate()
    }

    /// `out[t][row] = Σ_column weights[row][column] × activations[t][column]`, for every row `t` of `activations`.
    /// Does nothing when the shapes do not fit together.
    pub fn multiply(&self, activations: &Activations, scratch: &mut Scratch, out: &mut [f32]) {
        if activations.columns != self.columns || out.len() != activations.rows * self.rows {
            return;
        }
        #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
        return relaxed::multiply(self, activations, scratch, out);
        #[cfg(all(
            target_arch = "wasm32",
            target_feature = "simd128",
            not(target_feature = "relaxed-simd")
        ))]
        return simd128::multiply(self, activations, scratch, out);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            // SAFETY: the two features were just detected.
            return unsafe { avx2::multiply(self, activations, scratch, out) };
        }
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        portable::multiply(self, activations, scratch, out);
    }

    /// The same product by the portable twin, against which the others are tested.
    #[cfg(not(all(
        target_arch = "wasm32",
        target_feature = "simd128",
        not(target_feature = "relaxed-simd")
    )))]
    pub fn multiply_portable(&self, activations: &Activations, scratch: &mut Scratch, out: &mut [f32]) {
        if activations.columns == self.columns && out.len() == activations.rows * self.rows {
            portable::multiply(self, activations, scratch, out);
        }
    }
}

/// A panel of weights unpacked; kept between products so that it is allocated once.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    /// `[block][four columns][row][column]`.
    #[cfg_attr(
        all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")),
        expect(dead_code)
    )]
    bytes: Vec<u8>,
    /// Activations of 16 bits and their scales, for 8-bit weights.
    wide: Vec<i16>,
    wide_scales: Vec<f32>,
    /// `[block][two columns][row][column]`.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
    words: Vec<i16>,
}

/// Two bytes as an IEEE 754 half, widened.
pub fn half(bytes: &[u8]) -> Option<f32> {
    let bits = u32::from(u16::from_le_bytes(bytes.try_into().ok()?));
    let (sign, exponent, mantissa) = ((bits & 0x8000) << 16, bits >> 10 & 31, bits & 0x3ff);
    Some(match exponent {
        0 => f32::from_bits(sign | 0x3f80_0000) * (mantissa as f32) / 16_777_216.0,
        31 => f32::from_bits(sign | 0x7f80_0000 | mantissa << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | mantissa << 13),
    })
}

/// Unpacks the nibbles of one panel to a byte each.
#[cfg_attr(
    all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")),
    expect(dead_code)
)]
fn unpack(packed: &[u8], bytes: &mut [u8]) {
    for (packed, bytes) in packed.chunks_exact(16).zip(bytes.chunks_exact_mut(32)) {
        let (low, high) = bytes.split_at_mut(16);
        for (byte, (low, high)) in packed.iter().zip(low.iter_mut().zip(high)) {
            *low = byte & 15;
            *high = byte >> 4;
        }
    }
}
