use std::collections::HashMap;
use std::hash::{Hash, Hasher};

/// The keys of each vector that is not the same as another, to the bit.
pub(super) struct Groups {
    keys: Vec<Vec<u32>>,
    count: usize,
}

impl Groups {
    /// Leaves each vector in `rows` once, in the order of their first places.
    pub fn fold(keys: &[u32], rows: &mut Vec<f32>, dimension: usize) -> Self {
        let (mut groups, mut firsts): (Vec<Vec<u32>>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut known: HashMap<Row<'_>, usize> = HashMap::with_capacity(keys.len());
        for (at, (row, &key)) in rows.chunks_exact(dimension).zip(keys).enumerate() {
            let group = *known.entry(Row(row)).or_insert(groups.len());
            match groups.get_mut(group) {
                Some(group) => group.push(key),
                None => {
                    groups.push(vec![key]);
                    firsts.push(at);
                }
            }
        }
        drop(known);
        for (to, from) in firsts.iter().enumerate() {
            let start = from * dimension;
            if to != *from {
                rows.copy_within(start..start + dimension, to * dimension);
            }
        }
        rows.truncate(groups.len() * dimension);
        Self { keys: groups, count: keys.len() }
    }

    /// Vectors that differ.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// All keys.
    pub fn keys_count(&self) -> usize {
        self.count
    }

    /// The keys of one of them.
    pub fn keys(&self, group: usize) -> &[u32] {
        self.keys.get(group).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn size_bytes(&self) -> usize {
        self.keys.len() * size_of::<Vec<u32>>() + self.count * size_of::<u32>()
    }
}

/// A vector by its bits.
#[derive(Clone, Copy)]
struct Row<'a>(&'a [f32]);

impl Hash for Row<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.iter().for_each(|number| state.write_u32(number.to_bits()));
    }
}

impl PartialEq for Row<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|number| number.to_bits()).eq(other.0.iter().map(|number| number.to_bits()))
    }
}

impl Eq for Row<'_> {}
