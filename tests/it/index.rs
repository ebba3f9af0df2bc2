//! The exact index equals brute force, whatever is put in and taken out.

use crate::support::InWords;
use proptest::prelude::*;
use sidecite::index::{Error, Flat, Neighbour, Quantization, VectorIndex};
use sidecite::kernel::dot::{self, scalar};
use sidecite::random::SplitMix64;
use std::collections::BTreeMap;

const CODINGS: [Quantization; 2] = [Quantization::Signed, Quantization::Offset];

struct Random(SplitMix64);

impl Random {
    fn seeded(seed: u64) -> Self {
        Self(SplitMix64(seed))
    }

    fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn float(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn vector(&mut self, dimension: usize) -> Vec<f32> {
        (0..dimension).map(|_| self.float()).collect()
    }
}

fn unit(vector: &[f32]) -> Vec<f32> {
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    vector.iter().map(|x| (f64::from(*x) / length) as f32).collect()
}

/// The definition: all similarities in f32, greatest first, ties by key.
fn brute_force(rows: &BTreeMap<u32, Vec<f32>>, query: &[f32], k: usize) -> Vec<Neighbour> {
    let mut all: Vec<Neighbour> = rows
        .iter()
        .map(|(key, row)| Neighbour { key: *key, similarity: scalar::dot_f32(row, query) + 0.0 })
        .collect();
    all.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.key.cmp(&b.key)));
    all.truncate(k);
    all
}

fn stored(index: &Flat, keys: impl IntoIterator<Item = u32>) -> BTreeMap<u32, Vec<f32>> {
    keys.into_iter().map(|key| (key, index.vector(key).unwrap().to_vec())).collect()
}

fn check(rows: &[(u32, Vec<f32>)], query: &[f32], k: usize) {
    for quantization in CODINGS {
        let mut index = Flat::with_coding(query.len(), quantization).unwrap();
        for (key, row) in rows {
            index.insert(*key, row).unwrap();
        }
        let kept = stored(&index, rows.iter().map(|(key, _)| *key));
        let mut probe = Flat::new(query.len()).unwrap();
        probe.insert(0, query).unwrap();
        let expected = brute_force(&kept, probe.vector(0).unwrap(), k);
        assert_eq!(index.nearest(query, k, None).unwrap(), expected, "{quantization:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn equals_brute_force(seed: u64, n in 0usize..400, dimension in 1usize..200, k in 0usize..60) {
        let mut random = Random::seeded(seed);
        let rows: Vec<_> = (0..n as u32).map(|at| (at * 7 % 1009, random.vector(dimension))).collect();
        check(&rows, &random.vector(dimension), k);
    }

    /// Many rows at nearly the same similarity: the bytes cannot tell them apart, the floats must.
    #[test]
    fn equals_brute_force_in_a_narrow_cone(seed: u64, n in 60usize..400, spread in 1e-6f32..0.05) {
        let mut random = Random::seeded(seed);
        let centre = random.vector(48);
        let mut near = || -> Vec<f32> { centre.iter().map(|x| x + spread * random.float()).collect() };
        let rows: Vec<_> = (0..n as u32).map(|key| (key, near())).collect();
        check(&rows, &near(), 10);
    }

    #[test]
    fn follows_insertions_and_removals(
        seed: u64,
        steps in prop::collection::vec((any::<bool>(), 0u32..40), 1..200),
    ) {
        let mut random = Random::seeded(seed);
        let mut index = Flat::new(20).unwrap();
        let mut model = BTreeMap::new();
        for (add, key) in steps {
            if add {
                let row = unit(&random.vector(20));
                index.insert(key, &row).unwrap();
                model.insert(key, row);
            } else {
                prop_assert_eq!(index.remove(key), model.remove(&key).is_some());
            }
            prop_assert_eq!(index.len(), model.len());
        }
        let query = unit(&random.vector(20));
        prop_assert_eq!(index.nearest(&query, 10, None).unwrap(), brute_force(&model, &query, 10));
        prop_assert_eq!(stored(&index, model.keys().copied()), model);
    }

    #[test]
    fn filters(seed: u64, n in 1u32..300, modulus in 1u32..50) {
        let mut random = Random::seeded(seed);
        let mut index = Flat::new(33).unwrap();
        for key in 0..n {
            index.insert(key, &random.vector(33)).unwrap();
        }
        let query = unit(&random.vector(33));
        let allowed = stored(&index, (0..n).filter(|key| key % modulus == 0));
        let found = index.nearest(&query, 7, Some(&|key| key % modulus == 0)).unwrap();
        prop_assert_eq!(found, brute_force(&allowed, &query, 7));
    }

    #[test]
    fn order_of_insertion_does_not_matter(seed: u64) {
        let mut random = Random::seeded(seed);
        // Every vector four times: ties everywhere.
        let rows: Vec<_> = (0..50).map(|_| random.vector(16)).collect();
        let (mut forward, mut backward) = (Flat::new(16).unwrap(), Flat::new(16).unwrap());
        for key in 0..200u32 {
            forward.insert(key, &rows[key as usize % 50]).unwrap();
            backward.insert(199 - key, &rows[(199 - key) as usize % 50]).unwrap();
        }
        let query = random.vector(16);
        prop_assert_eq!(forward.nearest(&query, 13, None).unwrap(), backward.nearest(&query, 13, None).unwrap());
    }

    #[test]
    fn dots_equal_their_twins(seed: u64, n in 0usize..300, m in 0usize..300) {
        let mut random = Random::seeded(seed);
        let (a, b) = (random.vector(n), random.vector(m));
        prop_assert_eq!(dot::dot_f32(&a, &b).to_bits(), scalar::dot_f32(&a, &b).to_bits());
        let bytes = |random: &mut Random, n: usize| -> Vec<i8> { (0..n).map(|_| random.next() as i8).collect() };
        let (a, b) = (bytes(&mut random, n), bytes(&mut random, m));
        let sevens: Vec<i8> = b.iter().map(|x| x & 127).collect();
        let words: Vec<i16> = (0..m).map(|_| random.next() as i16).collect();
        prop_assert_eq!(dot::dot_i8(&a, &b), scalar::dot_i8(&a, &b));
        prop_assert_eq!(dot::dot_i8_u7(&a, &sevens), scalar::dot_i8_u7(&a, &sevens));
        prop_assert_eq!(dot::dot_i8_i16(&a, &words), scalar::dot_i8_i16(&a, &words));
    }
}

#[test]
fn extreme_bytes_do_not_saturate() {
    for (x, y) in [(-128i8, 127i8), (127, 127), (-128, -128)] {
        let (a, b) = (vec![x; 384], vec![y; 384]);
        assert_eq!(dot::dot_i8(&a, &b), i32::from(x) * i32::from(y) * 384);
        if y >= 0 {
            assert_eq!(dot::dot_i8_u7(&a, &b), i32::from(x) * i32::from(y) * 384);
        }
        assert_eq!(dot::dot_i8_i16(&a, &vec![i16::MIN; 384]), i32::from(x) * -32768 * 384);
    }
}

#[test]
fn degenerate_sets() {
    let one = vec![1.0, 0.0, 0.0];
    check(&[], &one, 10);
    check(&[(9, one.clone())], &one, 10);
    // Nothing but duplicates, more than are rescored: ties by key.
    let same: Vec<_> = (0..500u32).rev().map(|key| (key, vec![0.3, 0.4, 0.5])).collect();
    check(&same, &[1.0, 2.0, 3.0], 10);
    // One dimension: every similarity is 1 or −1.
    let line: Vec<_> = (0..300u32).map(|key| (key, vec![if key % 3 == 0 { -2.0 } else { 0.5 }])).collect();
    check(&line, &[3.0], 120);
    // Zeros and ones, far from Gaussian; k beyond n.
    let mut random = Random::seeded(7);
    let binary = |random: &mut Random| -> Vec<f32> {
        let mut bits: Vec<f32> = (0..24).map(|_| (random.next() & 1) as f32).collect();
        bits[0] = 1.0;
        bits
    };
    let rows: Vec<_> = (0..400u32).map(|key| (key, binary(&mut random))).collect();
    check(&rows, &binary(&mut random), 10);
    check(&rows, &binary(&mut random), 1000);
    // One huge component hides the others from the bytes.
    let spiky: Vec<_> = (0..300u32)
        .map(|key| {
            let mut row: Vec<f32> = random.vector(32).iter().map(|x| x * 1e-4).collect();
            row[0] = 1.0;
            (key, row)
        })
        .collect();
    check(&spiky, &random.vector(32), 10);
}

#[test]
fn wide_vectors_do_not_overflow() {
    // All components equal: every code is the largest, the integer sum as great as it can be.
    for dimension in [4096, 65_536] {
        for quantization in CODINGS {
            let mut index = Flat::with_coding(dimension, quantization).unwrap();
            index.insert(1, &vec![1.0; dimension]).unwrap();
            index.insert(2, &vec![-1.0; dimension]).unwrap();
            let found = index.nearest(&vec![1.0; dimension], 2, None).unwrap();
            assert_eq!(found.iter().map(|n| n.key).collect::<Vec<_>>(), [1, 2]);
            assert!((found[0].similarity - 1.0).abs() < 1e-4, "{found:?}");
        }
    }
}

#[test]
fn keeps_the_bits_of_unit_vectors_and_normalises_others() {
    let mut index = Flat::new(3).unwrap();
    let vector = unit(&[0.3, -0.2, 0.9]);
    index.insert(1, &vector).unwrap();
    assert_eq!(index.vector(1).unwrap(), vector);
    for scale in [1e-30f32, 1e30] {
        index.insert(2, &[3.0 * scale, 0.0, 4.0 * scale]).unwrap();
        assert_eq!(index.vector(2).unwrap(), [0.6, 0.0, 0.8]);
    }
    assert_eq!(index.len(), 2);
}

#[test]
fn refuses_what_has_no_direction() {
    let mut index = Flat::new(3).unwrap();
    let cases: [(&[f32], Error); 5] = [
        (&[0.0, -0.0, 0.0], Error::Zero { dimension: 3 }),
        (&[1.0, f32::NAN, 0.0], Error::NotFinite { position: 1 }),
        (&[1.0, 0.0, f32::INFINITY], Error::NotFinite { position: 2 }),
        (&[1.0], Error::Dimension { expected: 3, found: 1 }),
        (&[], Error::Dimension { expected: 3, found: 0 }),
    ];
    for (vector, error) in cases {
        assert_eq!(index.insert(1, vector), Err(error.clone()));
        assert_eq!(index.nearest(vector, 3, None), Err(error.clone()));
        assert!(!error.hint().is_empty());
    }
    assert!(index.is_empty());
    assert!(matches!(Flat::new(0), Err(Error::Unsupported { dimension: 0, .. })));
    assert!(matches!(Flat::new(1_000_000), Err(Error::Unsupported { .. })));
}
