use crate::browser::clock::yield_now;
use crate::state::{AppState, Pane, Side, first_language};
use crate::ui::answers::composer::Composer;
use crate::ui::deferred::code;
use crate::ui::documents::list::Documents;
use crate::ui::evidence::pane::EvidencePane;
use crate::ui::header::Header;
use crate::ui::panes::{self, Divider};
use crate::ui::part::deferred::{self, Deferred, Part};
use crate::ui::part::erased::{listener, live, sig};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Puts the page where the static shell was.
pub fn mount() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        show_recovery();
    }));
    match first_language() {
        None => show(),
        // Leptos has no executor before it is mounted.
        Some(loaded) => wasm_bindgen_futures::spawn_local(async move {
            loaded.await;
            show();
        }),
    }
}

fn show() {
    if let Some(shell) = web_sys::window().and_then(|window| window.document()?.get_element_by_id("shell")) {
        shell.remove();
    }
    mount_to_body(App);
}

/// After a panic nothing of the page can be trusted; what is stored is safe, and a static notice says so.
fn show_recovery() {
    let notice = web_sys::window().and_then(|window| window.document()?.get_element_by_id("recovery"));
    if let Some(notice) = notice {
        let _ = notice.remove_attribute("hidden");
    }
}

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let state = AppState::new();
    state.provide();
    state.start();
    Deferred::provide(state, code);
    Effect::new(move || {
        let theme = state.settings.with(|settings| settings.theme.name());
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", theme);
        }
    });
    // The first view is drawn in several short tasks, so that the thread is free for input between them.
    let drawn = RwSignal::new(0);
    spawn_local(async move {
        for part in 1..=3 {
            yield_now().await;
            drawn.set(part);
        }
    });
    live(move || {
        // Another language draws everything again.
        state.view.language.track();
        page(state, drawn)
    })
}

/// Parts up to number `drawn`; 0 is the frame.
fn page(state: AppState, drawn: RwSignal<u8>) -> AnyView {
    let part = move |number: u8, draw: fn() -> AnyView| {
        let is_drawn = Memo::new(move |_| drawn.get() >= number);
        live(move || is_drawn.get().then(draw))
    };
    let pane = move || match state.view.pane.get() {
        Pane::Documents => "documents",
        Pane::Ask => "ask",
        Pane::Evidence => "evidence",
    };
    let main = NodeRef::<leptos::html::Main>::new();
    panes::size(state, main);
    view! {
        <a class="skip-link" href="#question">{t!("Skip to the question")}</a>
        <Header/>
        <main node_ref=main tabindex="-1" class="workbench" data-pane=pane>
            {part(2, || Documents().into_any())}
            <Divider side=Side::Documents/>
            {part(1, || Composer().into_any())}
            <Divider side=Side::Evidence/>
            {part(3, || EvidencePane().into_any())}
        </main>
        <PaneTabs/>
        <p class="visually-hidden" role="status">{live(move || state.session.announcement.get())}</p>
        {live(move || state.view.dialog.get().map(|open| deferred::part(Part::Dialog(open))))}
    }
    .into_any()
}

/// Chooses the pane where only one fits.
#[component]
fn PaneTabs() -> impl IntoView {
    let state = AppState::get();
    let tab = move |pane: Pane, label: &'static str| {
        view! {
            <button
                class="pane-tab"
                aria-pressed=sig(move || (state.view.pane.get() == pane).to_string())
                on:click=listener(move |_| state.view.pane.set(pane))
            >
                {label}
            </button>
        }
    };
    view! {
        <nav class="pane-tabs" aria-label=t!("Panes")>
            {tab(Pane::Documents, t!("Documents"))}
            {tab(Pane::Ask, t!("Answers"))}
            {tab(Pane::Evidence, t!("Evidence"))}
        </nav>
    }
    .into_any()
}
