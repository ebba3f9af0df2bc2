//! `kernel::q4`: twins agree bit for bit; shapes that do not fit are refused.

use crate::local_model::tiny::*;
use sidecite::kernel::q4::{Activations, Q4Matrix, Q8Matrix, Scratch, half};

#[test]
fn twins_agree_exactly_on_integers() {
    let mut random = Random(3);
    for (rows, columns, tokens) in
        [(8, 32, 1), (24, 576, 5), (13, 96, 2), (192, 576, 3), (576, 1536, 4), (1, 64, 1)]
    {
        // Scale 1, minimum 0 and activations of whole numbers up to 127: every result is a whole number.
        let mut bytes = vec![];
        for _ in 0..rows * columns / 32 {
            bytes.extend([0x00, 0x3c, 0, 0]);
            (0..16).for_each(|_| bytes.push(random.next() as u8));
        }
        let matrix = Q4Matrix::from_q4_1(rows, columns, &bytes).unwrap();
        let wide = widen(3, &bytes);
        let mut values: Vec<f32> =
            (0..tokens * columns).map(|_| (random.next() % 255) as f32 - 127.0).collect();
        values.iter_mut().step_by(32).for_each(|value| *value = 127.0);
        let (mut activations, mut scratch) = (Activations::default(), Scratch::default());
        activations.set(&values, columns);
        let (mut fast, mut plain) = (vec![0.0; tokens * rows], vec![1.0; tokens * rows]);
        matrix.multiply(&activations, &mut scratch, &mut fast);
        matrix.multiply_portable(&activations, &mut scratch, &mut plain);
        assert_eq!(fast, plain);
        for (token, out) in values.chunks(columns).zip(fast.chunks(rows)) {
            for (row, out) in wide.chunks(columns).zip(out) {
                assert_eq!(row.iter().zip(token).map(|(a, b)| a * b).sum::<f32>(), *out);
            }
        }
    }
}

#[test]
fn fine_activations_are_finer() {
    let (mut random, mut scratch, mut activations) = (Random(9), Scratch::default(), Activations::default());
    let bytes = weights(3, 64 * 64, &mut random);
    let matrix = Q4Matrix::from_q4_1(64, 64, &bytes).unwrap();
    let values: Vec<f32> = (0..64).map(|_| random.float()).collect();
    let exact: Vec<f32> =
        widen(3, &bytes).chunks(64).map(|row| row.iter().zip(&values).map(|(a, b)| a * b).sum()).collect();
    let error = |out: &[f32]| out.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    let mut once = vec![0.0; 64];
    activations.set(&values, 64);
    matrix.multiply(&activations, &mut scratch, &mut once);
    let mut twice = vec![0.0; 128];
    activations.set_fine(&values, 64);
    matrix.multiply(&activations, &mut scratch, &mut twice);
    let sum: Vec<f32> = (0..64).map(|at| twice[at] + twice[at + 64]).collect();
    assert!(error(&sum) * 20.0 < error(&once), "{} {}", error(&sum), error(&once));
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    assert!(Q4Matrix::from_q4_1(8, 32, &[0; 159]).is_none());
    assert!(Q4Matrix::from_q4_1(8, 33, &[0; 160]).is_none());
    assert!(Q4Matrix::from_q4_0(0, 32, &[]).is_none());
    assert!(Q8Matrix::from_q8_0(usize::MAX, 64, &[0; 34]).is_none());
    assert!(Q8Matrix::from_f32(1, 32, &[0.0; 31]).is_none());
    let matrix = Q4Matrix::from_q4_1(8, 32, &[0; 160]).unwrap();
    let mut out = [5.0; 7];
    let mut activations = Activations::default();
    activations.set(&[1.0; 32], 32);
    matrix.multiply(&activations, &mut Scratch::default(), &mut out);
    assert_eq!(out, [5.0; 7]);
}

#[test]
fn halves() {
    for (bits, value) in [
        (0x3c00u16, 1.0),
        (0xc000, -2.0),
        (0x7bff, 65504.0),
        (0x0001, 5.960_464_5e-8),
        (0x8000, -0.0),
        (0x7c00, f32::INFINITY),
    ] {
        assert_eq!(half(&bits.to_le_bytes()), Some(value));
    }
    assert!(half(&0x7e00u16.to_le_bytes()).unwrap().is_nan());
}
