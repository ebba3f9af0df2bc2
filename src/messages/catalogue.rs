//! A file of templates. Problems are rare: their entries are searched when one is shown. Texts of the page are many, and are
//! found by their English. `tests/it/messages.rs` holds the files to the list of codes and to the texts in the source.

use crate::format::{self, Numbers};
use crate::types::{Argument, UserError, problem::phrase};

/// The texts of a language.
#[derive(Clone, Debug)]
pub struct Catalogue {
    /// The file.
    text: &'static str,
    /// What it says about the language.
    head: Head,
    /// Which of a word's forms goes with a number.
    plural: fn(u64) -> usize,
    /// Texts of the page, English and translated, sorted; empty for English.
    page: Vec<(&'static str, &'static str)>,
}

/// How a language writes what is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its name in itself.
    pub name: &'static str,
    /// Numbers.
    pub numbers: Numbers,
    /// Moments.
    pub date: DatePattern,
}

/// `{year}-{month}-{day} {hour}:{minute}`, in that language's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatePattern(&'static str);

impl DatePattern {
    /// With its blanks filled.
    pub fn fill(self, [year, month, day, hour, minute]: [u32; 5]) -> String {
        let blanks = [("{month}", month), ("{day}", day), ("{hour}", hour), ("{minute}", minute)];
        let text = self.0.replace("{year}", &year.to_string());
        blanks.iter().fold(text, |text, (blank, value)| text.replace(blank, &format!("{value:02}")))
    }
}

/// English.
pub static ENGLISH: Catalogue = Catalogue {
    text: include_str!("en.txt"),
    head: Head {
        name: "English",
        numbers: Numbers::ENGLISH,
        date: DatePattern("{year}-{month}-{day} {hour}:{minute}"),
    },
    plural: |count| usize::from(count != 1),
    page: Vec::new(),
};

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
    /// A language's file; nothing when its head does not say what it must.
    pub fn parse(file: &'static str) -> Option<Self> {
        let mut lines = file.lines();
        let mut value =
            |key: &str| lines.by_ref().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        let (name, numbers, date) = (value("name")?, value("numbers")?, value("date")?);
        let plural: fn(u64) -> usize = match value("plural")? {
            "not one" => |count| usize::from(count != 1),
            "above one" => |count| usize::from(count > 1),
            "never" => |_| 0,
            _ => return None,
        };
        // `1.234,5 $`, or `$1.234,5`.
        let mut marks = numbers.chars().filter(|letter| !letter.is_ascii_digit() && *letter != '$');
        let numbers =
            Numbers { group: marks.next()?, decimal: marks.next()?, currency_last: numbers.ends_with('$') };
        let mut page: Vec<_> = page_entries(file).collect();
        page.sort_unstable();
        Some(Self { text: file, head: Head { name, numbers, date: DatePattern(date) }, plural, page })
    }

    /// What it says about the language.
    pub fn head(&self) -> Head {
        self.head
    }

    /// The file.
    pub fn file(&self) -> &'static str {
        self.text
    }

    /// A text of the page; in English where there is no other.
    pub(super) fn lookup<'a>(&self, english: &'a str) -> &'a str
    where
        'static: 'a,
    {
        let found = self.page.binary_search_by_key(&english, |(english, _)| english);
        found.ok().and_then(|at| self.page.get(at)).map_or(english, |(_, text)| text)
    }

    pub(super) fn filled(&self, english: &'static str, names: &str, arguments: &[Argument]) -> String {
        self.fill(self.lookup(english), Filling { names, arguments, in_column: true }).0
    }

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
            (Argument::Count(count), None) => format::count(*count),
            (Argument::Bytes(bytes), _) => format::bytes(*bytes),
            (Argument::Millis(millis), _) => format::duration(*millis),
            (Argument::Usd(usd), _) => format::decimal(*usd, 4),
            (Argument::Number(number), _) => {
                let text = format::decimal(*number, 4);
                text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
            }
        }
    }
}

/// The texts of the page in a language's file: blocks of two lines, the English and the translation.
fn page_entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.split("\n\n").filter_map(|block| {
        let mut lines = block.lines().filter(|line| !line.starts_with('#'));
        match (lines.next(), lines.next(), lines.next()) {
            (Some(english), Some(text), None) => Some((english, text)),
            _ => None,
        }
    })
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
