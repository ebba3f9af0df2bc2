use serde::{Deserialize, Serialize};

/// Most characters of both texts together: more than any model in the tab can read, and little to store many versions of.
pub const MAX_PROMPT_CHARACTERS: u32 = 20_000;

/// The texts around question and evidence. [`Placeholder`]s in them are replaced when a prompt is built.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PromptTemplate {
    /// The system message; none is sent when it is empty.
    pub system: String,
    /// The user's message.
    pub user: String,
}

/// What stands for a value in a template, as `{{name}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The person's question.
    Question,
    /// The numbered passages.
    Evidence,
    /// The day of the run, as `YYYY-MM-DD`.
    Date,
}

impl Placeholder {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Question, Self::Evidence, Self::Date];

    /// The word between the braces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Evidence => "evidence",
            Self::Date => "date",
        }
    }
}

/// A stretch of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Sent as it is.
    Text(&'a str),
    /// Replaced by its value.
    Placeholder(Placeholder),
    /// A name that stands for nothing, without its braces.
    Unknown {
        /// The name.
        name: &'a str,
        /// Braces included: sent as it is.
        written: &'a str,
    },
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptIssue {
    /// The model gets no evidence.
    NoEvidence,
    /// The model does not get the question.
    NoQuestion,
    /// Nothing shows the model how to cite, so citations may be missing.
    NoCitationFormat,
    /// This name between braces stands for nothing and is sent as written.
    Unknown(String),
    /// Too long to keep.
    TooLong {
        /// Of both texts.
        characters: u32,
        /// The limit.
        most: u32,
    },
}

impl PromptIssue {
    /// Whether a template with it cannot be used.
    pub fn is_error(&self) -> bool {
        match self {
            Self::NoQuestion | Self::TooLong { .. } => true,
            Self::NoEvidence | Self::NoCitationFormat | Self::Unknown(_) => false,
        }
    }
}

impl PromptTemplate {
    /// Whether `placeholder` is in either text.
    pub fn has(&self, placeholder: Placeholder) -> bool {
        self.pieces().any(|piece| piece == Piece::Placeholder(placeholder))
    }

    /// What is wrong with it: what prevents its use first.
    pub fn check(&self) -> Vec<PromptIssue> {
        let mut issues = Vec::new();
        let characters = (self.system.chars().count() + self.user.chars().count()) as u32;
        if characters > MAX_PROMPT_CHARACTERS {
            issues.push(PromptIssue::TooLong { characters, most: MAX_PROMPT_CHARACTERS });
        }
        if !self.has(Placeholder::Question) {
            issues.push(PromptIssue::NoQuestion);
        }
        if !self.has(Placeholder::Evidence) {
            issues.push(PromptIssue::NoEvidence);
        } else if !shows_citation(&self.system) && !shows_citation(&self.user) {
            issues.push(PromptIssue::NoCitationFormat);
        }
        for piece in self.pieces() {
            if let Piece::Unknown { name, .. } = piece {
                let issue = PromptIssue::Unknown(name.to_owned());
                if !issues.contains(&issue) {
                    issues.push(issue);
                }
            }
        }
        issues
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        pieces(&self.system).chain(pieces(&self.user))
    }
}

/// `text` cut at its placeholders; the pieces as written are `text` again.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, tail) = first_piece(rest)?;
        rest = tail;
        Some(piece)
    })
}

/// The piece that `text` begins with, and what follows it.
fn first_piece(text: &str) -> Option<(Piece<'_>, &str)> {
    if let Some((piece, tail)) = placeholder(text) {
        return Some((piece, tail));
    }
    // Braces that overlap are tried one by one: in `{{{date}}}` the middle ones are a placeholder.
    let mut starts = text.match_indices('{').map(|(at, _)| at).skip_while(|at| *at == 0);
    let end = starts
        .find(|at| text.get(*at..).is_some_and(|rest| placeholder(rest).is_some()))
        .unwrap_or(text.len());
    let (literal, tail) = text.split_at_checked(end)?;
    (!literal.is_empty()).then_some((Piece::Text(literal), tail))
}

/// The placeholder that `text` begins with, known or not, and what follows it.
fn placeholder(text: &str) -> Option<(Piece<'_>, &str)> {
    let inside = text.strip_prefix("{{")?.trim_start_matches(' ');
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let after = inside.trim_start_matches(is_name);
    let name = inside.strip_suffix(after).filter(|name| !name.is_empty())?;
    let tail = after.trim_start_matches(' ').strip_prefix("}}")?;
    let known = Placeholder::ALL.into_iter().find(|placeholder| placeholder.name() == name);
    let written = text.strip_suffix(tail).unwrap_or(text);
    Some((known.map_or(Piece::Unknown { name, written }, Piece::Placeholder), tail))
}

/// Whether `text` has a citation as models are to write it: `[1]`, or `[n]` for any number.
fn shows_citation(text: &str) -> bool {
    text.split('[').skip(1).filter_map(|rest| rest.split_once(']')).any(|(inside, _)| {
        inside == "n" || (!inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
