//! A ranking and judgments → how good the ranking is.
//!
//! As `trec_eval` and `pytrec_eval` define them. `ranking` holds ids best first; `judged` maps an id to its grade;
//! what is not judged, or judged 0 or less, is not relevant. A query without a relevant id scores 0.

use std::collections::HashMap;
use std::hash::Hash;

/// Normalised discounted cumulative gain over the first `k`: gain = grade, discount = log2(rank + 1)
/// (Järvelin & Kekäläinen 2002).
pub fn ndcg<Id: Eq + Hash>(ranking: &[Id], judged: &HashMap<Id, i32>, k: usize) -> f64 {
    let gain = |grade: i32| f64::from(grade.max(0));
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.zip(2u32..).map(|(g, n)| g / f64::from(n).log2()).sum()
    };
    let mut ideal: Vec<f64> = judged.values().map(|grade| gain(*grade)).collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = discounted(&mut ideal.into_iter().take(k));
    let found =
        discounted(&mut ranking.iter().take(k).map(|id| judged.get(id).map_or(0.0, |grade| gain(*grade))));
    if best > 0.0 { found / best } else { 0.0 }
}

/// Share of the relevant ids that are among the first `k`.
pub fn recall<Id: Eq + Hash>(ranking: &[Id], judged: &HashMap<Id, i32>, k: usize) -> f64 {
    let relevant = judged.values().filter(|grade| **grade > 0).count();
    let found = ranking.iter().take(k).filter(|id| judged.get(id).is_some_and(|grade| *grade > 0)).count();
    if relevant > 0 { found as f64 / relevant as f64 } else { 0.0 }
}

/// One over the rank of the first relevant id among the first `k`, or 0.
pub fn reciprocal_rank<Id: Eq + Hash>(ranking: &[Id], judged: &HashMap<Id, i32>, k: usize) -> f64 {
    let first = ranking.iter().take(k).position(|id| judged.get(id).is_some_and(|grade| *grade > 0));
    first.map_or(0.0, |at| 1.0 / (at + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(pairs: &[(&'static str, i32)]) -> HashMap<&'static str, i32> {
        pairs.iter().copied().collect()
    }

    /// Worked by hand; the same numbers come from pytrec_eval's `ndcg_cut_10`, `recall_10`, `recip_rank`.
    #[test]
    fn golden() {
        let judged = judged(&[("a", 2), ("b", 1), ("c", 0), ("d", 1)]);
        let ranking = ["c", "b", "x", "a"];
        let dcg = 1.0 / 3f64.log2() + 2.0 / 5f64.log2();
        let ideal = 2.0 + 1.0 / 3f64.log2() + 1.0 / 4f64.log2();
        assert!((ndcg(&ranking, &judged, 10) - dcg / ideal).abs() < 1e-12);
        assert!((recall(&ranking, &judged, 10) - 2.0 / 3.0).abs() < 1e-12);
        assert!((recall(&ranking, &judged, 2) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(reciprocal_rank(&ranking, &judged, 10), 0.5);
        assert_eq!(reciprocal_rank(&ranking, &judged, 1), 0.0);
    }

    #[test]
    fn nothing_relevant() {
        let judged = judged(&[("a", 0), ("b", -1)]);
        assert_eq!(ndcg(&["a", "b"], &judged, 10), 0.0);
        assert_eq!(recall(&["a", "b"], &judged, 10), 0.0);
        assert_eq!(ndcg::<&str>(&[], &judged, 10), 0.0);
    }

    #[test]
    fn perfect_is_one() {
        let judged = judged(&[("a", 3), ("b", 1)]);
        assert!((ndcg(&["a", "b"], &judged, 10) - 1.0).abs() < 1e-12);
    }
}
