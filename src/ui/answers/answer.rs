use crate::cite::{Citation, Target};
use crate::markup::{Align, Continues, Inline, Item, Node, SafeUrl};
use crate::state::{Action, AnswerHead, AnswerOf, AppState, ColumnView, Focus, Rendered, RenderedPiece};
use crate::text;
use crate::types::{Answer, Evidence};
use crate::ui::part::erased::{keyed, listener, live};
use leptos::prelude::*;

/// Bytes of text that is shown as it is, in one node: while it grows, only the last node changes.
const TEXT_BYTES: usize = 4_096;

/// What an answer's nodes refer to.
struct Context<'a> {
    state: AppState,
    citations: &'a [Citation],
    evidence: Option<&'a Evidence>,
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
            parts(state, &view, rendered)
        }
    };
    view! {
        <Show when=move || thinks.get()>
            <details class="answer-reasoning">
                <summary>"Reasoning"</summary>
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
fn parts(state: AppState, view: &ArcRwSignal<ColumnView>, rendered: Rendered) -> AnyView {
    let (places, view) = (rendered.clone(), view.clone());
    let draw = move |at: usize| {
        let part = rendered.part(at).unwrap_or_default();
        let (places, view) = (part.clone(), view.clone());
        let draw = move |at: usize| {
            let piece = part.piece(at).unwrap_or_default();
            let (blocks, view) = (piece.clone(), view.clone());
            keyed(move || blocks.with(RenderedPiece::keys), move |at| piece_block(state, &view, &piece, at))
        };
        view! { <div class="answer-part">{keyed(move || places.keys(), draw)}</div> }.into_any()
    };
    keyed(move || places.keys(), draw)
}

/// The block at a place of a piece.
fn piece_block(
    state: AppState,
    view: &ArcRwSignal<ColumnView>,
    piece: &ArcRwSignal<RenderedPiece>,
    at: usize,
) -> AnyView {
    let evidence = view.with_untracked(|view| view.evidence.clone());
    piece.with_untracked(|RenderedPiece { piece, .. }| {
        let context = Context { state, citations: &piece.citations, evidence: evidence.as_deref() };
        let class = match piece.continues {
            Continues::Nothing => None,
            _ if at > 0 => None,
            Continues::Item => Some("answer-continues answer-continues-item"),
            Continues::Block | Continues::List | Continues::Table => Some("answer-continues"),
        };
        piece.nodes.get(at).map(|node| block(node, class, &context)).into_any()
    })
}

/// `auto` for text with letters that are written from right to left. Browsers find a direction by reading the text, for each
/// change again: what needs none is not asked.
fn direction(list: &[Inline]) -> Option<&'static str> {
    fn has_rtl(list: &[Inline]) -> bool {
        list.iter().any(|inline| match inline {
            Inline::Text(text) | Inline::Code(text) => text::has_rtl(text),
            Inline::Strong(list) | Inline::Emphasis(list) | Inline::Strike(list) => has_rtl(list),
            Inline::Link { text, .. } => has_rtl(text),
            _ => false,
        })
    }
    has_rtl(list).then_some("auto")
}

fn direction_of_nodes(list: &[Node]) -> Option<&'static str> {
    match list.first()? {
        Node::Paragraph(list) | Node::Heading(_, list) => direction(list),
        _ => None,
    }
}

/// A table's columns run as its head does.
fn direction_of_rows(header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Option<&'static str> {
    let head = if header.is_empty() { rows.first().map_or(header, Vec::as_slice) } else { header };
    head.iter().find_map(|cell| direction(cell)).map(|_| "rtl")
}

fn nodes(list: &[Node], context: &Context) -> AnyView {
    list.iter().map(|node| block(node, None, context)).collect_view().into_any()
}

fn block(node: &Node, class: Option<&'static str>, context: &Context) -> AnyView {
    let inner = |list: &[Inline]| inlines(list, context);
    match node {
        Node::Paragraph(list) => view! { <p class=class dir=direction(list)>{inner(list)}</p> }.into_any(),
        // An answer's headings stand below the column's own.
        Node::Heading(1 | 2, list) => view! { <h4 dir=direction(list)>{inner(list)}</h4> }.into_any(),
        Node::Heading(3, list) => view! { <h5 dir=direction(list)>{inner(list)}</h5> }.into_any(),
        Node::Heading(_, list) => view! { <h6 dir=direction(list)>{inner(list)}</h6> }.into_any(),
        Node::List { ordered, start, items } => {
            let dir = items.first().and_then(|item| direction_of_nodes(&item.nodes));
            let items = items.iter().map(|item| list_item(item, context)).collect_view();
            if *ordered {
                view! { <ol class=class dir=dir start=start.to_string()>{items}</ol> }.into_any()
            } else {
                view! { <ul class=class dir=dir>{items}</ul> }.into_any()
            }
        }
        Node::CodeBlock { text, .. } => {
            view! { <pre class=class tabindex="0" dir="ltr"><code>{text.clone()}</code></pre> }.into_any()
        }
        Node::Quote(list) => {
            view! { <blockquote class=class dir=direction_of_nodes(list)>{nodes(list, context)}</blockquote> }
                .into_any()
        }
        Node::Rule => view! { <hr/> }.into_any(),
        Node::Table { align, header, rows } => table(align, header, rows, class, context),
    }
}

fn list_item(item: &Item, context: &Context) -> AnyView {
    let mark = item.checked.map(|checked| if checked { "☑ " } else { "☐ " });
    view! { <li dir=direction_of_nodes(&item.nodes)>{mark}{nodes(&item.nodes, context)}</li> }.into_any()
}

fn table(
    align: &[Align],
    header: &[Vec<Inline>],
    rows: &[Vec<Vec<Inline>>],
    continues: Option<&'static str>,
    context: &Context,
) -> AnyView {
    let class = |at: usize| match align.get(at) {
        Some(Align::Right) => "right",
        Some(Align::Center) => "center",
        _ => "left",
    };
    let cells = |row: &[Vec<Inline>]| {
        row.iter()
            .enumerate()
            .map(|(at, cell)| view! { <td class=class(at) dir=direction(cell)>{inlines(cell, context)}</td> })
            .collect_view()
    };
    let head = (!header.is_empty()).then(|| {
        let cells = header.iter().enumerate();
        let cell = |(at, cell): (usize, &Vec<Inline>)| view! { <th scope="col" class=class(at) dir=direction(cell)>{inlines(cell, context)}</th> };
        view! { <thead><tr>{cells.map(cell).collect_view()}</tr></thead> }
    });
    let body = rows.iter().map(|row| view! { <tr>{cells(row)}</tr> }).collect_view();
    view! {
        <div class=format!("answer-table {}", continues.unwrap_or_default()) tabindex="0">
            <table dir=direction_of_rows(header, rows)>{head}<tbody>{body}</tbody></table>
        </div>
    }
    .into_any()
}

fn inlines(list: &[Inline], context: &Context) -> AnyView {
    list.iter().map(|inline| one(inline, context)).collect_view().into_any()
}

fn one(inline: &Inline, context: &Context) -> AnyView {
    match inline {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Strong(list) => view! { <strong>{inlines(list, context)}</strong> }.into_any(),
        Inline::Emphasis(list) => view! { <em>{inlines(list, context)}</em> }.into_any(),
        Inline::Strike(list) => view! { <s>{inlines(list, context)}</s> }.into_any(),
        Inline::Code(text) => view! { <code>{text.clone()}</code> }.into_any(),
        Inline::Link { url, text } => link(url, inlines(text, context)),
        Inline::BlockedImage { alt, .. } => {
            let label = if alt.is_empty() { "image".to_owned() } else { alt.clone() };
            view! { <span class="chip blocked" title="Images in answers are not loaded: loading one could leak text.">{format!("blocked image: {label}")}</span> }.into_any()
        }
        Inline::Cite(at) => cite(*at as usize, context),
        Inline::SoftBreak => " ".into_any(),
        Inline::HardBreak => view! { <br/> }.into_any(),
    }
}

/// A link leads out only after the person has seen where to: the host by itself, and all that goes there.
fn link(url: &SafeUrl, text: AnyView) -> AnyView {
    let kind = if url.is_mail() { "Email to" } else { "Host" };
    let question =
        format!("A model wrote this link. Open it?\n\n{kind}: {}\n\n{}", url.destination(), url.as_str());
    let url = url.as_str().to_owned();
    let confirm = move |event: leptos::ev::MouseEvent| {
        if !window().confirm_with_message(&question).unwrap_or(false) {
            event.prevent_default();
        }
    };
    let also = confirm.clone();
    view! {
        <a
            href=url.clone()
            title=url
            target="_blank"
            rel="noopener noreferrer nofollow"
            referrerpolicy="no-referrer"
            on:click=listener(confirm)
            on:auxclick=listener(also)
        >
            {text}
        </a>
    }
    .into_any()
}

fn cite(at: usize, context: &Context) -> AnyView {
    let Some(citation) = context.citations.get(at) else { return ().into_any() };
    let number = citation.number;
    let passage =
        context.evidence.and_then(|evidence| evidence.passages.get((number as usize).wrapping_sub(1)));
    match (&citation.target, passage) {
        (Target::Passage { support, quote, .. }, Some(passage)) => {
            let words = quote.map_or_else(|| support.clone(), |quote| vec![quote]);
            let label = format!("Citation {number}: {}", passage.document_name);
            let (state, document, passage_span) = (context.state, passage.document, passage.span);
            view! {
                <button
                    class="cite"
                    aria-label=label
                    title=passage.document_name.clone()
                    on:click=listener(move |_| {
                        state.act(Action::OpenDocument(document, Some(Focus { passage: passage_span, words: words.clone() })));
                    })
                >
                    {number}
                </button>
            }
            .into_any()
        }
        (Target::Unsupported { .. }, Some(passage)) => {
            let label =
                format!("Citation {number}, the quote is not in the passage: {}", passage.document_name);
            let (state, document, passage_span) = (context.state, passage.document, passage.span);
            view! {
                <button
                    class="cite flagged"
                    aria-label=label
                    title="The quote is not in this passage."
                    on:click=listener(move |_| {
                        state.act(Action::OpenDocument(document, Some(Focus { passage: passage_span, words: Vec::new() })));
                    })
                >
                    {format!("{number} ?")}
                </button>
            }
            .into_any()
        }
        _ => {
            let title = format!("Invalid citation: no passage {number} was sent to this column.");
            view! { <span class="cite flagged" role="note" title=title.clone() aria-label=title>{format!("{number} ✕")}</span> }.into_any()
        }
    }
}
