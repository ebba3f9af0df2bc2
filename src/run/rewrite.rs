//! A question → the prompt for a model → the queries in its answer.

use crate::types::problem::rewrite;
use crate::types::{
    Message, ModelRef, Piece, Placeholder, QueryRewrite, RewriteKind, Role, UserError, pieces,
};

/// Most characters of the prompt around the question.
pub const MAX_REWRITE_CHARACTERS: usize = 8_000;
/// Most queries of an answer that are searched.
const MAX_QUERIES: usize = 5;
/// A query longer than this is cut: it is none.
const MAX_QUERY_CHARS: usize = 500;
/// Most characters of a hypothetical answer: the built-in embedder reads about half of them.
const MAX_PASSAGE_CHARS: usize = 2_000;

const REWRITE: &str = "\
Rewrite the question as one search query that can be understood by itself. Name what is searched for; leave out greetings \
and filler. Keep its language. Do not answer it. Reply with the query only.

Question: {{question}}";

const MULTI_QUERY: &str = "\
Write 3 different search queries that would find documents answering the question: use other words or another point of view in each. \
Keep its language. Do not answer it. Reply with the queries only, one a line.

Question: {{question}}";

const HYDE: &str = "\
Write a short passage, at most 5 sentences, as it might stand in a document that answers the question. Keep its language. \
Begin with the passage at once: no introduction, no remarks.

Question: {{question}}";

/// The default prompt for a kind of query rewriting where the person has written no prompt.
pub fn default_rewrite_prompt(kind: RewriteKind) -> &'static str {
    match kind {
        RewriteKind::Rewrite => REWRITE,
        RewriteKind::MultiQuery => MULTI_QUERY,
        RewriteKind::Hyde => HYDE,
    }
}

/// Whether it can be used.
///
/// # Errors
/// The prompt has no place for the question, or is too long; or the model does not write.
pub fn validate_rewrite(wanted: &QueryRewrite) -> Result<(), UserError> {
    if wanted.model == ModelRef::Extractive {
        return Err(rewrite::cannot_rewrite());
    }
    let question = Piece::Placeholder(Placeholder::Question);
    if !pieces(&wanted.prompt).any(|piece| piece == question) {
        return Err(rewrite::no_question("{{question}}"));
    }
    let count = wanted.prompt.chars().count();
    if count > MAX_REWRITE_CHARACTERS {
        return Err(rewrite::too_long(count as u64, MAX_REWRITE_CHARACTERS as u64));
    }
    Ok(())
}

/// The conversation by which a model makes queries of a question. The question is put in as it is: braces in it stand for nothing,
/// and so does every other name between braces in the prompt.
pub fn rewrite_messages(wanted: &QueryRewrite, question: &str) -> Vec<Message> {
    let mut content = String::new();
    for piece in pieces(&wanted.prompt) {
        match piece {
            Piece::Text(text) | Piece::Unknown { written: text, .. } => content.push_str(text),
            Piece::Placeholder(Placeholder::Question) => content.push_str(question.trim()),
            Piece::Placeholder(other) => {
                content.extend(["{{", other.name(), "}}"]);
            }
        }
    }
    vec![Message { role: Role::User, content }]
}

/// The queries in a model's answer, however it dressed them: without list marks, quotation marks, introductions, repetitions and the
/// question itself. None where there is nothing to search for.
pub fn rewritten_queries(kind: RewriteKind, question: &str, answer: &str) -> Vec<String> {
    let answer = without_thoughts(answer);
    let found = match kind {
        RewriteKind::Hyde => vec![passage(answer)],
        RewriteKind::Rewrite | RewriteKind::MultiQuery => {
            listed(answer).unwrap_or_else(|| lines(answer).collect())
        }
    };
    let most = if kind == RewriteKind::MultiQuery { MAX_QUERIES } else { 1 };
    let mut seen = vec![folded(question)];
    let mut queries = Vec::new();
    for query in found {
        let folded = folded(&query);
        if !folded.is_empty() && !seen.contains(&folded) {
            seen.push(folded);
            queries.push(query);
        }
    }
    queries.truncate(most);
    queries
}

/// Small reasoning models think aloud between tags, in the text of the answer.
fn without_thoughts(answer: &str) -> &str {
    answer.rsplit_once("</think>").map_or(answer, |(_, rest)| rest).trim()
}

/// The strings of a JSON array, which models like to answer with, fenced or not.
fn listed(answer: &str) -> Option<Vec<String>> {
    let (start, end) = (answer.find('[')?, answer.rfind(']')?);
    let array: Vec<String> = serde_json::from_str(answer.get(start..=end)?).ok()?;
    Some(array.iter().map(|text| query(text)).collect())
}

fn lines(answer: &str) -> impl Iterator<Item = String> {
    let is_fence = |line: &str| line.starts_with("```") || line == "[" || line == "]";
    let lines = answer.lines().map(str::trim).filter(move |line| !line.is_empty() && !is_fence(line));
    // A heading or an introduction announces the queries: `Sure! Here are three:`.
    lines.filter(|line| !line.ends_with(':') && !line.ends_with(":**")).map(query)
}

/// A line without what stands around its query.
fn query(line: &str) -> String {
    let line = unmarked(line.trim());
    let label = ["Rewritten question:", "Search query:", "Rewritten query:", "Query:", "Question:"];
    let is_label =
        |label: &&str| line.get(..label.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(label));
    let line = label.into_iter().find(is_label).and_then(|label| line.get(label.len()..)).unwrap_or(line);
    let line = line.trim().trim_end_matches(',');
    let line = line.trim_matches(['"', '“', '”', '„', '«', '»', '*', '`', '\'', '_']).trim();
    line.chars().take(MAX_QUERY_CHARS).collect::<String>().trim_end().to_owned()
}

/// A line without bullet or number: `- `, `* `, `1. `, `2) `, `(3) `, `Query 1: `.
fn unmarked(line: &str) -> &str {
    let line = line.trim_start_matches(['-', '*', '•', '–', '—', '#', '>']).trim_start();
    let bare = ["Query ", "query "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
    let bare = bare.strip_prefix('(').unwrap_or(bare);
    let rest = bare.trim_start_matches(|letter: char| letter.is_ascii_digit());
    // More digits are a year.
    let is_numbered = (1..=2).contains(&(bare.len() - rest.len()));
    // A query may begin with a number: `2024 budget`, `3.5 mm plugs`.
    let marked = rest.strip_prefix(['.', ')', ':']).filter(|after| after.starts_with([' ', '\t', '*', '"']));
    match marked {
        Some(after) if is_numbered => after.trim_start(),
        _ => line,
    }
}

/// A hypothetical answer, whole but for an introduction on a line of its own.
fn passage(answer: &str) -> String {
    let answer = answer.trim().trim_start_matches("```").trim_end_matches("```").trim();
    let rest = match answer.split_once('\n') {
        Some((first, rest)) if first.trim_end().ends_with([':']) && !rest.trim().is_empty() => rest.trim(),
        _ => answer,
    };
    let rest = rest.trim_matches(['"', '“', '”']);
    rest.chars().take(MAX_PASSAGE_CHARS).collect::<String>().trim().to_owned()
}

/// What tells two queries apart: their letters and digits.
fn folded(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUESTION: &str = "Who built the lighthouse?";

    fn several(answer: &str) -> Vec<String> {
        rewritten_queries(RewriteKind::MultiQuery, QUESTION, answer)
    }

    fn one(answer: &str) -> Vec<String> {
        rewritten_queries(RewriteKind::Rewrite, QUESTION, answer)
    }

    fn wanted(prompt: &str) -> QueryRewrite {
        QueryRewrite { kind: RewriteKind::Rewrite, model: ModelRef::SmolLm2, prompt: prompt.into() }
    }

    #[test]
    fn a_question_is_put_in_once_and_its_braces_stand_for_nothing() {
        let content =
            |prompt: &str, question: &str| rewrite_messages(&wanted(prompt), question).remove(0).content;
        assert_eq!(content("Q: {{question}} / {{ question }}", " why? "), "Q: why? / why?");
        assert_eq!(content("Q: {{question}}", "{{question}} and {{date}}"), "Q: {{question}} and {{date}}");
        assert_eq!(content("{{evidence}} {{other}} {{question}}", "w"), "{{evidence}} {{other}} w");
    }

    #[test]
    fn a_prompt_needs_a_place_for_the_question_and_a_model_that_writes() {
        for kind in RewriteKind::ALL {
            let prompt = default_rewrite_prompt(kind).to_owned();
            let usable = QueryRewrite { kind, model: ModelRef::SmolLm2, prompt };
            assert_eq!(validate_rewrite(&usable), Ok(()));
            let quotes = QueryRewrite { model: ModelRef::Extractive, ..usable };
            assert_eq!(validate_rewrite(&quotes), Err(rewrite::cannot_rewrite()));
        }
        assert_eq!(validate_rewrite(&wanted("Search!")), Err(rewrite::no_question("{{question}}")));
        let long = format!("{{{{question}}}}{}", "x".repeat(MAX_REWRITE_CHARACTERS));
        assert!(validate_rewrite(&wanted(&long)).is_err());
    }

    #[test]
    fn queries_are_found_however_they_are_dressed() {
        let plain = ["builder of the lighthouse", "engineer of Skarv lighthouse", "1874 construction"];
        for answer in [
            "builder of the lighthouse\nengineer of Skarv lighthouse\n1874 construction",
            "1. builder of the lighthouse\n2. engineer of Skarv lighthouse\n3. 1874 construction",
            "1) builder of the lighthouse\n\n2) engineer of Skarv lighthouse\n\n3) 1874 construction",
            "- builder of the lighthouse\n* engineer of Skarv lighthouse\n• 1874 construction",
            "Sure! Here are three queries:\n\n1. **builder of the lighthouse**\n2. \"engineer of Skarv lighthouse\"\n3. `1874 construction`",
            "**Queries:**\n- Query: builder of the lighthouse\n- “engineer of Skarv lighthouse”\n- 1874 construction",
            "Query 1: builder of the lighthouse\nQuery 2: engineer of Skarv lighthouse\nQuery 3: 1874 construction",
            r#"["builder of the lighthouse", "engineer of Skarv lighthouse", "1874 construction"]"#,
            "```json\n[\n  \"builder of the lighthouse\",\n  \"engineer of Skarv lighthouse\",\n  \"1874 construction\"\n]\n```",
            "<think>\nThree of them:\n1. no\n</think>\nbuilder of the lighthouse\nengineer of Skarv lighthouse\n1874 construction",
        ] {
            assert_eq!(several(answer), plain, "{answer}");
        }
    }

    #[test]
    fn the_question_repetitions_and_nothing_are_no_queries() {
        for answer in
            ["", "  \n ", "...", "[]", "Here you go:", "who built the LIGHTHOUSE", "<think>Hm</think>"]
        {
            assert_eq!(several(answer), [""; 0], "{answer}");
            assert_eq!(one(answer), [""; 0], "{answer}");
        }
        assert_eq!(several("a lamp\nA lamp!\n1. \"a lamp\"\nWho built the lighthouse"), ["a lamp"]);
        let many: String = (1..40).map(|number| format!("{number}. query {number}\n")).collect();
        assert_eq!(several(&many), ["query 1", "query 2", "query 3", "query 4", "query 5"]);
        assert_eq!(several(&"ä".repeat(900))[0].chars().count(), 500);
        assert_eq!(
            several("3.5 mm plugs\n2024 budget\n(2019) report"),
            ["3.5 mm plugs", "2024 budget", "(2019) report"]
        );
    }

    #[test]
    fn of_several_rewritten_questions_the_first_counts() {
        assert_eq!(
            one("Rewritten question: **Ingrid Aas lighthouse**\nIt is better."),
            ["Ingrid Aas lighthouse"]
        );
        assert_eq!(one("Sure! Here it is:\n\"Skarv lighthouse builder\""), ["Skarv lighthouse builder"]);
        assert_eq!(one("灯塔是谁建造的"), ["灯塔是谁建造的"]);
    }

    #[test]
    fn a_hypothetical_answer_stays_whole() {
        let passage = |answer: &str| rewritten_queries(RewriteKind::Hyde, QUESTION, answer);
        let text = "The lighthouse was built in 1874.\n\n- By: Ingrid Aas\n- Lamp: oil";
        assert_eq!(passage(text), [text]);
        assert_eq!(passage(&format!("Sure! Here is a passage:\n\n{text}")), [text]);
        assert_eq!(passage(&format!("\"{text}\"")), [text]);
        assert_eq!(passage(" \n"), [""; 0]);
        assert_eq!(passage(&"word ".repeat(900))[0].chars().count(), 1_999);
    }
}
