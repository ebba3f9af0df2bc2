use crate::browser::clock::sleep;
use crate::courier::{EgressEnd, EgressEntry};
use crate::format;
use crate::messages::text;
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
                return crate::ui::part::field::hint(t!("Nothing has left this page."));
            }
            let headings =
                [t!("Time"), t!("Origin"), t!("Purpose"), t!("Sent"), t!("Received"), t!("Status")];
            let rows = sent.iter().rev().map(row).collect();
            table(t!("Requests to other servers, newest first"), &headings, rows)
        })
    };
    view! {
        <p class="hint">{t!("Every request to another server, without its text and without keys. Requests for this site's own files are not listed.")}</p>
        {rows}
    }
    .into_any()
}

fn row(entry: &EgressEntry) -> Vec<String> {
    let mut purpose = vec![text(entry.purpose.name())];
    purpose.extend(entry.with_key.then_some(t!("with key")));
    vec![
        time(entry.at_millis),
        entry.origin.to_string(),
        purpose.join(" "),
        format::bytes(entry.request_bytes),
        format::bytes(entry.response_bytes),
        status(entry),
    ]
}

/// The HTTP status, or what is known without one.
fn status(entry: &EgressEntry) -> String {
    match (entry.status, entry.end) {
        // An opaque response: `redirect: "manual"` shows no more of a redirect.
        (Some(0), _) => t!("redirect, not followed").to_owned(),
        (Some(status), _) => status.to_string(),
        (None, None) => t!("in progress").to_owned(),
        (None, Some(EgressEnd::Blocked)) => t!("blocked or unreachable").to_owned(),
        (None, Some(EgressEnd::Aborted)) => t!("stopped").to_owned(),
        // A probe without CORS: the browser follows redirects and does not say so.
        (None, Some(EgressEnd::Complete)) => t!("hidden; possibly redirected").to_owned(),
    }
}

/// The time of day here.
fn time(epoch_millis: f64) -> String {
    let date = js_sys::Date::new(&epoch_millis.into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}
