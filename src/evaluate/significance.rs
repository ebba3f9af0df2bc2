//! Two systems' scores for the same queries → how probable a difference as large is by chance.

use crate::random::SplitMix64;

/// Rounds of the test.
const ROUNDS: u32 = 10_000;

/// The two-sided paired randomization test (Fisher; Smucker, Allan & Carterette, CIKM 2007): the share of random swaps between the two
/// systems' scores that give a mean difference at least as large as the one observed. Between 0 and 1; `seed` makes it repeatable.
/// Queries that only one side has are left out.
pub fn randomization_test(a: &[f64], b: &[f64], seed: u64) -> f64 {
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    // Sums of the same numbers in another order differ in their last bits.
    let observed = differences.iter().sum::<f64>().abs() - 1e-9;
    let mut random = SplitMix64(seed);
    let mut as_large = 0u32;
    for _ in 0..ROUNDS {
        let mut sum = 0.0;
        for chunk in differences.chunks(64) {
            let mut signs = random.next_u64();
            for difference in chunk {
                sum += if signs & 1 == 0 { *difference } else { -difference };
                signs >>= 1;
            }
        }
        as_large += u32::from(sum.abs() >= observed);
    }
    f64::from(as_large + 1) / f64::from(ROUNDS + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_difference_is_chance_and_a_steady_one_is_not() {
        let low: Vec<f64> = (0..100).map(|n| f64::from(n % 7) / 10.0).collect();
        let high: Vec<f64> = low.iter().map(|score| score + 0.1).collect();
        assert!(randomization_test(&low, &low, 1) > 0.99);
        assert!(randomization_test(&low, &high, 1) < 0.001);
    }

    #[test]
    fn few_queries_are_as_the_exact_test_says() {
        // Of the 16 assignments of signs to four equal differences, two are as far from zero.
        let p = randomization_test(&[1.0; 4], &[0.0; 4], 7);
        assert!((p - 0.125).abs() < 0.02, "{p}");
    }
}
