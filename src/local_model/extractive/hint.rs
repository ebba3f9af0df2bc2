//! A question → what its answer should look like: a name, a time, a number, how often.

use crate::lexical::{Role, terms};
use crate::text::plain_words;

/// What an answer should have in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// A name that the question does not give.
    Name,
    /// A year, a date or a period.
    Time,
    /// A number.
    Number,
    /// How often something happens: `every 40 minutes`, `weekly`, `twice`.
    Frequency,
}

/// Question words and what they ask for, longest first, in the languages whose sentences are separated by spaces.
const WORDS: [(&str, Hint); 41] = [
    ("what percentage", Hint::Number),
    ("how frequently", Hint::Frequency),
    ("how many", Hint::Number),
    ("how much", Hint::Number),
    ("how often", Hint::Frequency),
    ("how large", Hint::Number),
    ("how tall", Hint::Number),
    ("how high", Hint::Number),
    ("how long", Hint::Number),
    ("how old", Hint::Number),
    ("how far", Hint::Number),
    ("how big", Hint::Number),
    ("wie viel", Hint::Number),
    ("wie viele", Hint::Number),
    ("wie lange", Hint::Number),
    ("wie oft", Hint::Frequency),
    ("wie hoch", Hint::Number),
    ("wie groß", Hint::Number),
    ("wie schnell", Hint::Number),
    ("wie weit", Hint::Number),
    ("wie alt", Hint::Number),
    ("in welchem jahr", Hint::Time),
    ("wo", Hint::Name),
    ("combien", Hint::Number),
    ("cuántos", Hint::Number),
    ("cuántas", Hint::Number),
    ("what year", Hint::Time),
    ("which year", Hint::Time),
    ("what decade", Hint::Time),
    ("what century", Hint::Time),
    ("what date", Hint::Time),
    ("when", Hint::Time),
    ("wann", Hint::Time),
    ("quand", Hint::Time),
    ("cuándo", Hint::Time),
    ("whom", Hint::Name),
    ("who", Hint::Name),
    ("where", Hint::Name),
    ("wer", Hint::Name),
    ("qui", Hint::Name),
    ("quién", Hint::Name),
];

/// The same for languages whose words are not separated.
const UNSPACED: [(&str, Hint); 17] = [
    ("多久一次", Hint::Frequency),
    ("多久", Hint::Number),
    ("多快", Hint::Number),
    ("多长", Hint::Number),
    ("多少", Hint::Number),
    ("几", Hint::Number),
    ("何人", Hint::Number),
    ("いくつ", Hint::Number),
    ("何时", Hint::Time),
    ("何年", Hint::Time),
    ("哪年", Hint::Time),
    ("什么时候", Hint::Time),
    ("いつ", Hint::Time),
    ("언제", Hint::Time),
    ("谁", Hint::Name),
    ("誰", Hint::Name),
    ("누구", Hint::Name),
];

/// What is measured: a question for it asks for a number.
const MEASURES: [&str; 18] = [
    "speed",
    "torque",
    "temperature",
    "pressure",
    "weight",
    "height",
    "length",
    "width",
    "distance",
    "age",
    "rate",
    "limit",
    "salary",
    "drehmoment",
    "temperatur",
    "druck",
    "gewicht",
    "geschwindigkeit",
];

/// Names of months that need no stem.
const MONTHS: [&str; 20] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
];

/// Other words that are about time even without a digit; stems are not needed, these do not inflect much.
const TIMES: [&str; 17] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "century",
    "decade",
    "centuries",
    "uhr",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
];

/// How often, in one word.
const FREQUENCIES: [&str; 35] = [
    "every",
    "each",
    "per",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "yearly",
    "annual",
    "annually",
    "once",
    "twice",
    "times",
    "always",
    "never",
    "alle",
    "jede",
    "jeden",
    "jedes",
    "jeder",
    "pro",
    "stündlich",
    "täglich",
    "wöchentlich",
    "monatlich",
    "jährlich",
    "einmal",
    "zweimal",
    "dreimal",
    "mal",
    "chaque",
    "tous",
    "fois",
    "cada",
];

/// The same where words are not separated.
const CJK_FREQUENCIES: [&str; 4] = ["每", "次", "毎", "回"];

/// What stands before the number of a place in a text.
const PLACES: [&str; 12] = [
    "section",
    "chapter",
    "page",
    "figure",
    "table",
    "step",
    "article",
    "abschnitt",
    "kapitel",
    "seite",
    "bild",
    "tabelle",
];

/// Numerals of Chinese and Japanese.
const CJK_NUMERALS: &str = "〇零一二三四五六七八九十百千万億亿两兩半";
/// What they measure time with.
const CJK_TIMES: &str = "年月日号時时点點";

/// Numbers in words.
const NUMBERS: [&str; 22] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "twenty", "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion", "half", "dozen",
];

/// Whether it is measured in numbers.
pub(super) fn is_measure(word: &str) -> bool {
    MEASURES.contains(&word)
}

/// What `question` asks for, if its words say so.
pub(super) fn hint(question: &str) -> Option<Hint> {
    let plain: Vec<&str> = plain_words(question).filter_map(|word| question.get(word)).collect();
    let words = format!(" {} ", plain.join(" ").to_lowercase());
    if let Some((_, hint)) = WORDS.iter().find(|(asked, _)| words.contains(&format!(" {asked} "))) {
        return Some(*hint);
    }
    if words.split(' ').any(is_measure) {
        return Some(Hint::Number);
    }
    // CJK writes no spaces, so its question words are looked for anywhere.
    UNSPACED.iter().find(|(asked, _)| question.contains(asked)).map(|(_, hint)| *hint)
}

/// Whether digits say how much: not those of a name (`K-40`), of a place in a text (`section 4`) or of a date (`4 March 2025`).
fn is_amount(before: &str, written: &str, behind: &str) -> bool {
    let in_name = before.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_alphabetic));
    let last = before.split_whitespace().next_back().unwrap_or("").to_lowercase();
    let next = behind.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or("");
    let is_month = |word: &str| MONTHS.contains(&word);
    let in_date = is_month(&last) || is_month(&next.to_lowercase());
    written.starts_with(char::is_numeric) && !in_name && !in_date && !PLACES.contains(&last.as_str())
}

/// Whether a word is part of a date: a month or a year.
pub(super) fn is_date(word: &str) -> bool {
    let is_year = word.len() == 4 && (word.starts_with('1') || word.starts_with("20"));
    MONTHS.contains(&word) || is_year && word.chars().all(|c| c.is_ascii_digit())
}

/// Whether `sentence` has something of that kind which is not in the question's `asked` terms.
pub(super) fn fits(hint: Hint, sentence: &str, asked: &[String]) -> bool {
    if hint == Hint::Frequency {
        let is_one = |word: &str| FREQUENCIES.contains(&word.to_lowercase().as_str());
        let mut words = plain_words(sentence).filter_map(|word| sentence.get(word));
        return words.any(is_one) || CJK_FREQUENCIES.iter().any(|sign| sentence.contains(sign));
    }
    terms(sentence).iter().filter(|term| term.role != Role::Stop && !asked.contains(&term.text)).any(|term| {
        let written = term.span.of(sentence);
        let digits = written.chars().filter(|c| c.is_numeric()).count();
        let lower = written.to_lowercase();
        match hint {
            Hint::Frequency => false,
            Hint::Number => {
                let before = sentence.get(..term.span.start as usize).unwrap_or("");
                let behind = sentence.get(term.span.end as usize..).unwrap_or("");
                digits > 0 && is_amount(before, written, behind)
                    || written.contains(|c| CJK_NUMERALS.contains(c))
                    || NUMBERS.contains(&lower.as_str())
            }
            Hint::Time => {
                let year = (3..=4).contains(&digits) && !written.contains(',');
                year || written.contains(|c| CJK_TIMES.contains(c))
                    || (MONTHS.contains(&lower.as_str()) || TIMES.contains(&lower.as_str()))
                        && (lower != "may" && lower != "march" || written != lower)
            }
            // The first word of a sentence says nothing by its capital.
            Hint::Name => {
                let before = sentence.get(..term.span.start as usize).unwrap_or("");
                let inner = before.chars().any(char::is_alphanumeric);
                let cased =
                    written.chars().any(char::is_lowercase) || written.chars().any(char::is_uppercase);
                !cased && digits == 0 || inner && written.chars().next().is_some_and(char::is_uppercase)
            }
        }
    })
}
