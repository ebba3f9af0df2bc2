//! Passages of several recipes for one question → which are the same, and how much the recipes share.

use crate::types::Passage;

/// A passage by the ranks at which the recipes have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its rank in each list, from 1; nothing where that does not have it.
    pub ranks: Vec<Option<u32>>,
}

impl Group {
    /// How many lists have it.
    pub fn count(&self) -> usize {
        self.ranks.iter().flatten().count()
    }

    fn best(&self) -> u32 {
        self.ranks.iter().flatten().copied().min().unwrap_or(u32::MAX)
    }
}

/// How much two lists share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The two, by their places.
    pub pair: (usize, usize),
    /// Passages that both have.
    pub both: usize,
    /// Passages that either has.
    pub either: usize,
}

/// The passages of all lists, each once, best rank first. Two are the same where they share more than half of the shorter one:
/// recipes cut the same text in other places.
pub fn groups(lists: &[&[Passage]]) -> Vec<Group> {
    let mut groups: Vec<(Group, Vec<&Passage>)> = Vec::new();
    for (place, list) in lists.iter().enumerate() {
        for passage in *list {
            let is_free = |group: &Group| group.ranks.get(place).is_some_and(Option::is_none);
            let known = groups.iter_mut().find(|(group, members)| {
                is_free(group) && members.iter().any(|member| is_same(member, passage))
            });
            let (group, members) = match known {
                Some(known) => known,
                None => {
                    groups.push((Group { ranks: vec![None; lists.len()] }, Vec::new()));
                    let Some(last) = groups.last_mut() else { continue };
                    last
                }
            };
            if let Some(rank) = group.ranks.get_mut(place) {
                *rank = Some(passage.number);
            }
            members.push(passage);
        }
    }
    let mut groups: Vec<Group> = groups.into_iter().map(|(group, _)| group).collect();
    groups.sort_by_key(|group| (group.best(), group.ranks.iter().position(Option::is_some)));
    groups
}

/// What every two of them share, in order.
pub fn shared(groups: &[Group], lists: usize) -> Vec<Shared> {
    let pairs = (0..lists).flat_map(|first| (first + 1..lists).map(move |second| (first, second)));
    let of = |pair: (usize, usize)| {
        let has = |group: &Group, place: usize| group.ranks.get(place).is_some_and(Option::is_some);
        let both = groups.iter().filter(|group| has(group, pair.0) && has(group, pair.1)).count();
        let either = groups.iter().filter(|group| has(group, pair.0) || has(group, pair.1)).count();
        Shared { pair, both, either }
    };
    pairs.map(of).collect()
}

fn is_same(a: &Passage, b: &Passage) -> bool {
    a.document == b.document && a.span.covers_most_of(b.span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Scores, Span, sha256};

    fn list(passages: &[(&str, usize, usize)]) -> Vec<Passage> {
        let passage = |(number, (name, start, end)): (usize, &(&str, usize, usize))| Passage {
            number: number as u32 + 1,
            document: sha256(name.as_bytes()),
            document_name: (*name).into(),
            ordinal: 0,
            span: Span::new(*start, *end),
            page: None,
            headings: Vec::new(),
            text: String::new(),
            scores: Scores::default(),
            ..Passage::default()
        };
        passages.iter().enumerate().map(passage).collect()
    }

    fn ranks(groups: &[Group]) -> Vec<Vec<u32>> {
        groups.iter().map(|group| group.ranks.iter().map(|rank| rank.unwrap_or(0)).collect()).collect()
    }

    #[test]
    fn passages_are_the_same_where_most_of_the_shorter_is_shared() {
        let large = list(&[("a", 0, 100), ("b", 0, 100), ("c", 0, 10)]);
        let small = list(&[("b", 60, 90), ("a", 90, 130), ("d", 0, 10)]);
        let groups = groups(&[&large, &small]);
        assert_eq!(ranks(&groups), [[1, 0], [2, 1], [0, 2], [3, 0], [0, 3]]);
        let [shared] = shared(&groups, 2)[..] else { panic!("one pair") };
        assert_eq!(shared, Shared { pair: (0, 1), both: 1, either: 5 });
    }

    #[test]
    fn two_passages_of_one_recipe_are_never_one() {
        let large = list(&[("a", 0, 100)]);
        let small = list(&[("a", 0, 40), ("a", 40, 90)]);
        assert_eq!(ranks(&groups(&[&large, &small])), [[1, 1], [0, 2]]);
        assert_eq!(ranks(&groups(&[&small, &large])), [[1, 1], [2, 0]]);
    }

    #[test]
    fn three_recipes_have_three_pairs_and_nothing_shares_nothing() {
        let one = list(&[("a", 0, 10), ("b", 0, 10)]);
        let groups = groups(&[&one, &one, &list(&[])]);
        let shares: Vec<(usize, usize)> =
            shared(&groups, 3).iter().map(|shared| (shared.both, shared.either)).collect();
        assert_eq!(shares, [(2, 2), (0, 2), (0, 2)]);
        assert!(groups.iter().all(|group| group.count() == 2));
        assert!(super::groups(&[]).is_empty() && super::shared(&[], 0).is_empty());
    }
}
