use super::follower::Follower;
use crate::browser::chrome_model::{self, Availability, Session};
use crate::browser::clock::now_millis;
use crate::state::{AppState, Stage};
use crate::types::{CallFailure, ChatEvent, ColumnId, FailureCause, Usage};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use futures_util::future::join;
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

    /// Puts a built prompt to the model and follows what it says.
    pub(super) async fn ask_chrome(self, follower: Follower, system: &str, user: &str) {
        let Ok(stop) = web_sys::AbortController::new() else { return };
        let id = follower.id();
        self.stop_chrome(id);
        self.chrome.stops.update_value(|stops| stops.push((id, stop.clone())));
        let signal = stop.signal();
        let follower = Rc::new(follower);
        let loading = {
            let follower = Rc::clone(&follower);
            move |share: f64| follower.stage(Stage::Downloading { percent: (share * 100.0) as u32 })
        };
        let session = Session::create(system, Some(&signal), Rc::new(loading)).await;
        // Times count from here, not from the model's download.
        let asked_millis = now_millis();
        let elapsed = move || now_millis() - asked_millis;
        let outcome = match session {
            Ok(session) => {
                follower.stage(Stage::Sent);
                let (say, mut said) = unbounded();
                let prompt = async {
                    // Dropping the sender ends the loop below.
                    let say = say;
                    session.prompt(user, &signal, |text| drop(say.unbounded_send((text, elapsed())))).await
                };
                let follow = async {
                    while let Some((text, at_millis)) = said.next().await {
                        follower.apply(ChatEvent::TextDelta(text), at_millis).await;
                    }
                };
                let (outcome, ()) = join(prompt, follow).await;
                if outcome.is_ok() {
                    // The browser counts prompt and answer together.
                    let total_tokens = session.used_tokens();
                    let usage = Usage { total_tokens, ..Usage::default() };
                    follower.apply(ChatEvent::Usage(usage), elapsed()).await;
                    follower.apply(ChatEvent::Finish("stop".into()), elapsed()).await;
                }
                session.close();
                outcome
            }
            Err(error) => Err(error),
        };
        match outcome {
            Err(error) if !signal.aborted() => {
                follower.failed(CallFailure::new(FailureCause::Model, error.into())).await;
            }
            _ => follower.end(elapsed(), None, Vec::new()).await,
        }
        self.chrome.stops.update_value(|stops| stops.retain(|(_, other)| *other != stop));
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
