//! A run → text to take away: Markdown for people, JSON for programs. Neither holds a key: requests are stored with keys masked.

use crate::format;
use crate::format::date::Date;
use crate::types::{Evidence, Run, RunAnswer, UserError};
use serde::Serialize;
use std::fmt::Write;

/// Names the form of the JSON.
const FORMAT: &str = "sidecite.run";
/// Raised when its shape changes.
const VERSION: u32 = 1;

/// How a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Question, evidence and answers to be read.
    Markdown,
    /// Everything that is stored of the run.
    Json,
}

impl Format {
    /// The ending of a file name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

#[derive(Serialize)]
struct Exported<'a> {
    format: &'static str,
    version: u32,
    run: &'a Run,
}

/// The language of what is to be read.
pub struct Language<'a> {
    /// The text of an error.
    pub message: &'a dyn Fn(&UserError) -> String,
    /// A text of this module in that language.
    pub text: &'a dyn Fn(&'static str) -> &'static str,
}

/// The run as text.
pub fn run(run: &Run, format: Format, language: &Language<'_>) -> String {
    match format {
        Format::Markdown => markdown(run, language),
        Format::Json => {
            let exported = Exported { format: FORMAT, version: VERSION, run };
            // Numbers that JSON cannot hold become `null`; nothing else of a run can fail.
            serde_json::to_string_pretty(&exported).unwrap_or_default()
        }
    }
}

/// A file name for a run: the beginning of its question, in characters that every file system takes.
pub fn file_name(run: &Run, format: Format) -> String {
    let words = run.title().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.take(8).collect::<Vec<_>>().join("-").to_lowercase();
    let name: String = name.chars().take(60).collect();
    format!("{}.{}", if name.is_empty() { "run" } else { &name }, format.extension())
}

fn markdown(run: &Run, language: &Language<'_>) -> String {
    let Language { message, text } = language;
    let mut out = format!("# {}\n\n", one_line(&run.question));
    let day = Date::of_days((run.started_millis / 86_400_000) as i64);
    let _ = writeln!(out, "{}: {day}", text(n!("Asked")));
    for retrieval in &run.retrievals {
        if let Some(error) = retrieval.error() {
            let _ = writeln!(out, "\n{}: {}", text(n!("No evidence")), message(error));
        }
    }
    for answer in &run.answers {
        out.push_str(&column(answer, language));
    }
    for evidence in run.retrievals.iter().filter_map(|retrieval| retrieval.evidence()) {
        out.push_str(&passages(evidence, language));
    }
    out
}

fn column(of: &RunAnswer, Language { message, text }: &Language<'_>) -> String {
    let documents = text(if of.column.with_documents { n!("with documents") } else { n!("no documents") });
    let mut out = format!("\n## {} ({}, {documents})\n\n", one_line(&of.name), one_line(&of.place));
    let mut facts = vec![text(of.answer.state.name()).to_owned()];
    let millis = |name: &'static str, value: Option<f64>| {
        value.map(|value| format!("{}: {}", text(name), format::duration(value)))
    };
    facts.extend(millis(n!("First token"), of.answer.timing.first_token_millis));
    facts.extend(millis(n!("Total"), of.answer.timing.total_millis));
    let (tokens, reported) = of.answer.output_tokens();
    let about = if reported { "" } else { "≈ " };
    facts.push(format!("{}: {about}{}", text(n!("Output tokens")), format::count(tokens)));
    facts.extend(of.cost.as_ref().map(|cost| format::dollars(&format::decimal(cost.usd, 6))));
    let _ = writeln!(out, "*{}*\n", facts.join(" · "));
    if !of.answer.text.is_empty() {
        let _ = writeln!(out, "{}", of.answer.text.trim_end());
    }
    if let Some(failure) = &of.answer.failure {
        let _ = writeln!(out, "\n> {}", one_line(&message(&failure.error)));
    }
    if !of.note.is_empty() {
        let _ = writeln!(out, "\n{}: {}", text(n!("Note")), one_line(&of.note));
    }
    out
}

fn passages(evidence: &Evidence, Language { text, .. }: &Language<'_>) -> String {
    let mut out = format!("\n## {}\n\nSHA-256 `{}`\n", text(n!("Evidence")), evidence.sha256);
    for query in &evidence.queries {
        let _ = writeln!(out, "\n{}: {}", text(n!("Searched for")), one_line(query));
    }
    for passage in &evidence.passages {
        let page = passage.page.map(|page| format!(", {} {page}", text(n!("page")))).unwrap_or_default();
        let _ = writeln!(out, "\n**[{}] {}{page}**\n", passage.number, one_line(&passage.document_name));
        for line in passage.text.lines() {
            let _ = writeln!(out, "> {line}");
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{
        Answer, AnswerState, CallFailure, Column, ColumnId, DocumentId, FailureCause, ModelRef, Passage,
        Recipe, RecipeId, Retrieval, RetrievalSettings, Scores, SearchTiming, Span, problem, sha256,
    };
    use std::sync::Arc;

    const ENGLISH: Language<'_> =
        Language { message: &|error| error.code.name().to_owned(), text: &|english| english };

    fn example() -> Run {
        let id = DocumentId::from(sha256(b"ferry"));
        let passage = Passage {
            number: 1,
            document: id,
            document_name: "ferry\n.txt".into(),
            ordinal: 0,
            span: Span::new(0, 9),
            page: Some(3),
            headings: Vec::new(),
            text: "At noon.\nDaily.".into(),
            scores: Scores::default(),
            ..Passage::default()
        };
        let evidence = Evidence {
            question: "When?".into(),
            retrieval: RetrievalSettings::default(),
            passages: vec![passage],
            text: "text".into(),
            sha256: sha256(b"text"),
            timing: SearchTiming::default(),
            ..Evidence::default()
        };
        let column = |id| Column::new(ColumnId(id), ModelRef::Extractive);
        let answer =
            |id, answer| RunAnswer { answer, ..RunAnswer::new(column(id), format!("m{id}"), "here".into()) };
        let done = Answer { state: AnswerState::Done, text: "At **noon** [1].".into(), ..Answer::default() };
        let failure = CallFailure::new(FailureCause::CutOff, problem::host::connection_closed());
        let failed = Answer { state: AnswerState::Failed, failure: Some(failure), ..Answer::default() };
        Run {
            question: "When does\nthe ferry leave?".into(),
            started_millis: 1_795_651_200_000,
            retrievals: vec![Retrieval {
                id: RecipeId::default(),
                recipe: Recipe::default(),
                outcome: Some(Ok(Arc::new(evidence))),
                highlights: Vec::new(),
                ..Retrieval::default()
            }],
            answers: vec![answer(1, done), answer(2, failed)],
            ..Run::default()
        }
    }

    #[test]
    fn markdown_has_question_answers_and_evidence() {
        let text = run(&example(), Format::Markdown, &ENGLISH);
        for line in [
            "# When does the ferry leave?",
            "Asked: 2026-11-26",
            "## m1 (here, with documents)",
            "At **noon** [1].",
            "> host.connection_closed",
            "**[1] ferry .txt, page 3**",
            "> At noon.",
            "> Daily.",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
        }
        assert_eq!(file_name(&example(), Format::Markdown), "when-does-the-ferry-leave.md");
        let hostile = Run { question: "../../etc/passwd\u{202E} 東京?".into(), ..Run::default() };
        assert_eq!(file_name(&hostile, Format::Json), "etc-passwd-東京.json");
        assert_eq!(file_name(&Run::default(), Format::Json), "run.json");
    }

    #[test]
    fn markdown_is_in_the_language_of_the_page() {
        let german = |english| match english {
            "Asked" => "Gefragt",
            "with documents" => "mit Dokumenten",
            "done" => "fertig",
            "page" => "Seite",
            other => other,
        };
        let language = Language { text: &german, ..ENGLISH };
        let text = run(&example(), Format::Markdown, &language);
        for part in
            ["Gefragt: 2026-11-26", "## m1 (here, mit Dokumenten)", "*fertig · ", "ferry .txt, Seite 3"]
        {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn json_holds_the_whole_run() {
        let run = example();
        let text = super::run(&run, Format::Json, &ENGLISH);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&value["format"], &value["version"]), (&"sidecite.run".into(), &1.into()));
        let again: Run = serde_json::from_value(value["run"].clone()).unwrap();
        assert_eq!(again, run);
    }
}
