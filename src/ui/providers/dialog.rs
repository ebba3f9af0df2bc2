use crate::messages::text;
use crate::state::AppState;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::problem;
use crate::ui::providers::health::health;
use crate::ui::providers::keys::keys;
use crate::ui::providers::network_log::sent;
use crate::ui::providers::spending::spending;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

const TABS: [&str; 4] = [n!("Keys"), n!("Network log"), n!("Spending"), n!("Health")];

/// Keys, network log, spending, health.
#[component]
pub fn Providers() -> impl IntoView {
    let state = AppState::get();
    state.clear_status();
    let open = RwSignal::new(0_usize);
    let list = NodeRef::<html::Div>::new();
    let turn = move |to: usize| {
        state.clear_status();
        open.set(to);
        let tab = list.get_untracked().and_then(|list| list.children().item(to as u32));
        if let Some(tab) = tab {
            let _ = tab.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    };
    // Arrow keys walk the tabs, as screen readers tell people to expect.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(to) = step(&event.key(), open.get_untracked()) else { return };
        event.prevent_default();
        turn(to);
    };
    let tab = move |(at, name): (usize, &'static str)| {
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=format!("providers-tab-{at}")
                aria-controls="providers-panel"
                aria-selected=sig(move || (open.get() == at).to_string())
                tabindex=sig(move || if open.get() == at { "0" } else { "-1" })
                on:click=listener(move |_| turn(at))
            >
                {text(name)}
            </button>
        }
    };
    let panel = move || match open.get() {
        0 => keys(state),
        1 => sent(state),
        2 => spending(state),
        _ => health(state),
    };
    view! {
        <Modal title=t!("Providers") wide=true>
            <div class="tabs" role="tablist" aria-label=t!("Providers") node_ref=list on:keydown=listener(on_key)>
                {TABS.into_iter().enumerate().map(tab).collect_view()}
            </div>
            <div
                id="providers-panel"
                class="providers-panel form"
                role="tabpanel"
                tabindex="0"
                aria-labelledby=sig(move || format!("providers-tab-{}", open.get()))
            >
                {said(state)}
                {panel}
            </div>
        </Modal>
    }
    .into_any()
}

/// Where a key leads from a tab: arrows go round.
fn step(key: &str, at: usize) -> Option<usize> {
    let count = TABS.len();
    match key {
        "ArrowRight" => Some((at + 1) % count),
        "ArrowLeft" => Some((at + count - 1) % count),
        "Home" => Some(0),
        "End" => Some(count - 1),
        _ => None,
    }
}

/// What came of what was done last.
fn said(state: AppState) -> AnyView {
    view! {
        <div role="status" class="providers-said">
            {live(move || state.providers.with(|store| store.user_error.clone()).map(|user_error| view! {
                <p class="notice bad">{problem::text(&user_error)}</p>
            }))}
            {live(move || Some(state.providers.with(|store| store.done)).filter(|done| !done.is_empty()).map(|done| view! {
                <p class="notice good">{done}</p>
            }))}
        </div>
    }
    .into_any()
}
