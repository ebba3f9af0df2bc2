//! The project's index behind a few plain functions, without what the rest of the engine would add to the file.
//!
//! The modules are the very files of the project. JavaScript writes numbers into memory it got from `reserve`.

#[path = "../../../../src/index/mod.rs"]
pub mod index;
pub mod kernel;
#[path = "../../../../src/types/problem/mod.rs"]
pub mod problem;

/// A text that is translated where it is shown.
macro_rules! n {
    ($text:literal) => {
        $text
    };
}

#[path = "../../../../src/types/index_engine.rs"]
mod index_engine;

/// What the index's errors are made of, and the name of its engine.
pub mod types {
    pub use crate::index_engine::IndexEngine;
    pub use crate::problem;
    pub use crate::problem::UserError;
}

use index::{Flat, VectorIndex};
use std::cell::RefCell;

thread_local! {
    static INDEX: RefCell<Option<Flat>> = const { RefCell::new(None) };
    static NUMBERS: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
    static FOUND: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Room for `count` floats; valid until the next call.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(count: usize) -> *mut f32 {
    NUMBERS.with_borrow_mut(|numbers| {
        numbers.clear();
        numbers.resize(count, 0.0);
        numbers.as_mut_ptr()
    })
}

/// Indexes the reserved floats as vectors of `dimension` with keys 0, 1, …; returns how many were taken.
#[unsafe(no_mangle)]
pub extern "C" fn build(dimension: usize) -> usize {
    let Ok(mut index) = Flat::new(dimension) else { return 0 };
    NUMBERS.with_borrow(|numbers| {
        index.reserve(numbers.len() / dimension);
        for (key, row) in (0u32..).zip(numbers.chunks_exact(dimension)) {
            if index.insert(key, row).is_err() {
                break;
            }
        }
    });
    let taken = index.len();
    INDEX.set(Some(index));
    taken
}

/// Searches for the reserved floats; returns how many keys stand at `found()`.
#[unsafe(no_mangle)]
pub extern "C" fn search(k: usize) -> usize {
    let hits = NUMBERS.with_borrow(|query| {
        INDEX.with_borrow(|index| index.as_ref().and_then(|index| index.nearest(query, k, None).ok()))
    });
    FOUND.with_borrow_mut(|found| {
        found.clear();
        found.extend(hits.unwrap_or_default().iter().map(|hit| hit.key));
        found.len()
    })
}

/// The same by the definition: every similarity in f32, the best `k`.
#[unsafe(no_mangle)]
pub extern "C" fn search_f32(k: usize) -> usize {
    let mut best = index::Top::new(k);
    NUMBERS.with_borrow(|query| {
        INDEX.with_borrow(|index| {
            let Some(index) = index else { return };
            for key in 0..index.len() as u32 {
                if let Some(row) = index.vector(key) {
                    best.push(index::Entry {
                        score: kernel::dot::dot_f32(row, query) + 0.0,
                        key,
                        place: key,
                    });
                }
            }
        });
    });
    FOUND.with_borrow_mut(|found| {
        found.clear();
        found.extend(best.into_sorted().iter().map(|entry| entry.key));
        found.len()
    })
}

/// Where the keys of the last search are.
#[unsafe(no_mangle)]
pub extern "C" fn found() -> *const u32 {
    FOUND.with_borrow(|found| found.as_ptr())
}

/// Compares the SIMD twins of this build with the scalar ones on seeded and extreme input of every length up to 300;
/// returns how many results differ, which must be 0.
#[unsafe(no_mangle)]
pub extern "C" fn twins_that_differ() -> usize {
    use kernel::dot::{self, scalar};
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut differing = 0;
    for length in 0..300 {
        let bytes: Vec<i8> = (0..length).map(|_| next() as i8).collect();
        let sevens: Vec<i8> = (0..length).map(|_| (next() & 127) as i8).collect();
        let words: Vec<i16> = (0..length).map(|_| next() as i16).collect();
        let floats: Vec<f32> = (0..length).map(|_| next() as f32 / 1e9 - 1.0).collect();
        let others: Vec<f32> = (0..length).map(|_| next() as f32 / 1e9 - 1.0).collect();
        let (least, most) = (vec![i8::MIN; length], vec![i8::MAX; length]);
        for (a, b) in [(&bytes, &sevens), (&least, &most), (&most, &most), (&least, &sevens)] {
            differing += usize::from(dot::dot_i8(a, b) != scalar::dot_i8(a, b));
            differing += usize::from(dot::dot_i8_u7(a, b) != scalar::dot_i8_u7(a, b));
            differing += usize::from(dot::dot_i8_i16(a, &words) != scalar::dot_i8_i16(a, &words));
        }
        differing += usize::from(dot::dot_i8(&least, &least) != scalar::dot_i8(&least, &least));
        differing += usize::from(
            dot::dot_f32(&floats, &others).to_bits() != scalar::dot_f32(&floats, &others).to_bits(),
        );
    }
    differing
}
