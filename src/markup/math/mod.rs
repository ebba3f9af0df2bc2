//! A formula's TeX → a closed tree of MathML, or nothing when it is not TeX.
//!
//! `math-core` writes MathML as text; `read` takes only elements and attributes of this module from it. So no formula can
//! bring a link, a script or a style: what is not listed here is left out, or makes the formula faulty. `prepare` refuses
//! what would take too long or nest too deeply before it is converted.

mod prepare;
mod read;

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Most nodes of one formula.
const MAX_NODES: usize = 1_000;
/// Most elements of a formula within each other.
pub const MAX_MATH_DEPTH: usize = 100;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MathNode {
    /// An element of MathML.
    Element {
        /// Which.
        tag: MathTag,
        /// Its attributes.
        attributes: Vec<(MathAttribute, String)>,
        /// How it looks beyond them.
        looks: Vec<MathLook>,
        /// What it holds.
        children: Vec<MathNode>,
    },
    /// Signs; to be set as a text node.
    Text(String),
}

/// Names that MathML gives to something, and no others.
macro_rules! names {
    ($(#[$about:meta])* $type:ident { $($variant:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $type {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl $type {
            /// The name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            fn of(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    /// An element.
    MathTag {
        Identifier = "mi",
        Number = "mn",
        Operator = "mo",
        Text = "mtext",
        Space = "mspace",
        Row = "mrow",
        Fraction = "mfrac",
        SquareRoot = "msqrt",
        Root = "mroot",
        Sub = "msub",
        Sup = "msup",
        SubSup = "msubsup",
        Under = "munder",
        Over = "mover",
        UnderOver = "munderover",
        Scripts = "mmultiscripts",
        Prescripts = "mprescripts",
        Table = "mtable",
        TableRow = "mtr",
        Cell = "mtd",
        Padded = "mpadded",
        Phantom = "mphantom",
        Enclose = "menclose",
    }
}

names! {
    /// An attribute; its value is a word or a length.
    MathAttribute {
        Accent = "accent",
        AccentUnder = "accentunder",
        DisplayStyle = "displaystyle",
        Form = "form",
        Height = "height",
        LargeOperator = "largeop",
        LineThickness = "linethickness",
        LeftSpace = "lspace",
        MathVariant = "mathvariant",
        MaxSize = "maxsize",
        MinSize = "minsize",
        MovableLimits = "movablelimits",
        Notation = "notation",
        RightSpace = "rspace",
        ScriptLevel = "scriptlevel",
        Stretchy = "stretchy",
        Symmetric = "symmetric",
        Width = "width",
    }
}

/// What MathML has no attribute for: a class of the page's style sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MathLook {
    /// A cell that is set to the left.
    Left,
    /// To the right.
    Right,
    /// A cell without room on its left.
    FlushLeft,
    /// Without room on its right.
    FlushRight,
    /// A line to the left.
    RuleLeft,
    /// To the right.
    RuleRight,
    /// Above it.
    RuleTop,
    /// Bold text.
    Bold,
    /// Italic text.
    Italic,
}

impl MathLook {
    /// The name of the class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Left => "math-left",
            Self::Right => "math-right",
            Self::FlushLeft => "math-flush-left",
            Self::FlushRight => "math-flush-right",
            Self::RuleLeft => "math-rule-left",
            Self::RuleRight => "math-rule-right",
            Self::RuleTop => "math-rule-top",
            Self::Bold => "math-bold",
            Self::Italic => "math-italic",
        }
    }
}

/// The tree of `tex`; nothing when it is not TeX, or too much of it.
pub(super) fn formula(tex: &str, is_display: bool) -> Option<Vec<MathNode>> {
    static CONVERTER: LazyLock<Option<LatexToMathML>> = LazyLock::new(converter);
    let display = if is_display { MathDisplay::Block } else { MathDisplay::Inline };
    let tex = prepare::prepare(tex)?;
    let converted = CONVERTER.as_ref()?.convert_with_local_state(&tex, display).ok()?;
    read::read(&converted.mathml).filter(|nodes| !nodes.is_empty())
}

/// Knows some commands beyond those of `math-core`, as far as they say something without their looks.
fn converter() -> Option<LatexToMathML> {
    let macros = [("boxed", "{#1}"), ("fbox", r"\text{#1}"), ("textcolor", "{#2}"), ("substack", SUBSTACK)];
    let macros = macros.iter().map(|(name, body)| ((*name).to_owned(), (*body).to_owned())).collect();
    LatexToMathML::new(MathCoreConfig { macros, ..MathCoreConfig::default() }).ok()
}

const SUBSTACK: &str = r"\begin{subarray}{c}#1\end{subarray}";

/// How many nodes these are with all that they hold.
pub(super) fn count(nodes: &[MathNode]) -> usize {
    // The tree is at most MAX_MATH_DEPTH deep, so is the recursion.
    nodes
        .iter()
        .map(|node| match node {
            MathNode::Element { children, .. } => 1 + count(children),
            MathNode::Text(_) => 1,
        })
        .sum()
}
