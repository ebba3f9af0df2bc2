//! Text → the language it is most likely written in.
//!
//! A script that one language uses names it; languages of the Latin and Cyrillic scripts are recognised by their commonest words. For a
//! filter and a figure, not for more.

use super::script::{is_hangul, is_unspaced};
use std::collections::HashSet;

/// Bytes from the beginning that are looked at.
const SAMPLE_BYTES: usize = 20_000;
/// Share of the words that have to be common ones, and how far ahead of the second language the first has to be.
const LEAST_SHARE: f32 = 0.05;

/// The commonest short words of languages that share a script.
const COMMON: [(&str, &str); 12] = [
    ("en", "the of and to in is that for with was are this from which by be on as it not have"),
    ("de", "der die das und ist nicht ein eine den von mit dem des zu auf für sich im werden auch als"),
    ("fr", "le la les des et est une du que pour dans qui sur pas avec au par plus ce sont aux"),
    ("es", "el los las del y es una que por con para se como más su al lo pero son entre"),
    ("it", "il di che è della per una con sono non del gli dei nel si le alla anche più da"),
    ("pt", "o os as do da em um uma que para com não por mais dos se ao foi são é"),
    ("nl", "de het een van en is dat op te zijn voor met niet aan er ook door bij worden"),
    ("sv", "och att det som en på är av för med den till inte har om ett var från"),
    ("pl", "w i na z do nie się jest że to przez od po dla oraz jak są był"),
    ("tr", "ve bir bu için ile da de olarak daha olan gibi en çok kadar sonra ne"),
    ("ru", "и в не на что с по как это из для от или также был его к их"),
    ("uk", "і в не на що з по як це із для від або також був його до їх та"),
];

/// The language's tag (BCP 47); nothing where it is not clear.
pub fn language(text: &str) -> Option<&'static str> {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= SAMPLE_BYTES).unwrap_or(text.len());
    let sample = text.get(..end).unwrap_or(text);
    by_script(sample).or_else(|| by_words(sample))
}

fn by_script(sample: &str) -> Option<&'static str> {
    let letters = sample.chars().filter(|c| c.is_alphabetic());
    let mut counts: [(&str, usize); 9] =
        ["ja", "ko", "zh", "th", "ar", "he", "el", "hi", ""].map(|tag| (tag, 0));
    let (mut total, mut kana) = (0usize, 0usize);
    for c in letters {
        total += 1;
        let tag = match c {
            '\u{3041}'..='\u{30FF}' => {
                kana += 1;
                "ja"
            }
            _ if is_hangul(c) => "ko",
            '\u{0E01}'..='\u{0E4E}' => "th",
            '\u{0600}'..='\u{06FF}' => "ar",
            '\u{0590}'..='\u{05FF}' => "he",
            '\u{0370}'..='\u{03FF}' => "el",
            '\u{0900}'..='\u{097F}' => "hi",
            _ if is_unspaced(c) => "zh",
            _ => "",
        };
        if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == tag) {
            *count += 1;
        }
    }
    let (tag, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    // Japanese is written with more Han than kana at times; Chinese has no kana.
    let tag = if tag == "zh" && kana * 10 > total { "ja" } else { tag };
    (!tag.is_empty() && count * 2 > total).then_some(tag)
}

fn by_words(sample: &str) -> Option<&'static str> {
    let lower = sample.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let share = |common: &str| {
        let common: HashSet<&str> = common.split(' ').collect();
        words.iter().filter(|word| common.contains(*word)).count() as f32 / words.len().max(1) as f32
    };
    let mut shares: Vec<(&str, f32)> = COMMON.iter().map(|(tag, common)| (*tag, share(common))).collect();
    shares.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    match shares.as_slice() {
        [(tag, first), (_, second), ..] if *first >= LEAST_SHARE && first > second => Some(tag),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let texts = [
            ("en", "The ferry leaves at noon, and it is not the one that was late."),
            ("de", "Die Fähre fährt um zwölf ab, und das ist nicht die, mit der wir gekommen sind."),
            ("fr", "Le bateau part à midi et ce n'est pas celui qui est dans le port."),
            ("es", "El barco sale a las doce y es el que viene de la isla con los turistas."),
            ("zh", "渡轮中午出发，不是昨天晚点的那一班。"),
            ("ja", "フェリーは正午に出発します。昨日遅れた便ではありません。"),
            ("ko", "페리는 정오에 출발합니다."),
            ("ar", "تغادر العبارة عند الظهر."),
            ("ru", "Паром уходит в полдень, и это не тот, что опоздал на час."),
        ];
        for (tag, text) in texts {
            assert_eq!(language(text), Some(tag), "{text}");
        }
        assert_eq!((language(""), language("12 34 km/h"), language("Xyzzy plugh")), (None, None, None));
    }
}
