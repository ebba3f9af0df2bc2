use crate::cite::Citation;
use crate::markup::{Continues, Node};
use crate::state::{AnswerHead, AnswerOf, AppState, ColumnView, PART_PIECES, Rendered, RenderedPiece};
use crate::types::{Answer, Evidence};
use crate::ui::answers::{block, notes};
use crate::ui::part::erased::{keyed, live};
use leptos::prelude::*;

/// Bytes of text that is shown as it is, in one node: while it grows, only the last node changes.
const TEXT_BYTES: usize = 4_096;

/// What an answer's nodes refer to.
pub struct Context<'a> {
    /// The page's state.
    pub state: AppState,
    /// Whose answer it is.
    pub of: AnswerOf,
    /// The answer, and which of its pieces holds the nodes.
    pub rendered: &'a Rendered,
    /// Which.
    pub piece: usize,
    /// The citations of the piece.
    pub citations: &'a [Citation],
    /// What they cite.
    pub evidence: Option<&'a Evidence>,
}

/// The answer as it streams: typed nodes become elements; no text ever becomes markup.
#[component]
pub fn AnswerBody(
    /// Whose answer.
    of: AnswerOf,
    /// The column.
    view: RwSignal<ColumnView>,
) -> impl IntoView {
    let state = AppState::get();
    let rendered = Memo::new(move |_| view.with(|view| view.rendered.clone()));
    let thinks =
        Memo::new(move |_| view.with(|view| view.head.as_ref().is_some_and(|head| head.reasoning_bytes > 0)));
    let view = ArcRwSignal::from(view);
    let of_reasoning = view.clone();
    let draw = move || {
        let rendered = rendered.get();
        if rendered.is_plain() {
            view! { <p class="answer-plain">{text(state, of, &view, |head| head.text_bytes, |answer| &answer.text)}</p> }.into_any()
        } else {
            view! { {parts(state, of, &view, rendered.clone())} {notes::list(state, of, &view, rendered)} }
                .into_any()
        }
    };
    view! {
        <Show when=move || thinks.get()>
            <details class="answer-reasoning">
                <summary>{t!("Reasoning")}</summary>
                <p>{text(state, of, &of_reasoning, |head| head.reasoning_bytes, |answer| &answer.reasoning)}</p>
            </details>
        </Show>
        <div class="answer">{live(draw)}</div>
    }
    .into_any()
}

/// Text as it is, in nodes of a few kilobytes.
fn text(
    state: AppState,
    of: AnswerOf,
    view: &ArcRwSignal<ColumnView>,
    bytes: fn(&AnswerHead) -> usize,
    read: fn(&Answer) -> &String,
) -> AnyView {
    let view = view.clone();
    let length = move || view.with(|view| view.head.as_ref().map_or(0, bytes));
    let keys = move || {
        let length = length();
        let whole = (0..length / TEXT_BYTES).map(|at| (at, u32::MAX));
        whole.chain([(length / TEXT_BYTES, (length % TEXT_BYTES) as u32)]).collect()
    };
    let draw = move |at: usize| {
        let part = |text: &String| {
            let end = |at: usize| text.floor_char_boundary(at * TEXT_BYTES);
            text.get(end(at)..end(at + 1)).unwrap_or_default().to_owned()
        };
        state.session.with_answer(of, |answer| part(read(answer))).into_any()
    };
    keyed(keys, draw)
}

/// The answer's parts, pieces and blocks, of which only those are drawn again that change.
fn parts(state: AppState, of: AnswerOf, view: &ArcRwSignal<ColumnView>, rendered: Rendered) -> AnyView {
    let (places, view) = (rendered.clone(), view.clone());
    let draw = move |number: usize| {
        let (rendered, part) = (rendered.clone(), rendered.part(number).unwrap_or_default());
        let (places, view) = (part.clone(), view.clone());
        let draw = move |at: usize| {
            let piece = part.piece(at).unwrap_or_default();
            let (blocks, view, rendered) = (piece.clone(), view.clone(), rendered.clone());
            let number = number * PART_PIECES + at;
            let draw = move |at| {
                with_block(state, of, &view, (&rendered, number), &piece, at, |node, class, context| {
                    block::block(node, class, Some(at), context)
                })
            };
            keyed(move || blocks.with(RenderedPiece::keys), draw)
        };
        view! { <div class="answer-part">{keyed(move || places.keys(), draw)}</div> }.into_any()
    };
    keyed(move || places.keys(), draw)
}

/// Draws the block at a place of a piece, with the class that says how it goes on with what is before.
pub fn with_block(
    state: AppState,
    of: AnswerOf,
    view: &ArcRwSignal<ColumnView>,
    (rendered, number): (&Rendered, usize),
    piece: &ArcRwSignal<RenderedPiece>,
    at: usize,
    draw: impl Fn(&Node, Option<&'static str>, &Context) -> AnyView,
) -> AnyView {
    let evidence = view.with_untracked(|view| view.evidence.clone());
    piece.with_untracked(|RenderedPiece { piece, .. }| {
        let citations = &piece.citations;
        let context =
            Context { state, of, rendered, piece: number, citations, evidence: evidence.as_deref() };
        let class = match piece.continues {
            Continues::Nothing => None,
            _ if at > 0 => None,
            Continues::Item => Some("answer-continues answer-continues-item"),
            Continues::Block | Continues::Line | Continues::List | Continues::Table => {
                Some("answer-continues")
            }
        };
        piece.nodes.get(at).map(|node| draw(node, class, &context)).into_any()
    })
}
