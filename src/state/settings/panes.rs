use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How wide a side pane may be, in CSS pixels.
pub const PANE_WIDTHS: RangeInclusive<u32> = 200..=800;

/// The panes beside the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Documents, on the left.
    Documents,
    /// Evidence and document viewer, on the right.
    Evidence,
}

/// How a side pane is shown where it fits beside the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SidePane {
    /// In CSS pixels; nothing while the person has not chosen.
    pub width: Option<u32>,
    /// Out of the way.
    pub collapsed: bool,
}

/// Both side panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SidePanes {
    /// Documents.
    pub documents: SidePane,
    /// Evidence.
    pub evidence: SidePane,
}

impl SidePanes {
    /// One of them.
    pub fn pane(&self, side: Side) -> SidePane {
        match side {
            Side::Documents => self.documents,
            Side::Evidence => self.evidence,
        }
    }

    /// One of them, to be changed.
    pub fn pane_mut(&mut self, side: Side) -> &mut SidePane {
        match side {
            Side::Documents => &mut self.documents,
            Side::Evidence => &mut self.evidence,
        }
    }

    /// With widths that leave room.
    pub(super) fn clamped(mut self) -> Self {
        for side in [Side::Documents, Side::Evidence] {
            let pane = self.pane_mut(side);
            pane.width = pane.width.map(|width| width.clamp(*PANE_WIDTHS.start(), *PANE_WIDTHS.end()));
        }
        self
    }
}

impl Side {
    /// Its name in styles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Evidence => "evidence",
        }
    }

    /// What shows it.
    pub fn show(self) -> &'static str {
        match self {
            Self::Documents => t!("Show documents"),
            Self::Evidence => t!("Show evidence"),
        }
    }

    /// What hides it.
    pub fn hide(self) -> &'static str {
        match self {
            Self::Documents => t!("Hide documents"),
            Self::Evidence => t!("Hide evidence"),
        }
    }

    /// Its width where the person has not chosen one.
    pub fn usual_width(self) -> u32 {
        match self {
            Self::Documents => 296,
            Self::Evidence => 384,
        }
    }

    /// The width for a pointer that has been moved by `by` pixels since the pane was `before` wide.
    pub fn dragged(self, before: u32, by: f64) -> u32 {
        let by = if self == Self::Documents { by } else { -by };
        let width =
            (f64::from(before) + by).clamp(f64::from(*PANE_WIDTHS.start()), f64::from(*PANE_WIDTHS.end()));
        width as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_follows_the_pointer_on_its_side_and_keeps_its_bounds() {
        assert_eq!(Side::Documents.dragged(300, 40.0), 340);
        assert_eq!(Side::Evidence.dragged(300, 40.0), 260);
        assert_eq!(Side::Documents.dragged(300, -1e9), 200);
        assert_eq!(Side::Evidence.dragged(300, f64::NEG_INFINITY), 800);
        let wild =
            SidePanes { documents: SidePane { width: Some(9), collapsed: true }, ..SidePanes::default() };
        assert_eq!(wild.clamped().documents, SidePane { width: Some(200), collapsed: true });
    }
}
