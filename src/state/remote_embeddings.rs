use super::{AppState, RowState};
use crate::types::{DocumentId, EmbedderRef, UserError};
use crate::worker::protocol::{CallId, FromCourier, Need, Supply, ToCourier, ToEngine};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Lets the courier fetch what the engine needs in its call, from the host that the person chose and no other, and hands
    /// it on unread. `row` hears why it takes long. Gives the courier's call, to stop it.
    pub(in crate::state) fn supply(
        self,
        engine_call: CallId,
        need: Need,
        embedder: &EmbedderRef,
        row: Option<DocumentId>,
    ) -> Option<CallId> {
        let engine = self.services().engine;
        let verb = match (need, embedder) {
            (Need::Vectors { purpose, texts }, EmbedderRef::Remote { endpoint, model, dimensions }) => {
                let (endpoint, model) = (endpoint.clone(), model.clone());
                Some(ToCourier::Embed { endpoint, model, dimensions: *dimensions, purpose, texts })
            }
            (Need::Vectors { .. }, EmbedderRef::BuiltIn) => None,
            (Need::Scores { query, passages }, _) => {
                let chosen = self.settings.with_untracked(|settings| settings.recipe.reranker.clone());
                chosen.map(|chosen| ToCourier::Rerank {
                    endpoint: chosen.endpoint,
                    model: chosen.model,
                    query,
                    passages,
                })
            }
        };
        let Some(verb) = verb else {
            let user_error =
                UserError::new("settings", "no provider is set for this", "Choose one in Settings.");
            engine.send(&ToEngine::Supply(engine_call, Supply::Failed(user_error)));
            return None;
        };
        let mut call = self.services().courier.call(&verb, &[]);
        let id = call.id;
        spawn_local(async move {
            loop {
                let reply = call.next().await;
                let attached = reply.as_ref().and_then(|reply| reply.attachments.first());
                let attached = attached.map(js_sys::Uint8Array::buffer);
                let supply = match self.replied(reply.map(|reply| reply.body)) {
                    Ok(FromCourier::Embedded { first, count }) => Supply::Vectors { first, count },
                    Ok(FromCourier::Reranked(scores)) => Supply::Scores(scores),
                    Ok(FromCourier::Done) => Supply::Done,
                    Ok(FromCourier::Waiting { why, .. }) => {
                        self.note(row, why);
                        continue;
                    }
                    Ok(_) => continue,
                    Err(user_error) => Supply::Failed(user_error),
                };
                let goes_on = matches!(supply, Supply::Vectors { .. });
                engine.send_with(&ToEngine::Supply(engine_call, supply), attached.as_slice());
                if !goes_on {
                    return;
                }
            }
        });
        Some(id)
    }

    /// Stops a call of the courier; of one that has ended nothing happens.
    pub(in crate::state) fn stop_supply(self, call: Option<CallId>) {
        if let Some(call) = call {
            self.services().courier.send(&ToCourier::Stop(call));
        }
    }

    fn note(self, row: Option<DocumentId>, why: String) {
        if let Some(id) = row {
            self.corpus.rows.change(&id, |row| {
                if let RowState::Embedding { waits, .. } = &mut row.state {
                    *waits = why;
                }
            });
        }
    }
}
