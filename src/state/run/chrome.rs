use crate::browser::chrome_model::{self, Availability, Session};
use crate::state::{AppState, Stage};
use crate::types::{CallFailure, ChatEvent, ColumnId, FailureCause, Usage};
use crate::worker::protocol::{CallId, ToCourier};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::rc::Rc;

/// Chrome's built-in model, as far as it is known.
#[derive(Clone, Copy)]
pub struct Chrome {
    /// Whether it is there; nothing before the question was put.
    pub availability: RwSignal<Option<Availability>>,
    /// Share of the download that is here.
    pub progress: RwSignal<Option<f64>>,
    /// What stops a column that is under way.
    stops: StoredValue<Vec<(ColumnId, web_sys::AbortController)>, LocalStorage>,
}

impl Default for Chrome {
    fn default() -> Self {
        Self {
            availability: RwSignal::new(None),
            progress: RwSignal::new(None),
            stops: StoredValue::new_local(Vec::new()),
        }
    }
}

impl AppState {
    /// Asks the browser whether it has a model.
    pub fn look_for_chrome(self) {
        spawn_local(async move {
            let found = chrome_model::availability().await;
            self.chrome.availability.set(Some(found));
        });
    }

    /// Starts the model's download: to be called by a click, without which the browser refuses.
    pub fn prepare_chrome(self) {
        let store = self.chrome.availability.get_untracked();
        if !matches!(store, Some(Availability::Downloadable | Availability::Downloading)) {
            return;
        }
        let progress = move |share: f64| self.chrome.progress.set(Some(share));
        // `create` is called here and now, while the browser still knows of the click.
        let session = Session::create("", None, Rc::new(progress));
        spawn_local(async move {
            if let Ok(session) = session.await {
                session.close();
            }
            self.chrome.progress.set(None);
            self.look_for_chrome();
        });
    }

    /// Puts a built prompt to the model and hands what it says to the courier.
    pub(in crate::state) fn ask_chrome(
        self,
        id: ColumnId,
        turn: crate::run::Turn,
        call: CallId,
        system: String,
        user: String,
    ) {
        let Ok(stop) = web_sys::AbortController::new() else { return };
        self.stop_chrome(id);
        self.chrome.stops.update_value(|stops| stops.push((id, stop.clone())));
        let relay = move |event| self.services().courier.send(&ToCourier::Relayed(call, event));
        let loading = move |share: f64| {
            self.session.columns.change(&id, |view| {
                if view.turn == turn {
                    view.stage = Stage::Downloading { percent: (share * 100.0) as u32 };
                }
            });
        };
        spawn_local(async move {
            let signal = stop.signal();
            let outcome = match Session::create(&system, Some(&signal), Rc::new(loading)).await {
                Ok(session) => {
                    self.session.columns.change(&id, |view| {
                        if view.turn == turn {
                            view.stage = Stage::Sent;
                        }
                    });
                    let said = |text: String| relay(Some(ChatEvent::TextDelta(text)));
                    // Times count from here, not from the model's download.
                    said(String::new());
                    let outcome = session.prompt(&user, &signal, said).await;
                    if outcome.is_ok() {
                        // The browser counts prompt and answer together.
                        let total_tokens = session.used_tokens();
                        relay(Some(ChatEvent::Usage(Usage { total_tokens, ..Usage::default() })));
                        relay(Some(ChatEvent::Finish("stop".into())));
                    }
                    session.close();
                    outcome
                }
                Err(error) => Err(error),
            };
            if let Err(error) = outcome
                && !signal.aborted()
            {
                let (message, hint) = error.words();
                relay(Some(ChatEvent::Failed(CallFailure::new(FailureCause::Model, message, hint))));
            }
            relay(None);
            self.chrome.stops.update_value(|stops| stops.retain(|(_, other)| *other != stop));
        });
    }

    /// Stops what the model is saying in a column.
    pub(in crate::state) fn stop_chrome(self, id: ColumnId) {
        self.chrome.stops.update_value(|stops| {
            stops.retain(|(own, stop)| {
                if *own == id {
                    stop.abort();
                }
                *own != id
            });
        });
    }
}
