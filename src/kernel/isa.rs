//! What an operation needs of a machine: floats side by side, and one integer tile.
//!
//! The only traits of the kernels. Each implementation is a few one-line wrappers over intrinsics; the plain
//! ones are the scalar twins.

/// `N` floats side by side.
///
/// # Safety
/// Of all methods: the machine has the implementing type's instructions; pointers reach `N` floats (or what the
/// method says).
pub(super) unsafe trait Lanes: Copy {
    const N: usize;
    unsafe fn load(from: *const f32) -> Self;
    unsafe fn store(self, to: *mut f32);
    unsafe fn splat(value: f32) -> Self;
    unsafe fn add(self, other: Self) -> Self;
    unsafe fn sub(self, other: Self) -> Self;
    unsafe fn mul(self, other: Self) -> Self;
    unsafe fn div(self, other: Self) -> Self;
    /// `self · factor + addend`, rounded once or twice.
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self;
    unsafe fn max(self, other: Self) -> Self;
    unsafe fn min(self, other: Self) -> Self;
    /// `self · 2ⁿ`, where `n` is the integer in the low mantissa bits of `magic`.
    unsafe fn times_power(self, magic: Self) -> Self;
    /// Writes the low byte of every lane: `N / 4` words, `stride` words apart.
    unsafe fn put_bytes(self, to: *mut u32, stride: usize);
    /// Writes the low two bytes of every lane: `N / 2` words, `stride` words apart.
    unsafe fn put_halves(self, to: *mut u32, stride: usize);

    /// Folds the lanes into one.
    unsafe fn fold(self, f: impl Fn(f32, f32) -> f32) -> f32 {
        let mut lanes = [0.0_f32; 8];
        // SAFETY: no implementation has more than eight lanes.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes.iter().take(Self::N).copied().reduce(f).unwrap_or(0.0)
    }
}

/// Where a tile's results go, and what turns its integers into floats.
pub(super) struct Epilogue {
    /// Per column: weight scale, weight scale × sum of weights, bias.
    pub scale: *const f32,
    pub sum: *const f32,
    pub bias: *const f32,
    /// Per row: activation scale and offset.
    pub row_scale: *const f32,
    pub row_offset: *const f32,
    /// The first result, and the distance between rows.
    pub out: *mut f32,
    pub stride: usize,
    /// Whether results are added to what is there.
    pub add: bool,
}

/// One machine.
///
/// # Safety
/// As for [`Lanes`].
pub(super) unsafe trait Isa {
    type F: Lanes;
    /// Activations in four bytes: 4 of seven bits, or 2 of sixteen.
    const GROUP: usize;
    /// Most rows of a tile, so also the rows of an activation panel.
    const ROWS: usize;
    /// Columns of a tile: one or two weight panels.
    const COLUMNS: usize;

    /// `R` rows of an activation panel times `COLUMNS` columns of weights. `weights` are panels of eight
    /// columns, `panel` bytes apart, each `groups × 8 × GROUP` bytes.
    unsafe fn tile<const R: usize>(
        activations: *const u32,
        weights: *const i8,
        panel: usize,
        groups: usize,
        end: &Epilogue,
    );

    /// The common end of a tile: integers to floats, exactly as every twin does it, without fusing.
    #[inline(always)]
    unsafe fn finish(row: usize, column: usize, sums: Self::F, end: &Epilogue) {
        // SAFETY: the caller's tile lies inside the matrices that `end` points into.
        unsafe {
            let load = |from: *const f32| Self::F::load(from.add(column));
            let scale = Self::F::splat(*end.row_scale.add(row)).mul(load(end.scale));
            let offset = Self::F::splat(*end.row_offset.add(row)).mul(load(end.sum)).add(load(end.bias));
            let value = sums.mul(scale).add(offset);
            let to = end.out.add(row * end.stride + column);
            let value = if end.add { value.add(Self::F::load(to)) } else { value };
            value.store(to);
        }
    }
}

/// Four floats without SIMD: the scalar twin.
#[derive(Clone, Copy)]
pub(super) struct Four([f32; 4]);

impl Four {
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        let ([a, b, c, d], [e, g, h, i]) = (self.0, other.0);
        Self([f(a, e), f(b, g), f(c, h), f(d, i)])
    }
}

// SAFETY: no instructions needed beyond the target's.
unsafe impl Lanes for Four {
    const N: usize = 4;
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller's.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }
    unsafe fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
    unsafe fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
    unsafe fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }
    unsafe fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }
    unsafe fn mul_add(self, factor: Self, addend: Self) -> Self {
        self.zip(factor, |a, b| a * b).zip(addend, |a, b| a + b)
    }
    unsafe fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { b } else { a })
    }
    unsafe fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if b < a { b } else { a })
    }
    unsafe fn times_power(self, magic: Self) -> Self {
        self.zip(magic, |a, m| f32::from_bits(a.to_bits().wrapping_add(m.to_bits() << 23)))
    }
    unsafe fn put_bytes(self, to: *mut u32, _stride: usize) {
        let bytes = self.0.map(|lane| lane.to_bits() as u8);
        // SAFETY: the caller's.
        unsafe { to.write(u32::from_le_bytes(bytes)) }
    }
    unsafe fn put_halves(self, to: *mut u32, stride: usize) {
        let [a, b, c, d] = self.0.map(|lane| lane.to_bits() & 0xffff);
        // SAFETY: the caller's.
        unsafe {
            to.write(a | b << 16);
            to.add(stride).write(c | d << 16);
        }
    }
}

/// Scalar, seven-bit activations.
pub(super) struct Plain7;
/// Scalar, sixteen-bit activations.
pub(super) struct Plain16;

// SAFETY: no instructions needed beyond the target's.
unsafe impl Isa for Plain7 {
    type F = Four;
    const GROUP: usize = 4;
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;
    unsafe fn tile<const R: usize>(
        activations: *const u32,
        weights: *const i8,
        _panel: usize,
        groups: usize,
        end: &Epilogue,
    ) {
        let dot = |four: u32, weights: [i8; 4]| -> i32 {
            four.to_le_bytes().iter().zip(weights).map(|(a, w)| i32::from(*a) * i32::from(w)).sum()
        };
        // SAFETY: the caller's.
        unsafe { plain_tile::<Self, R, 4>(activations, weights, groups, end, dot) }
    }
}

// SAFETY: no instructions needed beyond the target's.
unsafe impl Isa for Plain16 {
    type F = Four;
    const GROUP: usize = 2;
    const ROWS: usize = 4;
    const COLUMNS: usize = 8;
    unsafe fn tile<const R: usize>(
        activations: *const u32,
        weights: *const i8,
        _panel: usize,
        groups: usize,
        end: &Epilogue,
    ) {
        let dot = |two: u32, [v, w]: [i8; 2]| -> i32 {
            i32::from(two as i16) * i32::from(v) + i32::from((two >> 16) as i16) * i32::from(w)
        };
        // SAFETY: the caller's.
        unsafe { plain_tile::<Self, R, 2>(activations, weights, groups, end, dot) }
    }
}

unsafe fn plain_tile<I: Isa<F = Four>, const R: usize, const G: usize>(
    activations: *const u32,
    weights: *const i8,
    groups: usize,
    end: &Epilogue,
    dot: impl Fn(u32, [i8; G]) -> i32,
) {
    let mut sums = [[0_i32; 8]; R];
    for group in 0..groups {
        // SAFETY: a panel has `groups` groups of `ROWS` words and of eight columns.
        let (four, columns) = unsafe {
            let four = activations.add(group * I::ROWS).cast::<[u32; R]>().read_unaligned();
            (four, weights.add(group * 8 * G).cast::<[[i8; G]; 8]>().read_unaligned())
        };
        for (row, word) in sums.iter_mut().zip(four) {
            row.iter_mut().zip(columns).for_each(|(sum, weights)| *sum += dot(word, weights));
        }
    }
    for (row, sums) in sums.iter().enumerate() {
        let ([low, high], _) = sums.as_chunks::<4>() else { return };
        // SAFETY: as the caller says.
        unsafe {
            I::finish(row, 0, Four(low.map(|sum| sum as f32)), end);
            I::finish(row, 4, Four(high.map(|sum| sum as f32)), end);
        }
    }
}
