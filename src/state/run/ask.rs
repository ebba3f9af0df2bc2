use crate::browser::clock::now_millis;
use crate::state::settings::MAX_COLUMNS;
use crate::state::{AppState, ColumnView};
use crate::types::{AnswerState, CallFailure, Column, ColumnId, Evidence, FailureCause, ModelRef, UserError};
use crate::worker::protocol::{FromEngine, ToCourier, ToEngine, ToLocalModel};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

impl AppState {
    /// One question over all columns: evidence is retrieved once, then every column answers.
    pub fn ask(self) {
        let question = self.session.question.get_untracked().trim().to_owned();
        if question.is_empty() {
            return;
        }
        self.stop_all();
        self.services().painter.start();
        self.session.asked.set(Some(question.clone()));
        self.session.evidence.set(None);
        self.session.user_error.set(None);
        self.session.notice.set(None);
        let columns = self.session.columns.cells_now();
        let mut waiting = Vec::new();
        for cell in &columns {
            let (with_documents, turn) = {
                let mut turn = 0;
                cell.value.update(|view| turn = view.begin(None, now_millis()));
                (cell.value.with_untracked(|view| view.column.with_documents), turn)
            };
            if with_documents {
                waiting.push((cell.key, turn));
            } else {
                self.dispatch(cell.key, turn, question.clone(), None);
            }
        }
        if waiting.is_empty() {
            return;
        }
        self.session.searching.set(true);
        spawn_local(async move {
            let found = self.search(&question).await;
            // A newer question has taken over.
            if self.session.asked.get_untracked().as_ref() != Some(&question)
                || waiting.iter().all(|(id, turn)| !self.is_turn(*id, *turn))
            {
                return;
            }
            self.session.searching.set(false);
            match found {
                Ok(evidence) => {
                    let evidence = Arc::new(evidence);
                    self.session.evidence.set(Some(Arc::clone(&evidence)));
                    for (id, turn) in waiting {
                        self.dispatch(id, turn, question.clone(), Some(Arc::clone(&evidence)));
                    }
                }
                Err(user_error) => {
                    for (id, turn) in waiting.into_iter().filter(|(id, turn)| self.is_turn(*id, *turn)) {
                        self.fail_column(id, turn, &user_error);
                    }
                    self.session.user_error.set(Some(user_error));
                }
            }
        });
    }

    /// Asks one column again, over the evidence of the run.
    pub fn ask_again(self, id: ColumnId) {
        let Some(question) = self.session.asked.get_untracked() else { return };
        self.stop(id);
        let Some(cell) = self.session.columns.find(&id) else { return };
        let with_documents = cell.value.with_untracked(|view| view.column.with_documents);
        let mut turn = 0;
        cell.value.update(|view| turn = view.begin(None, now_millis()));
        if !with_documents {
            return self.dispatch(id, turn, question, None);
        }
        spawn_local(async move {
            let evidence = match self.session.evidence.get_untracked() {
                Some(evidence) => Ok(evidence),
                None => self.search(&question).await.map(Arc::new),
            };
            match evidence {
                Ok(evidence) => {
                    self.session.evidence.set(Some(Arc::clone(&evidence)));
                    self.dispatch(id, turn, question, Some(evidence));
                }
                Err(user_error) => self.fail_column(id, turn, &user_error),
            }
        });
    }

    async fn search(self, question: &str) -> Result<Evidence, UserError> {
        let recipe = self.settings.with_untracked(|settings| settings.recipe.clone());
        let verb = ToEngine::Search {
            question: question.to_owned(),
            retrieval: recipe.retrieval,
            embedder: recipe.embedder.clone(),
            rerank: recipe.reranker.is_some(),
        };
        // A question is worth a second engine: the first may have died over a document in the meantime.
        for _ in 0..2 {
            let mut call = self.engine().call(&verb, &[]);
            while let Some(reply) = call.next().await {
                match reply.body {
                    FromEngine::Found(evidence, highlights) => {
                        self.session.highlights.set(highlights);
                        return Ok(evidence);
                    }
                    FromEngine::Failed(user_error) => return Err(user_error),
                    FromEngine::Need(need) => {
                        let supply = self.supply(call.id, need, &recipe.embedder, None);
                        self.session.supply.set(supply);
                    }
                    _ => {}
                }
            }
        }
        let words = self.services().engine.exit_reason().unwrap_or_default();
        Err(UserError::new(
            "search",
            format!("the search engine stopped: {words}"),
            "Press Ask again. If it persists, reload the page.",
        ))
    }

    /// Stops one column; what it has said stays.
    pub fn stop(self, id: ColumnId) {
        let Some(cell) = self.session.columns.find(&id) else { return };
        let under_way =
            |view: &ColumnView| view.is_under_way().then(|| (view.call, view.column.model.clone()));
        let Some((call, model)) = cell.value.with_untracked(under_way) else { return };
        if let Some(call) = call {
            match model {
                ModelRef::Remote { .. } => self.services().courier.send(&ToCourier::Stop(call)),
                ModelRef::Chrome => {
                    self.stop_chrome(id);
                    self.services().courier.send(&ToCourier::Stop(call));
                }
                _ => self.services().local_model.send(&ToLocalModel::Stop(call)),
            }
        }
        cell.value.update(|view| {
            view.turn += 1;
            let elapsed = now_millis() - view.started_millis;
            if let Some(answer) = &mut view.answer {
                answer.end(AnswerState::Stopped, elapsed);
            }
        });
        self.services().painter.finish(&cell.value);
    }

    /// Stops all columns.
    pub fn stop_all(self) {
        for cell in self.session.columns.cells_now() {
            self.stop(cell.key);
        }
        self.stop_supply(self.session.supply.get_untracked());
        self.session.supply.set(None);
        self.session.searching.set(false);
    }

    /// Adds a column; at most eight.
    pub fn add_column(self, mut column: Column) -> bool {
        if self.session.columns.cells_now().len() >= MAX_COLUMNS {
            return false;
        }
        column.id = self.settings.with_untracked(crate::state::Settings::next_column_id);
        self.session.columns.put(column.id, ColumnView::new(column.clone()));
        let id = column.id;
        self.set(|settings| settings.columns.push(column));
        self.price_columns();
        // A column added to a run joins it, over the same evidence.
        if self.session.asked.get_untracked().is_some() {
            self.ask_again(id);
        }
        true
    }

    /// The same model without the documents, one click away.
    pub fn add_baseline(self, id: ColumnId) -> bool {
        let column = self.session.columns.with(&id, |view| view.column.clone());
        column.is_some_and(|column| self.add_column(Column { with_documents: false, ..column }))
    }

    /// Asks one column again without a parameter that its model does not take, and remembers that.
    pub fn ask_without(self, id: ColumnId, parameter: &str) {
        if let Some(ModelRef::Remote { endpoint, model }) =
            self.session.columns.with(&id, |view| view.column.model.clone())
        {
            self.set(|settings| settings.omit(endpoint, &model, parameter));
            self.ask_again(id);
        }
    }

    /// Takes a column away.
    pub fn remove_column(self, id: ColumnId) {
        self.stop(id);
        self.session.columns.remove(&id);
        self.session.expanded.update(|expanded| *expanded = expanded.filter(|shown| *shown != id));
        self.set(|settings| settings.columns.retain(|column| column.id != id));
    }

    pub(in crate::state) fn is_turn(self, id: ColumnId, turn: u32) -> bool {
        self.session.columns.with(&id, |view| view.turn == turn && view.is_under_way()).unwrap_or(false)
    }

    pub(in crate::state) fn fail_column(self, id: ColumnId, turn: u32, user_error: &UserError) {
        let failure =
            CallFailure::new(FailureCause::Crashed, user_error.message.clone(), user_error.hint.clone());
        self.session.columns.change(&id, |view| {
            let elapsed = now_millis() - view.started_millis;
            if view.turn == turn
                && let Some(answer) = &mut view.answer
            {
                answer.apply(&crate::types::ChatEvent::Failed(failure), elapsed);
            }
        });
    }
}
