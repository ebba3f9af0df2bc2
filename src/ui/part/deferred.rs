//! Parts of the page whose code is loaded when the first view is up, behind one pointer in the context.

use crate::browser::clock;
use crate::state::{AppState, Dialog};
use crate::ui::part::dialog::Modal;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

/// How long the page is left alone after the first paint: what a visit begins with goes first.
const QUIET_MILLIS: i32 = 1500;

/// A part of the page that the first view does not need.
#[derive(Clone, Copy)]
pub enum Part {
    /// A dialog.
    Dialog(Dialog),
    /// An open document.
    Viewer,
}

/// Draws a part. A plain pointer: once the second wasm is there, a dialog opens without waiting.
pub type Draw = fn(Part) -> AnyView;

#[derive(Clone, Copy)]
enum Code {
    Pending,
    Ready(Draw),
    Failed,
}

/// The code of the deferred parts, in the context of the page.
#[derive(Clone, Copy)]
pub struct Deferred(RwSignal<Code>);

impl Deferred {
    /// Starts to load the code when the page has been left alone for a while, or when a part is opened.
    pub fn provide<F>(state: AppState, drawer: fn() -> F)
    where
        F: Future<Output = Result<Draw, SplitLoaderError>> + 'static,
    {
        let deferred = Self(RwSignal::new(Code::Pending));
        provide_context(deferred);
        spawn_local(async move {
            clock::sleep(QUIET_MILLIS).await;
            deferred.load(drawer()).await;
        });
        Effect::new(move || {
            let opened = state.view.dialog.with(Option::is_some) || state.view.opened.with(Option::is_some);
            if opened && !deferred.is_ready() {
                deferred.0.set(Code::Pending);
                spawn_local(deferred.load(drawer()));
            }
        });
    }

    fn is_ready(self) -> bool {
        matches!(self.0.get_untracked(), Code::Ready(_))
    }

    async fn load(self, drawer: impl Future<Output = Result<Draw, SplitLoaderError>>) {
        let loaded = drawer.await;
        if !self.is_ready() {
            self.0.set(loaded.map_or(Code::Failed, Code::Ready));
        }
    }
}

/// Draws a part, nothing while its code is on its way.
pub fn part(part: Part) -> AnyView {
    match (expect_context::<Deferred>().0.get(), part) {
        (Code::Pending, _) => ().into_any(),
        (Code::Ready(draw), part) => draw(part),
        (Code::Failed, Part::Dialog(_)) => {
            view! { <Modal title="Could not be loaded">{not_loaded()}</Modal> }.into_any()
        }
        (Code::Failed, Part::Viewer) => not_loaded(),
    }
}

/// The second wasm cannot be loaded: offline, or a new version has replaced it.
fn not_loaded() -> AnyView {
    view! {
        <p class="notice bad" role="alert">
            "This part of Sidecite could not be loaded. Check the connection, then reload the page. "
            <a href="./">"Reload the page"</a>
        </p>
    }
    .into_any()
}
