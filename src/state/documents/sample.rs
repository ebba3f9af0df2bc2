use crate::browser::clock::{now_millis, sleep};
use crate::browser::fetch::site_file;
use crate::browser::files;
use crate::state::{AppState, ColumnView, Row};
use crate::types::{RunId, problem};
use futures_util::future::join_all;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

const POLL_MILLIS: i32 = 20;
/// Longest that the sample's PDFs wait for its first answer.
const MOST_ANSWER_MILLIS: f64 = 2_000.0;

/// The sample corpus that ships with the page, as its index describes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Its files.
    pub documents: Vec<SampleDocument>,
    /// Questions to begin with.
    pub starters: Vec<String>,
}

/// One file of the sample.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SampleDocument {
    /// File name below `sample/`.
    pub file: String,
}

/// A question that comes with the sample.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SampleQuestion {
    /// The question.
    pub question: String,
    /// What a good answer says; nothing where the documents do not say.
    pub gold_answer: Option<String>,
    /// What makes it hard.
    pub difficulty: String,
}

impl AppState {
    /// Loads the questions that come with the sample; none where they do not come.
    pub fn load_sample_questions(self, questions: RwSignal<Option<Vec<SampleQuestion>>>) {
        spawn_local(async move {
            let bytes = site_file("./sample/questions.json", |_, _| {}).await.unwrap_or_default();
            questions.set(Some(serde_json::from_slice(&bytes).unwrap_or_default()));
        });
    }

    pub(in crate::state) fn load_sample_index(self) {
        spawn_local(async move {
            let bytes = site_file("./sample/index.json", |_, _| {}).await.unwrap_or_default();
            if let Ok(sample) = serde_json::from_slice::<Sample>(&bytes) {
                self.sample.set(Some(sample));
            }
        });
    }

    /// Loads the sample's documents as if they had been dropped, and asks its first question once they are in,
    /// unless the person is quicker.
    pub fn try_sample(self) {
        let Some(sample) = self.sample.get_untracked() else { return };
        // Side by side with the files, and not one after another when each is first asked.
        self.engine();
        self.services().reader.start();
        self.services().local_model.start();
        self.prepare();
        // The button goes when the first document comes.
        if self.view.dialog.with_untracked(Option::is_none) {
            self.focus_question();
        }
        if let Some(starter) = sample.starters.first()
            && self.session.question.with_untracked(String::is_empty)
        {
            self.session.question.set(starter.clone());
        }
        spawn_local(async move {
            let file =
                async |file: &str| (file.to_owned(), site_file(&format!("./sample/{file}"), |_, _| {}).await);
            let mut loaded = Vec::new();
            for (file, bytes) in join_all(sample.documents.iter().map(|document| file(&document.file))).await
            {
                match bytes {
                    Ok(bytes) => loaded.extend(files::from_bytes(&file, &bytes)),
                    Err(reason) => {
                        let error = problem::read::sample_missing(file.as_str(), reason);
                        self.corpus.user_error.set(Some(error));
                    }
                }
            }
            let question = self.session.question.get_untracked();
            let shown = self.session.run_id();
            self.corpus.pdfs_wait.set(true);
            self.add_files(loaded);
            if self.is_ready_to_ask(&question, shown).await {
                self.ask();
                self.first_answer().await;
            }
            self.corpus.pdfs_wait.set(false);
            self.pump();
        });
    }

    /// Waits until every document but the PDFs is found, if only by its words. Not where something else was typed or asked.
    async fn is_ready_to_ask(self, question: &str, shown: Option<RunId>) -> bool {
        loop {
            sleep(POLL_MILLIS).await;
            let meddled = self.session.run_id() != shown || self.session.question.get_untracked() != question;
            if meddled {
                return false;
            }
            let rows: Vec<Row> =
                self.corpus.rows.cells_now().iter().map(|cell| cell.value.get_untracked()).collect();
            let is_over = |row: &Row| row.is_pdf() || row.state.is_searchable() || !row.state.is_under_way();
            if rows.iter().all(is_over) {
                return rows.iter().any(|row| row.state.is_searchable());
            }
        }
    }

    /// Waits for the first column that ends, not for long.
    async fn first_answer(self) {
        let started = now_millis();
        let is_under_way = || {
            let columns = self.session.columns.cells_now();
            columns.iter().all(|cell| cell.value.with_untracked(ColumnView::is_under_way))
        };
        while now_millis() - started < MOST_ANSWER_MILLIS && is_under_way() {
            sleep(POLL_MILLIS).await;
        }
    }
}

impl AppState {
    /// Whether documents of the sample are in the corpus; tracks the rows.
    pub fn has_sample(self, sample: &Sample) -> bool {
        let rows = self.corpus.rows.cells();
        rows.iter().any(|cell| {
            let name = cell.value.with_untracked(|row| row.name.clone());
            sample.documents.iter().any(|document| document.file == name)
        })
    }
}
