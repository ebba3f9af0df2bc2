//! Parts of the page whose code is loaded when the first view is up, behind one pointer in the context.

use crate::state::{AnswerOf, AppState, ColumnView, Dialog, Perform};
use crate::ui::part::dialog::Modal;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

/// Signs of a person who is about to do something.
const SIGNS: [&str; 4] = ["pointermove", "pointerdown", "focusin", "dragenter"];
/// A part of the page that the first view does not need.
#[derive(Clone, Copy)]
pub enum Part {
    /// A dialog.
    Dialog(Dialog),
    /// An open document.
    Viewer,
    /// The evidence of the run.
    Passages,
    /// The run on the screen.
    RunHead,
    /// The columns as a table.
    Grid,
    /// The evidence of several recipes.
    Comparison,
    /// Columns that will not get all of the evidence.
    ContextGuards,
    /// What a column that was asked says.
    Answer(AnswerOf, RwSignal<ColumnView>),
}

/// The deferred code, as plain pointers: once the second wasm is there, nothing waits.
#[derive(Clone, Copy)]
pub struct Code {
    /// Draws a part.
    pub draw: fn(Part) -> AnyView,
    /// Does what an action says.
    pub perform: Perform,
}

#[derive(Clone, Copy)]
enum Loading {
    Pending,
    Ready(Code),
    Failed,
}

/// How far the loading is, in the context of the page.
#[derive(Clone, Copy)]
pub struct Deferred(RwSignal<Loading>);

impl Deferred {
    /// Starts to load the code with the first sign of a person, or when something needs it: a page that is only looked at
    /// does without.
    pub fn provide<F>(state: AppState, code: fn() -> F)
    where
        F: Future<Output = Result<Code, SplitLoaderError>> + 'static,
    {
        let deferred = Self(RwSignal::new(Loading::Pending));
        provide_context(deferred);
        for sign in SIGNS {
            drop(window_event_listener_untyped(sign, move |_| {
                if state.actions.wanted.get_untracked() == 0 {
                    state.actions.wanted.set(1);
                }
            }));
        }
        Effect::new(move || {
            let opened = state.view.dialog.with(Option::is_some) || state.view.opened.with(Option::is_some);
            let wanted = state.actions.wanted.get() > 0;
            if (opened || wanted) && !deferred.is_ready() {
                deferred.0.set(Loading::Pending);
                spawn_local(deferred.load(state, code()));
            }
        });
    }

    fn is_ready(self) -> bool {
        matches!(self.0.get_untracked(), Loading::Ready(_))
    }

    async fn load(self, state: AppState, code: impl Future<Output = Result<Code, SplitLoaderError>>) {
        let loaded = code.await;
        if self.is_ready() {
            return;
        }
        match loaded {
            Ok(code) => {
                self.0.set(Loading::Ready(code));
                state.actions_loaded(code.perform);
            }
            Err(_) => {
                self.0.set(Loading::Failed);
                state.actions_failed();
            }
        }
    }
}

/// Draws a part, nothing while its code is on its way.
pub fn part(part: Part) -> AnyView {
    match (expect_context::<Deferred>().0.get(), part) {
        (Loading::Pending, _) => ().into_any(),
        (Loading::Ready(code), part) => (code.draw)(part),
        (Loading::Failed, Part::Dialog(_)) => {
            view! { <Modal title=t!("Could not be loaded")>{not_loaded()}</Modal> }.into_any()
        }
        (Loading::Failed, _) => not_loaded(),
    }
}

/// The second wasm cannot be loaded: offline, or a new version has replaced it.
fn not_loaded() -> AnyView {
    view! {
        <p class="notice bad" role="alert">
            {t!("This part of Sidecite could not be loaded. Check the connection, then reload the page.")}" "
            <a href="./">{t!("Reload the page")}</a>
        </p>
    }
    .into_any()
}
