use crate::markup::{Align, Inline, Item, Node, plain_text};
use crate::state::AppState;
use crate::ui::answers::answer::Context;
use crate::ui::answers::direction::{direction, direction_of_nodes, direction_of_rows};
use crate::ui::answers::inline::inlines;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// Blocks within another.
pub fn nodes(list: &[Node], context: &Context) -> AnyView {
    list.iter().map(|node| block(node, None, None, context)).collect_view().into_any()
}

/// A block; `at` is its place in its piece, when it stands in nothing else.
pub fn block(node: &Node, class: Option<&'static str>, at: Option<usize>, context: &Context) -> AnyView {
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
        Node::CodeBlock { language, text } => code(language.as_deref(), text, class, at, context),
        Node::Quote(list) => {
            view! { <blockquote class=class dir=direction_of_nodes(list)>{nodes(list, context)}</blockquote> }
                .into_any()
        }
        Node::Rule => view! { <hr/> }.into_any(),
        Node::Table { align, header, rows } => table(align, header, rows, class, context),
        // Shown at the end of the answer.
        Node::Footnote { .. } => ().into_any(),
    }
}

fn list_item(item: &Item, context: &Context) -> AnyView {
    let dir = direction_of_nodes(&item.nodes);
    let inside = nodes(&item.nodes, context);
    let Some(checked) = item.checked else { return view! { <li dir=dir>{inside}</li> }.into_any() };
    let label = match item.nodes.first() {
        Some(Node::Paragraph(list)) => plain_text(list),
        _ => t!("Task").into(),
    };
    view! {
        <li class="answer-task" dir=dir>
            <input type="checkbox" disabled=true checked=checked aria-label=label/>
            <div>{inside}</div>
        </li>
    }
    .into_any()
}

/// Code under a head with its language and a way to copy it. What goes on with the piece before has its head there.
fn code(
    language: Option<&str>,
    text: &str,
    class: Option<&'static str>,
    at: Option<usize>,
    context: &Context,
) -> AnyView {
    let (rendered, piece, own) = (context.rendered.clone(), context.piece, text.to_owned());
    // Code at the top may come in pieces; other code is whole.
    let whole = move || match at {
        Some(at) => rendered.code(piece, at),
        None => own.clone(),
    };
    let head = class.is_none().then(|| code_head(context.state, language, whole));
    view! {
        <div class=format!("answer-code {}", class.unwrap_or_default()) dir="ltr">
            {head}
            <pre tabindex="0"><code>{text.to_owned()}</code></pre>
        </div>
    }
    .into_any()
}

fn code_head(state: AppState, language: Option<&str>, text: impl Fn() -> String + 'static) -> AnyView {
    let copied = ArcRwSignal::new(false);
    let mark = copied.clone();
    let copy = listener(move |_| state.copy_code(text(), copied.clone()));
    let word = move || if mark.get() { t!("Copied") } else { t!("Copy code") };
    view! {
        <div class="answer-code-head">
            <span>{language.unwrap_or(t!("Code")).to_owned()}</span>
            <button class="button tiny quiet" type="button" on:click=copy><Icon name=Name::Copy/>{live(word)}</button>
        </div>
    }
    .into_any()
}

/// A table in a region of its own, which scrolls sideways by pointer and by keyboard.
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
    // Answers of several columns have the same tables; regions need names of their own. What goes on is none.
    let (state, of) = (context.state, context.of);
    let titles: Vec<String> = header.iter().map(|cell| plain_text(cell)).collect();
    let titles = titles.join(", ");
    let name =
        sig(move || t!("Table of {column}: {titles}", column = state.session.label(of), titles = titles));
    view! {
        <div
            class=format!("answer-table {}", continues.unwrap_or_default())
            tabindex="0"
            role=if continues.is_some() { "group" } else { "region" }
            aria-label=name
        >
            <table dir=direction_of_rows(header, rows)>{head}<tbody>{body}</tbody></table>
        </div>
    }
    .into_any()
}
