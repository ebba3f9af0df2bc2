use crate::cite::Target;
use crate::markup::{Inline, SafeUrl};
use crate::state::{Action, Focus};
use crate::ui::answers::answer::Context;
use crate::ui::answers::{formula, notes};
use crate::ui::part::erased::listener;
use leptos::prelude::*;

/// Running text.
pub fn inlines(list: &[Inline], context: &Context) -> AnyView {
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
            let label = if alt.is_empty() { t!("image").to_owned() } else { alt.clone() };
            view! { <span class="chip blocked" title=t!("Images in answers are not loaded: loading one could leak text.")>{t!("blocked image: {label}", label = label)}</span> }.into_any()
        }
        Inline::Cite(at) => cite(*at as usize, context),
        Inline::Math { source, is_display, nodes } => formula::formula(source, *is_display, nodes),
        Inline::Footnote { label, is_defined } => notes::reference(label, *is_defined, context.of),
        Inline::SoftBreak => " ".into_any(),
        Inline::HardBreak => view! { <br/> }.into_any(),
    }
}

/// A link leads out only after the person has seen where to: the host by itself, and all that goes there.
fn link(url: &SafeUrl, text: AnyView) -> AnyView {
    let kind = if url.is_mail() { t!("Email to") } else { t!("Host") };
    let question = format!(
        "{}\n\n{kind}: {}\n\n{}",
        t!("A model wrote this link. Open it?"),
        url.destination(),
        url.as_str()
    );
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
            let label =
                t!("Citation {number}: {document}", number = number, document = passage.document_name);
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
            let label = t!(
                "Citation {number}, the quote is not in the passage: {document}",
                number = number,
                document = passage.document_name
            );
            let (state, document, passage_span) = (context.state, passage.document, passage.span);
            view! {
                <button
                    class="cite flagged"
                    aria-label=label
                    title=t!("The quote is not in this passage.")
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
            let title = t!("Invalid citation: no passage {number} was sent to this column.", number = number);
            view! { <span class="cite flagged" role="note" title=title.clone() aria-label=title>{format!("{number} ✕")}</span> }.into_any()
        }
    }
}
