use crate::browser::clock::sleep;
use crate::courier::EgressEntry;
use crate::format;
use crate::state::AppState;
use crate::worker::protocol::ToCourier;
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
            state.refresh(ToCourier::Egress(0));
            sleep(REFRESH_MILLIS).await;
        }
    });
    let rows = move || {
        state.told.with(|told| {
            let sent = &told.sent;
            if sent.is_empty() {
                return view! { <p class="hint">"Nothing has left this page."</p> }.into_any();
            }
            let rows = sent.iter().rev().map(row).collect_view();
            view! {
                <div class="table-scroll" tabindex="0" role="group" aria-label="Requests">
                    <table class="table">
                        <caption>"Requests that left this page, newest first"</caption>
                        <thead>
                            <tr>
                                <th scope="col">"Time"</th>
                                <th scope="col">"Origin"</th>
                                <th scope="col">"Purpose"</th>
                                <th scope="col">"Sent"</th>
                                <th scope="col">"Received"</th>
                                <th scope="col">"Status"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <p class="hint">"Documents never leave as files. What leaves is listed here, without its text and without keys; the site's own files are not."</p>
        {rows}
    }
    .into_any()
}

fn row(entry: &EgressEntry) -> AnyView {
    let key = entry.with_key.then_some(" with key");
    let status = entry.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
    view! {
        <tr>
            <td class="number">{time(entry.at_millis)}</td>
            <td><code>{entry.origin.to_string()}</code></td>
            <td>{words(&format!("{:?}", entry.purpose))}{key}</td>
            <td class="number">{format::bytes(entry.request_bytes)}</td>
            <td class="number">{format::bytes(entry.response_bytes)}</td>
            <td class="number">{status}</td>
        </tr>
    }
    .into_any()
}

/// The time of day here.
fn time(epoch_millis: f64) -> String {
    let date = js_sys::Date::new(&epoch_millis.into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

/// `RateLimited` → `rate limited`.
pub fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
