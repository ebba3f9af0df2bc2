use crate::cite::Citation;
use crate::markup::Node;
use crate::worker::protocol::Painted;

/// An answer as it stands on the screen: blocks, each with the number of the painting that changed it last, so that only
/// changed blocks are rendered anew.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// The blocks.
    pub nodes: Vec<Node>,
    /// What their citations lead to.
    pub citations: Vec<Citation>,
    versions: Vec<u32>,
    paintings: u32,
}

impl Rendered {
    /// Takes in what has changed.
    pub fn apply(&mut self, painted: Painted) {
        self.paintings += 1;
        let keep = painted.keep as usize;
        self.nodes.truncate(keep);
        self.versions.truncate(keep);
        self.nodes.extend(painted.nodes);
        self.versions.resize(self.nodes.len(), self.paintings);
        self.citations = painted.citations;
    }

    /// A key for each block: its place and the painting that changed it last.
    pub fn keys(&self) -> Vec<(usize, u32)> {
        self.versions.iter().copied().enumerate().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::render;

    #[test]
    fn only_changed_blocks_get_a_new_key() {
        let painted =
            |keep: u32, text: &str| Painted { keep, nodes: render(text, &[]), citations: Vec::new() };
        let mut rendered = Rendered::default();
        rendered.apply(painted(0, "one\n\ntw"));
        assert_eq!(rendered.keys(), [(0, 1), (1, 1)]);
        rendered.apply(painted(1, "two\n\nthree"));
        assert_eq!(rendered.keys(), [(0, 1), (1, 2), (2, 2)]);
        assert_eq!(rendered.nodes, render("one\n\ntwo\n\nthree", &[]));
        rendered.apply(painted(0, "anew"));
        assert_eq!(rendered.keys(), [(0, 3)]);
    }
}
