//! The meaning of each dot product, in plain Rust. Runs everywhere; its twins must equal it bit for bit.

/// Lanes that are summed apart, so that a vector unit of any width up to 512 bits can follow the same order.
const LANES: usize = 16;

/// `Σ a·b`: sixteen partial sums, folded in a fixed order, then the tail.
#[inline(always)]
pub fn dot_f32(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().min(b.len());
    let (a, b) = (a.get(..n).unwrap_or(a), b.get(..n).unwrap_or(b));
    let mut lanes = [0f32; LANES];
    for (x, y) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for ((sum, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let [a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3] = lanes;
    let quad = [(a0 + b0) + (c0 + d0), (a1 + b1) + (c1 + d1), (a2 + b2) + (c2 + d2), (a3 + b3) + (c3 + d3)];
    let [q0, q1, q2, q3] = quad;
    tail_f32((q0 + q1) + (q2 + q3), a, b)
}

/// Adds the products behind the last full sixteen.
#[inline(always)]
pub(super) fn tail_f32(sum: f32, a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.chunks_exact(LANES).remainder(), b.chunks_exact(LANES).remainder());
    a.iter().zip(b).fold(sum, |sum, (x, y)| sum + x * y)
}

/// `Σ a·b` of signed bytes.
#[inline(always)]
pub fn dot_i8(a: &[i8], b: &[i8]) -> i32 {
    a.iter().zip(b).fold(0i32, |sum, (x, y)| sum.wrapping_add(i32::from(i16::from(*x) * i16::from(*y))))
}

/// `Σ a·b` of signed bytes with 16-bit numbers.
#[inline(always)]
pub fn dot_i8_i16(a: &[i8], b: &[i16]) -> i32 {
    a.iter().zip(b).fold(0i32, |sum, (x, y)| sum.wrapping_add(i32::from(i16::from(*x)) * i32::from(*y)))
}

/// `Σ a·b` of signed bytes with bytes in `0..=127`.
#[inline(always)]
pub fn dot_i8_u7(a: &[i8], b: &[i8]) -> i32 {
    dot_i8(a, b)
}
