use super::Offer;

/// The offers that a query means, the best first; all in their order where nothing is typed.
pub fn find(offers: &[Offer], query: &str) -> Vec<Offer> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let score = |offer: &Offer| {
        let (title, keywords) = (offer.title.to_lowercase(), offer.keywords);
        words.iter().try_fold(0, |sum, word| Some(sum + score(&title, keywords, word)?))
    };
    let mut found: Vec<(u32, &Offer)> =
        offers.iter().filter_map(|offer| Some((score(offer)?, offer))).collect();
    found.sort_by_key(|(score, _)| *score);
    found.into_iter().map(|(_, offer)| offer.clone()).collect()
}

/// How far a typed word is from an offer; nothing where it does not fit at all.
fn score(title: &str, keywords: &str, word: &str) -> Option<u32> {
    let begins =
        |text: &str| text.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word));
    match () {
        () if title.starts_with(word) => Some(0),
        () if begins(title) => Some(1),
        () if title.contains(word) => Some(2),
        () if begins(keywords) => Some(3),
        () if word.chars().count() > 1 && is_abbreviation(title, word) => Some(4),
        () => None,
    }
}

/// Whether the letters of `word` stand in `text` in that order, the first of them at the beginning of a word: `aca` is *add a
/// column*.
fn is_abbreviation(text: &str, word: &str) -> bool {
    let starts = text.char_indices().filter(|(at, _)| {
        text.get(..*at)
            .and_then(|before| before.chars().last())
            .is_none_or(|before| !before.is_alphanumeric())
    });
    let follows = |rest: &str| {
        let mut letters = rest.chars();
        word.chars().all(|wanted| letters.any(|letter| letter == wanted))
    };
    let mut first = starts.filter(|(_, letter)| word.starts_with(*letter));
    first.any(|(at, _)| text.get(at..).is_some_and(follows))
}

#[cfg(test)]
mod tests {
    use super::super::{Context, offered};
    use super::*;

    fn titles(query: &str) -> Vec<String> {
        let context =
            Context { has_question: true, has_run: true, can_add_column: true, ..Context::default() };
        find(&offered(&context), query).into_iter().map(|offer| offer.title).collect()
    }

    #[test]
    fn beginnings_come_before_middles_and_names_before_keywords() {
        assert_eq!(titles("set"), ["Settings", "Column sets"]);
        assert_eq!(titles("ask")[..2], ["Ask", "Ask again"]);
        assert_eq!(titles("again ask"), ["Ask again"]);
        assert_eq!(titles("vault"), ["Providers"]);
        assert_eq!(titles("DARK"), ["Theme: use light"]);
    }

    #[test]
    fn letters_in_order_are_enough_and_wrong_ones_too_many() {
        assert_eq!(titles("adcol"), ["Add column"]);
        assert_eq!(titles("expr"), ["Export run"]);
        assert!(titles("zzz").is_empty());
        assert_eq!(titles("  ").len(), titles("").len());
        // Letters that are longer in lower case do not end within one.
        assert!(titles("İß").is_empty());
    }
}
