//! Sizes → how many lie in each range.

/// A range of sizes and how many lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The least size in it.
    pub from: u32,
    /// The greatest.
    pub to: u32,
    /// How many there are.
    pub count: u32,
}

/// At most `bins` ranges of equal width that begin at 1 and cover every size; none where there are no sizes.
pub fn histogram(sizes: &[u32], bins: u32) -> Vec<Bin> {
    let Some(most) = sizes.iter().copied().max() else { return Vec::new() };
    let width = most.max(1).div_ceil(bins.max(1));
    let count = most.max(1).div_ceil(width);
    let range = |at: u32| {
        let (from, to) = (at * width + 1, (at + 1) * width);
        let is_in = |size: &&u32| (from..=to).contains(*size) || (at == 0 && **size == 0);
        Bin { from, to, count: u32::try_from(sizes.iter().filter(is_in).count()).unwrap_or(u32::MAX) }
    };
    (0..count).map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_in_one_range() {
        let sizes = [0, 1, 9, 10, 11, 40, 99, 100];
        let bins = histogram(&sizes, 10);
        assert_eq!(bins.len(), 10);
        assert_eq!(
            (bins[0], bins[9]),
            (Bin { from: 1, to: 10, count: 4 }, Bin { from: 91, to: 100, count: 2 })
        );
        assert_eq!(bins.iter().map(|bin| bin.count).sum::<u32>(), 8);
        assert_eq!(
            (histogram(&[], 5), histogram(&[3], 5).len(), histogram(&[7; 3], 1).len()),
            (vec![], 3, 1)
        );
    }
}
