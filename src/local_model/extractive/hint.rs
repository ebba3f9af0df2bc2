//! A question → what its answer should look like: a name, a time, a number.

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
}

/// Question words and what they ask for, longest first, in the languages whose sentences are separated by spaces.
const WORDS: [(&str, Hint); 32] = [
    ("what percentage", Hint::Number),
    ("how frequently", Hint::Number),
    ("how many", Hint::Number),
    ("how much", Hint::Number),
    ("how often", Hint::Number),
    ("how large", Hint::Number),
    ("how tall", Hint::Number),
    ("how high", Hint::Number),
    ("how long", Hint::Number),
    ("how old", Hint::Number),
    ("how far", Hint::Number),
    ("how big", Hint::Number),
    ("wie viel", Hint::Number),
    ("wie viele", Hint::Number),
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

/// Words that are about time even without a digit; stems are not needed, these do not inflect much.
const TIMES: [&str; 22] = [
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
];

/// Numbers in words.
const NUMBERS: [&str; 22] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "twenty", "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion", "half", "dozen",
];

/// What `question` asks for, if its words say so.
pub(super) fn hint(question: &str) -> Option<Hint> {
    let plain: Vec<&str> = plain_words(question).filter_map(|word| question.get(word)).collect();
    let words = format!(" {} ", plain.join(" ").to_lowercase());
    // CJK writes no spaces, so its question words are looked for anywhere.
    let unspaced =
        [("何人", Hint::Number), ("多少", Hint::Number), ("いくつ", Hint::Number), ("几", Hint::Number)]
            .into_iter()
            .chain([("誰", Hint::Name), ("谁", Hint::Name), ("いつ", Hint::Time), ("何年", Hint::Time)])
            .chain([
                ("什么时候", Hint::Time),
                ("哪年", Hint::Time),
                ("언제", Hint::Time),
                ("누구", Hint::Name),
            ]);
    let spaced = WORDS.iter().find(|(asked, _)| words.contains(&format!(" {asked} ")));
    spaced
        .copied()
        .or_else(|| unspaced.into_iter().find(|(asked, _)| question.contains(asked)))
        .map(|(_, hint)| hint)
}

/// Whether `sentence` has something of that kind which is not in the question's `asked` terms.
pub(super) fn fits(hint: Hint, sentence: &str, asked: &[String]) -> bool {
    terms(sentence).iter().filter(|term| term.role != Role::Stop && !asked.contains(&term.text)).any(|term| {
        let written = term.span.of(sentence);
        let digits = written.chars().filter(|c| c.is_numeric()).count();
        let lower = written.to_lowercase();
        match hint {
            Hint::Number => digits > 0 || NUMBERS.contains(&lower.as_str()),
            Hint::Time => {
                let year = (3..=4).contains(&digits) && !written.contains(',');
                year || TIMES.contains(&lower.as_str())
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
