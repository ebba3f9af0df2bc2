use crate::cite::Target;
use crate::markup::{Align, Inline, Item, Node};
use crate::state::{AppState, ColumnView, Focus, Rendered};
use crate::types::Evidence;
use crate::ui::part::erased::{listener, live};
use leptos::prelude::*;
use std::sync::Arc;

/// What an answer's nodes refer to.
#[derive(Clone)]
struct Context {
    state: AppState,
    rendered: Arc<Rendered>,
    evidence: Option<Arc<Evidence>>,
}

/// The answer as it streams: typed nodes become elements; no text ever becomes markup.
#[component]
pub fn AnswerBody(
    /// The column.
    view: RwSignal<ColumnView>,
) -> impl IntoView {
    let state = AppState::get();
    let rendered = Memo::new(move |_| view.with(|view| Arc::clone(&view.rendered)));
    let reasoning = Memo::new(move |_| {
        view.with(|view| view.answer.as_ref().map(|answer| answer.reasoning.clone()).unwrap_or_default())
    });
    let draw = move |(at, _): (usize, u32)| {
        let rendered = rendered.get_untracked();
        let evidence = view.with_untracked(|view| view.evidence.clone());
        let context = Context { state, rendered: Arc::clone(&rendered), evidence };
        rendered.nodes.get(at).map(|node| block(node, &context))
    };
    view! {
        <Show when=move || reasoning.with(|text| !text.is_empty())>
            <details class="answer-reasoning">
                <summary>"Reasoning"</summary>
                <p>{live(move || reasoning.get())}</p>
            </details>
        </Show>
        <div class="answer">
            <For each=move || rendered.with(|rendered| rendered.keys()) key=|key| *key children=draw/>
        </div>
    }
    .into_any()
}

fn nodes(list: &[Node], context: &Context) -> AnyView {
    list.iter().map(|node| block(node, context)).collect_view().into_any()
}

fn block(node: &Node, context: &Context) -> AnyView {
    let inner = |list: &[Inline]| inlines(list, context);
    match node {
        Node::Paragraph(list) => view! { <p>{inner(list)}</p> }.into_any(),
        // An answer's headings stand below the column's own.
        Node::Heading(1 | 2, list) => view! { <h4>{inner(list)}</h4> }.into_any(),
        Node::Heading(3, list) => view! { <h5>{inner(list)}</h5> }.into_any(),
        Node::Heading(_, list) => view! { <h6>{inner(list)}</h6> }.into_any(),
        Node::List { ordered, start, items } => {
            let items = items.iter().map(|item| list_item(item, context)).collect_view();
            if *ordered {
                view! { <ol start=start.to_string()>{items}</ol> }.into_any()
            } else {
                view! { <ul>{items}</ul> }.into_any()
            }
        }
        Node::CodeBlock { text, .. } => {
            view! { <pre tabindex="0"><code>{text.clone()}</code></pre> }.into_any()
        }
        Node::Quote(list) => view! { <blockquote>{nodes(list, context)}</blockquote> }.into_any(),
        Node::Rule => view! { <hr/> }.into_any(),
        Node::Table { align, header, rows } => table(align, header, rows, context),
    }
}

fn list_item(item: &Item, context: &Context) -> AnyView {
    let mark = item.checked.map(|checked| if checked { "☑ " } else { "☐ " });
    view! { <li>{mark}{nodes(&item.nodes, context)}</li> }.into_any()
}

fn table(align: &[Align], header: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>], context: &Context) -> AnyView {
    let class = |at: usize| match align.get(at) {
        Some(Align::Right) => "right",
        Some(Align::Center) => "center",
        _ => "left",
    };
    let cells = |row: &[Vec<Inline>]| {
        row.iter()
            .enumerate()
            .map(|(at, cell)| view! { <td class=class(at)>{inlines(cell, context)}</td> })
            .collect_view()
    };
    let head = header
        .iter()
        .enumerate()
        .map(|(at, cell)| view! { <th scope="col" class=class(at)>{inlines(cell, context)}</th> })
        .collect_view();
    let body = rows.iter().map(|row| view! { <tr>{cells(row)}</tr> }).collect_view();
    view! {
        <div class="answer-table" tabindex="0">
            <table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>
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
        Inline::Link { url, text } => {
            link(url.as_str().to_owned(), url.destination().to_owned(), inlines(text, context))
        }
        Inline::BlockedImage { alt, .. } => {
            let label = if alt.is_empty() { "image".to_owned() } else { alt.clone() };
            view! { <span class="chip blocked" title="Images in answers are not loaded: loading one could leak text.">{format!("blocked image: {label}")}</span> }.into_any()
        }
        Inline::Cite(at) => cite(*at as usize, context),
        Inline::SoftBreak => " ".into_any(),
        Inline::HardBreak => view! { <br/> }.into_any(),
    }
}

/// A link leads out only after the person has seen where to.
fn link(url: String, asked: String, text: AnyView) -> AnyView {
    let confirm = move |event: leptos::ev::MouseEvent| {
        let question = format!("This link was written by a model. Open it?\n\n{asked}");
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
    let Some(citation) = context.rendered.citations.get(at) else { return ().into_any() };
    let number = citation.number;
    let passage = context
        .evidence
        .as_ref()
        .and_then(|evidence| evidence.passages.get((number as usize).wrapping_sub(1)).cloned());
    match (&citation.target, passage) {
        (Target::Passage { support, quote, .. }, Some(passage)) => {
            let words = quote.map_or_else(|| support.clone(), |quote| vec![quote]);
            let label = format!("Citation {number}: {}", passage.document_name);
            let state = context.state;
            view! {
                <button
                    class="cite"
                    aria-label=label
                    title=passage.document_name.clone()
                    on:click=listener(move |_| {
                        state.open_document(passage.document, Some(Focus { passage: passage.span, words: words.clone() }));
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
            let state = context.state;
            view! {
                <button
                    class="cite flagged"
                    aria-label=label
                    title="The quote is not in this passage."
                    on:click=listener(move |_| {
                        state.open_document(passage.document, Some(Focus { passage: passage.span, words: Vec::new() }));
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
