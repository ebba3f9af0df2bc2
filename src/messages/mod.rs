//! A problem → its text, in a language. Everything before says what happened by code; only the screen shows it as text.
//!
//! A language is a file of templates, three lines a code (the head of `en.txt` says how), searched when something is shown:
//! problems are rare, and nothing has to be built or kept. `tests/it/messages.rs` holds the files to the list of codes.

use crate::format;
use crate::types::{Argument, UserError, problem::phrase};

/// The texts of a language.
#[derive(Clone, Copy, Debug)]
pub struct Catalogue {
    /// The templates.
    pub text: &'static str,
    /// Which of a word's forms goes with a number.
    plural: fn(u64) -> usize,
}

/// English.
pub const ENGLISH: Catalogue =
    Catalogue { text: include_str!("en.txt"), plural: |count| usize::from(count != 1) };

/// A code's lines.
struct Entry<'a> {
    names: &'a str,
    message: &'a str,
    hint: &'a str,
}

/// What a template is filled from.
#[derive(Clone, Copy)]
struct Filling<'a> {
    names: &'a str,
    arguments: &'a [Argument],
    in_column: bool,
}

impl Catalogue {
    /// What happened, in a sentence.
    pub fn message(&self, error: &UserError) -> String {
        self.text_of(error, true, |entry| entry.message)
    }

    /// What to do about it; empty where there is nothing to say.
    pub fn hint(&self, error: &UserError) -> String {
        self.text_of(error, true, |entry| entry.hint)
    }

    /// Both as sentences, for a terminal.
    pub fn sentences(&self, error: impl Into<UserError>) -> String {
        let error = error.into();
        let message = self.message(&error);
        let stop = if message.ends_with('.') { "" } else { "." };
        format!("{message}{stop} {}", self.hint(&error))
    }

    fn text_of(&self, error: &UserError, in_column: bool, part: fn(Entry<'_>) -> &str) -> String {
        let name = error.code.name();
        // A problem of another version of this program: at least it is named.
        let Some(entry) = self.entry(name) else { return name.to_owned() };
        let in_column = in_column && name != "with.no_column";
        let filling = Filling { names: entry.names, arguments: &error.arguments, in_column };
        match part(entry) {
            "-" => String::new(),
            template => self.fill(template, filling).0,
        }
    }

    fn entry(&self, name: &str) -> Option<Entry<'static>> {
        let mut lines = self.text.lines();
        loop {
            let Some(names) = lines.next()?.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')) else {
                continue;
            };
            let names = names.strip_suffix(')').unwrap_or(names);
            return Some(Entry { names, message: lines.next()?, hint: lines.next()? });
        }
    }

    /// The template with its blanks filled, and whether one of them was filled with nothing.
    fn fill(&self, template: &str, filling: Filling<'_>) -> (String, bool) {
        let (mut text, mut any_empty, mut rest) = (String::new(), false, template);
        while let Some((before, opened)) = rest.split_once(['{', '[']) {
            let is_blank = rest.as_bytes().get(before.len()) == Some(&b'{');
            let (inside, after) = opened.split_once(if is_blank { '}' } else { ']' }).unwrap_or((opened, ""));
            text.push_str(before);
            if is_blank {
                let filled = self.blank(inside, filling);
                any_empty |= filled.is_empty();
                text.push_str(&filled);
            } else if let (part, false) = self.fill(inside, filling) {
                text.push_str(&part);
            }
            rest = after;
        }
        text.push_str(rest);
        (text, any_empty)
    }

    fn blank(&self, blank: &str, filling: Filling<'_>) -> String {
        if blank.eq_ignore_ascii_case("again") {
            let phrase =
                if filling.in_column { phrase::again_in_column() } else { phrase::again_elsewhere() };
            let phrase = self.message(&phrase);
            return if blank == "Again" { capitalised(&phrase) } else { phrase };
        }
        let name = blank.split(['#', '.']).next().unwrap_or(blank);
        let place = filling.names.split(", ").position(|known| known == name);
        let Some(argument) = place.and_then(|place| filling.arguments.get(place)) else {
            return String::new();
        };
        match (argument, blank.split_once('#')) {
            (Argument::Count(count), Some((_, forms))) => {
                forms.split('|').nth((self.plural)(*count)).unwrap_or(forms).to_owned()
            }
            (Argument::Error(inner), _) if blank.ends_with(".hint") => {
                self.text_of(inner, filling.in_column, |entry| entry.hint)
            }
            (Argument::Error(inner), _) => self.text_of(inner, filling.in_column, |entry| entry.message),
            (Argument::Text(text), _) => text.clone(),
            (Argument::Count(count), None) => count.to_string(),
            (Argument::Bytes(bytes), _) => format::bytes(*bytes),
            (Argument::Millis(millis), _) => format::duration(*millis),
            (Argument::Usd(usd), _) => format::fixed(*usd, 4),
            (Argument::Number(number), _) => {
                let text = format::fixed(*number, 4);
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
