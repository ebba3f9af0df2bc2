use crate::markup::Node;
use crate::state::{AnswerOf, AppState, ColumnView, Rendered, RenderedPiece};
use crate::ui::answers::answer::with_block;
use crate::ui::answers::block::nodes;
use crate::ui::part::erased::{keyed, listener, live};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;

/// A reference to a footnote: a link to it, once there is one.
pub fn reference(label: &str, is_defined: bool, of: AnswerOf) -> AnyView {
    if !is_defined {
        return view! { <sup title=t!("There is no footnote of this name.")>{label.to_owned()}</sup> }
            .into_any();
    }
    let (note, own) = (of.note(label), of.note_reference(label));
    let (href, name) = (format!("#{note}"), t!("Footnote {label}", label = label));
    view! {
        <sup>
            <a class="answer-note-reference" data-note=own href=href aria-label=name on:click=go_to(note)>
                {label.to_owned()}
            </a>
        </sup>
    }
    .into_any()
}

/// The footnotes at the end of the answer, wherever it defines them.
pub fn list(state: AppState, of: AnswerOf, view: &ArcRwSignal<ColumnView>, rendered: Rendered) -> AnyView {
    let view = view.clone();
    live(move || {
        let (places, rendered, view) = (rendered.clone(), rendered.clone(), view.clone());
        let draw = move |number: usize| {
            let piece = rendered.piece_at(number).unwrap_or_default();
            let (keys, rendered, view) = (piece.clone(), rendered.clone(), view.clone());
            let draw = move |at| {
                with_block(state, of, &view, (&rendered, number), &piece, at, |node, _, context| match node {
                    Node::Footnote { label, nodes: list } => item(label, of, nodes(list, context)),
                    _ => ().into_any(),
                })
            };
            keyed(move || keys.with(RenderedPiece::note_keys), draw)
        };
        places.has_notes().then(|| {
            view! { <ul class="answer-notes" aria-label=t!("Footnotes")>{keyed(move || places.note_keys(), draw)}</ul> }
        })
    })
}

fn item(label: &str, of: AnswerOf, inside: AnyView) -> AnyView {
    let (note, back) = (of.note(label), of.note_reference(label));
    let name = t!("Back to footnote reference {label}", label = label);
    view! {
        <li data-note=note.clone() id=note tabindex="-1">
            <span class="answer-note-label">{format!("{label}.")}</span>
            <div>{inside}</div>
            <a href=format!("#{back}") aria-label=name on:click=go_to(back)>"↩"</a>
        </li>
    }
    .into_any()
}

/// Brings the first element of that `data-note` into view, and the focus to it. The address stays: it is not a place of its own.
fn go_to(name: String) -> Box<dyn FnMut(MouseEvent)> {
    listener(move |event: MouseEvent| {
        event.prevent_default();
        let found = document().query_selector(&format!("[data-note=\"{name}\"]")).ok().flatten();
        if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
            // Scrolls too.
            let _ = element.focus();
        }
    })
}
