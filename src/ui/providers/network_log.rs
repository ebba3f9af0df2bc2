use crate::browser::clock::sleep;
use crate::courier::{EgressEnd, EgressEntry};
use crate::format;
use crate::state::AppState;
use crate::ui::part::field::table;
use crate::worker::protocol::ListSent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::cell::Cell;
use std::rc::Rc;

/// How often the list is asked for while it is shown.
const REFRESH_MILLIS: i32 = 1_000;

/// Every request that left, newest first.
pub fn sent(state: AppState) -> AnyView {
    let shown = Rc::new(Cell::new(true));
    let gone = StoredValue::new_local(Rc::clone(&shown));
    on_cleanup(move || {
        let _ = gone.try_with_value(|shown| shown.set(false));
    });
    spawn_local(async move {
        while shown.get() {
            state.refresh(ListSent { since: 0 });
            sleep(REFRESH_MILLIS).await;
        }
    });
    let rows = move || {
        state.providers.with(|store| {
            let sent = &store.sent;
            if sent.is_empty() {
                return crate::ui::part::field::hint("Nothing has left this page.");
            }
            let headings = ["Time", "Origin", "Purpose", "Sent", "Received", "Status"];
            let rows = sent.iter().rev().map(row).collect();
            table("Requests to other servers, newest first", &headings, rows)
        })
    };
    view! {
        <p class="hint">"Every request to another server, without its text and without keys. Requests for this site's own files are not listed."</p>
        {rows}
    }
    .into_any()
}

fn row(entry: &EgressEntry) -> Vec<String> {
    let key = if entry.with_key { " with key" } else { "" };
    vec![
        time(entry.at_millis),
        entry.origin.to_string(),
        format!("{}{key}", spaced(&format!("{:?}", entry.purpose))),
        format::bytes(entry.request_bytes),
        format::bytes(entry.response_bytes),
        status(entry),
    ]
}

/// The HTTP status, or what is known without one.
fn status(entry: &EgressEntry) -> String {
    match (entry.status, entry.end) {
        // An opaque response: `redirect: "manual"` shows no more of a redirect.
        (Some(0), _) => "redirect, not followed".to_owned(),
        (Some(status), _) => status.to_string(),
        (None, None) => "in progress".to_owned(),
        (None, Some(EgressEnd::Blocked)) => "blocked or unreachable".to_owned(),
        (None, Some(EgressEnd::Aborted)) => "stopped".to_owned(),
        // A probe without CORS: the browser follows redirects and does not say so.
        (None, Some(EgressEnd::Complete)) => "hidden; possibly redirected".to_owned(),
    }
}

/// The time of day here.
fn time(epoch_millis: f64) -> String {
    let date = js_sys::Date::new(&epoch_millis.into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// `RateLimited` → `rate limited`.
pub fn spaced(name: &str) -> String {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push(letter.to_ascii_lowercase());
    }
    spaced
}
