//! A question → the terms that a sentence should have, and how far a sentence's term is one of them.

use crate::lexical::{Role, query_terms, terms};
use crate::text::{is_cjk, plain_words};

/// Words of German, French and Spanish that say nothing by themselves; English ones are `Role::Stop`. Some are words of
/// English too (`war`, `die`), so that they are words of a question in English.
const FUNCTION_WORDS: &str = " \
    der die das den dem des ein eine einen einem einer eines und oder aber ist sind war waren wird werden wurde wurden hat \
    haben hatte muss müssen kann können darf dürfen soll sollen gibt es er sie wir ihr ich man nicht kein keine wann wie viel \
    viele wo wohin woher wer wen wem wessen was warum wieso weshalb welche welcher welches welchem welchen mit von zu zum zur \
    im in am an auf aus bei für nach über unter vor seit bis durch um als auch nur sich so \
    le la les un une des du de et ou est sont était être a ont que qui quoi quel quelle quels quelles quand où comment combien \
    pourquoi dans sur pour par avec au aux en se ne pas ce cette il elle \
    el los las una unos unas y o es son fue ser ha han qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuántos cuántas \
    por para con en del al se no su sus lo ";

/// Characters of Chinese and Japanese that only ask or connect; a part of another stands after it.
const FUNCTION_CHARACTERS: [&str; 43] = [
    "什么时候",
    "为什么",
    "怎么样",
    "多少钱",
    "ですか",
    "ますか",
    "でしょうか",
    "どこ",
    "いつ",
    "だれ",
    "なぜ",
    "どの",
    "なに",
    "什么",
    "哪里",
    "哪个",
    "哪些",
    "哪儿",
    "多少",
    "多久",
    "多快",
    "多长",
    "多大",
    "多高",
    "怎么",
    "何人",
    "何年",
    "何时",
    "应该",
    "可以",
    "几",
    "谁",
    "誰",
    "何",
    "吗",
    "呢",
    "的",
    "是",
    "有",
    "在",
    "了",
    "要",
    "叫",
];

/// How questions begin whose answer is a list.
const LISTS: [&str; 7] =
    ["list ", "name all", "what are the", "what items", "welche teile", "nenne", "zähle"];

/// What a question asks for.
pub(super) struct Asked {
    /// Its terms, each once.
    pub terms: Vec<String>,
    /// Of these the names, where the question's writing tells: an answer has more than them.
    pub names: Vec<String>,
    /// Of these what is counted by "how many".
    pub counted: Vec<String>,
    /// Of these what is measured: the answer has a number.
    pub measures: Vec<String>,
    /// An answer is a list.
    pub is_list: bool,
}

impl Asked {
    pub(super) fn of(question: &str) -> Self {
        let plain = without_function_characters(question);
        let lower = question.trim().to_lowercase();
        let all: Vec<String> = query_terms(&plain).into_iter().map(|(term, _)| term).collect();
        let english = is_english(question);
        let says = |term: &&String| {
            let is_function_word = !english && FUNCTION_WORDS.contains(&format!(" {term} "));
            !is_function_word && !term.chars().all(is_hiragana)
        };
        let telling: Vec<String> = all.iter().filter(says).cloned().collect();
        let whole = || query_terms(question).into_iter().map(|(term, _)| term).collect();
        let terms = if telling.is_empty() { whole() } else { telling };
        Self {
            names: names(question).into_iter().filter(|name| terms.contains(name)).collect(),
            counted: counted(question).into_iter().filter(|noun| terms.contains(noun)).collect(),
            measures: measures(question).into_iter().filter(|noun| terms.contains(noun)).collect(),
            is_list: LISTS.iter().any(|list| lower.starts_with(list)) || question.contains("哪些"),
            terms,
        }
    }

    /// Whether `term` is asked for, at least by its stem or as a part of a compound.
    pub(super) fn has(&self, term: &str) -> bool {
        self.terms.iter().any(|asked| nearness(asked, term) > 0.0)
    }
}

/// How far a sentence's term is what is asked for: 1 for the same, less for another form of the word (`ersetzt`, `ersetzen`),
/// less still for a part of a compound (`Tragseil`, `Seil`).
pub(super) fn nearness(asked: &str, term: &str) -> f32 {
    if asked == term {
        return 1.0;
    }
    let (a, b) = (asked.chars().count(), term.chars().count());
    let common = asked.chars().zip(term.chars()).take_while(|(a, b)| a == b).count();
    let (long, short) = if a > b { (asked, term) } else { (term, asked) };
    let nearness = if common >= 5 && common + 3 >= a.max(b) {
        0.8
    } else if a.min(b) >= 4 && a.max(b) >= a.min(b) + 3 && long.ends_with(short) {
        0.6
    } else {
        return 0.0;
    };
    // Last, since few pairs come so far: numbers and CJK have neither forms nor compounds of this kind.
    let is_word = |text: &str| text.chars().all(|c| c.is_alphabetic() && !is_cjk(c));
    if is_word(asked) && is_word(term) { nearness } else { 0.0 }
}

/// Whether a question is in English, which its stop words tell.
fn is_english(question: &str) -> bool {
    terms(question).iter().filter(|term| term.role == Role::Stop).count() >= 2
}

fn is_hiragana(c: char) -> bool {
    ('\u{3040}'..='\u{309f}').contains(&c)
}

fn without_function_characters(question: &str) -> String {
    if !question.chars().any(is_cjk) {
        return question.to_owned();
    }
    FUNCTION_CHARACTERS.iter().fold(question.to_owned(), |text, signs| text.replace(signs, " "))
}

/// Terms of an English question that are written with a capital within it: other languages write every noun so.
fn names(question: &str) -> Vec<String> {
    if !is_english(question) {
        return Vec::new();
    }
    let all = terms(question);
    let first = plain_words(question).next().map_or(0, |word| word.end);
    let is_name = |written: &str| written.starts_with(char::is_uppercase);
    let inner =
        all.iter().filter(|term| term.span.start as usize >= first && is_name(term.span.of(question)));
    inner.filter(|term| term.role != Role::Stop).map(|term| term.text.clone()).collect()
}

/// The two terms behind "how many".
fn counted(question: &str) -> Vec<String> {
    let lower = question.to_lowercase();
    let behind = ["how many ", "wie viele "].iter().find_map(|asked| lower.split_once(asked));
    behind.map_or_else(Vec::new, |(_, rest)| {
        query_terms(rest).into_iter().map(|(term, _)| term).take(2).collect()
    })
}

/// What is measured, by a question for it: `at what speed`, not `is there a speed limit`.
fn measures(question: &str) -> Vec<String> {
    let lower = question.to_lowercase();
    let asks = ["what ", "which ", "welche", "wie "].iter().any(|asked| lower.contains(asked));
    let words = plain_words(&lower).filter_map(|word| lower.get(word));
    let measures: Vec<&str> = words.filter(|word| asks && super::hint::is_measure(word)).collect();
    query_terms(&measures.join(" ")).into_iter().map(|(term, _)| term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_only_ask_are_no_terms() {
        assert_eq!(Asked::of("Seit wann gibt es die Pelletheizung?").terms, ["pelletheizung"]);
        assert_eq!(Asked::of("Wer ist das?").terms, ["wer", "ist", "das"]);
        assert_eq!(Asked::of("When did the war end?").terms, ["war", "end"]);
        for (question, expected) in
            [("年假有几天？", &["年假"] as &[&str]), ("访客要戴什么颜色的胸牌？", &["访客", "颜色", "胸牌"])]
        {
            let terms = Asked::of(question).terms;
            assert!(expected.iter().all(|term| terms.iter().any(|asked| asked == term)), "{terms:?}");
            assert!(!terms.iter().any(|term| term.contains(['有', '几', '什', '么', '的'])), "{terms:?}");
        }
    }

    #[test]
    fn forms_and_parts_of_a_word_are_near_and_others_are_not() {
        assert!(nearness("ersetzt", "ersetzen") > 0.7 && nearness("tragseil", "seil") > 0.5);
        for (asked, term) in
            [("internet", "international"), ("art", "party"), ("1987", "19870"), ("冬雪", "雪")]
        {
            assert_eq!(nearness(asked, term), 0.0, "{asked} {term}");
        }
    }

    #[test]
    fn names_and_what_is_counted_are_known() {
        let asked = Asked::of("What is Morag Ellery's annual salary?");
        assert_eq!(asked.names.len(), 2, "{:?}", asked.names);
        assert!(Asked::of("Wie hoch ist die Rücklage?").names.is_empty());
        assert_eq!(Asked::of("How many door switches were ordered?").counted, ["door", "switch"]);
    }
}
