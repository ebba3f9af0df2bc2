use crate::browser::fetch::site_file;
use crate::browser::files;
use crate::state::{AppState, RowState};
use crate::types::{RunId, problem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

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

impl AppState {
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
        self.engine();
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
            let mut loaded = Vec::new();
            for document in &sample.documents {
                match site_file(&format!("./sample/{}", document.file), |_, _| {}).await {
                    Ok(bytes) => loaded.extend(files::from_bytes(&document.file, &bytes)),
                    Err(reason) => {
                        let error = problem::read::sample_missing(document.file.as_str(), reason);
                        self.corpus.user_error.set(Some(error));
                    }
                }
            }
            let question = self.session.question.get_untracked();
            let shown = self.session.run_id();
            self.add_files(loaded);
            self.ask_when_ready(sample.documents.len(), question, shown);
        });
    }

    /// Asks `question` as soon as nothing is under way any more, unless something else was typed or asked.
    fn ask_when_ready(self, expected: usize, question: String, shown: Option<RunId>) {
        spawn_local(async move {
            loop {
                crate::browser::clock::sleep(50).await;
                let meddled =
                    self.session.run_id() != shown || self.session.question.get_untracked() != question;
                if meddled {
                    return;
                }
                let rows = self.corpus.rows.cells_now();
                let over =
                    rows.iter().filter(|cell| cell.value.with_untracked(|row| !row.state.is_under_way()));
                let ready = rows
                    .iter()
                    .any(|cell| cell.value.with_untracked(|row| matches!(row.state, RowState::Ready(_))));
                if rows.len() >= expected && over.count() == rows.len() {
                    if ready {
                        self.ask();
                    }
                    return;
                }
            }
        });
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
