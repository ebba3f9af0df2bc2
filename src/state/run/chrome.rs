use super::dispatch::Painter;
use crate::browser::chrome_model::{self, Availability, Session};
use crate::browser::clock::now_millis;
use crate::state::{AppState, Stage};
use crate::types::{AnswerState, CallFailure, ChatEvent, ColumnId, FailureCause, TimedEvent, Usage};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::{Cell, RefCell};
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

    /// Puts a built prompt to the model and shows what it says.
    pub(super) fn ask_chrome(self, paint: Painter, system: String, user: String) {
        let Ok(stop) = web_sys::AbortController::new() else { return };
        let id = paint.id;
        self.stop_chrome(id);
        self.chrome.stops.update_value(|stops| stops.push((id, stop.clone())));
        let paint = Rc::new(RefCell::new(paint));
        let loading = {
            let paint = Rc::clone(&paint);
            move |share: f64| {
                let mut paint = paint.borrow_mut();
                paint.stage(Stage::Downloading { percent: (share * 100.0) as u32 });
                paint.paint();
            }
        };
        spawn_local(async move {
            let signal = stop.signal();
            let asked_millis = Cell::new(now_millis());
            let elapsed = || now_millis() - asked_millis.get();
            let said = |event: ChatEvent| {
                let mut paint = paint.borrow_mut();
                paint.apply(&[TimedEvent { event, at_millis: elapsed() }]);
                paint.paint();
            };
            let outcome = match Session::create(&system, Some(&signal), Rc::new(loading)).await {
                Ok(session) => {
                    paint.borrow_mut().stage(Stage::Sent);
                    paint.borrow_mut().paint();
                    // Times count from here, not from the model's download.
                    asked_millis.set(now_millis());
                    let outcome =
                        session.prompt(&user, &signal, |text| said(ChatEvent::TextDelta(text))).await;
                    if outcome.is_ok() {
                        // The browser counts prompt and answer together.
                        let total_tokens = session.used_tokens();
                        said(ChatEvent::Usage(Usage { total_tokens, ..Usage::default() }));
                        said(ChatEvent::Finish("stop".into()));
                    }
                    session.close();
                    outcome
                }
                Err(error) => Err(error),
            };
            match outcome {
                Err(error) if !signal.aborted() => {
                    let (message, hint) = error.words();
                    let failure = CallFailure::new(FailureCause::Model, message, hint);
                    paint.borrow_mut().fail(failure, elapsed());
                }
                _ => paint.borrow_mut().end(AnswerState::Done, elapsed()),
            }
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
