use crate::messages::text as text_of;
use crate::state::{AppState, Opened};
use crate::types::{Block, BlockKind, Chunk, Span};
use crate::ui::evidence::passages::marked;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::icon::{Icon, Name};
use leptos::html;
use leptos::prelude::*;

/// Blocks drawn at once; more are a press away. A book of 10 MB must not become a page of 10 MB.
const WINDOW: usize = 160;

/// A document, its passage in view and marked; or its chunks, as the pipeline cut them.
#[component]
pub fn Viewer() -> impl IntoView {
    let state = AppState::get();
    let opened = state.view.opened;
    let title = Memo::new(move |_| {
        opened.with(|opened| opened.as_ref().map(|opened| opened.document.name.clone()).unwrap_or_default())
    });
    let about = Memo::new(move |_| opened.with(|opened| opened.as_ref().map(about).unwrap_or_default()));
    let show_chunks =
        Memo::new(move |_| opened.with(|opened| opened.as_ref().is_some_and(|opened| opened.show_chunks)));
    // How many blocks before and after the focus are drawn.
    let reach = RwSignal::new((WINDOW / 4, WINDOW));
    let toggle = move |_| {
        opened.update(|opened| {
            if let Some(opened) = opened {
                opened.show_chunks = !opened.show_chunks;
            }
        });
    };
    view! {
        <div class="pane-head">
            <button class="button quiet" on:click=listener(move |_| state.view.close_viewer())>
                <Icon name=Name::Back/>
                {t!("Evidence")}
            </button>
            <label class="viewer-toggle">
                <input type="checkbox" prop:checked=sig(move || show_chunks.get()) on:change=listener(toggle)/>
                {t!("Chunks")}
            </label>
        </div>
        <h2 class="viewer-title"><bdi>{live(move || title.get())}</bdi></h2>
        <p class="evidence-about">{live(move || about.get())}</p>
        {live(move || field::user_error(state.view.user_error.get()))}
        <div class="viewer" tabindex="0" role="document" aria-label=t!("Document text")>
            {live(move || opened.with(|opened| opened.as_ref().map(|opened| {
                if opened.show_chunks { chunks(opened, reach) } else { text(opened, reach) }
            })))}
        </div>
    }
    .into_any()
}

fn about(opened: &Opened) -> String {
    let document = &opened.document;
    let mut parts = vec![document.format.label().to_owned()];
    if !document.pages.is_empty() {
        parts.push(t!("{count} {count#page|pages}", count = document.pages.len()));
    }
    parts.push(t!("{count} {count#chunk|chunks}", count = opened.chunks.len()));
    if let Some(preview) = opened.preview {
        parts.push(t!(
            "preview: {strategy}, {size} tokens, overlap {overlap}",
            strategy = text_of(preview.strategy.name()),
            size = preview.size_tokens,
            overlap = preview.overlap_tokens,
        ));
    }
    parts.join(" · ")
}

/// What a window shows: chunks or blocks, the page of each, and how many pages there are.
struct Items<'a, T> {
    items: &'a [T],
    are_chunks: bool,
    page: &'a dyn Fn(&T) -> Option<usize>,
    pages: usize,
}

impl<T> Items<'_, T> {
    /// `Show next 160 blocks (page 22 of 112)`: how many of `left` come, and from which page on.
    fn label(&self, is_next: bool, left: usize, next: usize) -> String {
        let count = left.min(WINDOW);
        let show = match (self.are_chunks, is_next) {
            (true, true) => t!("Show next {count} {count#chunk|chunks}", count = count),
            (true, false) => t!("Show previous {count} {count#chunk|chunks}", count = count),
            (false, true) => t!("Show next {count} {count#block|blocks}", count = count),
            (false, false) => t!("Show previous {count} {count#block|blocks}", count = count),
        };
        match self.items.get(next).and_then(self.page) {
            Some(page) => {
                format!("{show} ({})", t!("page {page} of {pages}", page = page, pages = self.pages))
            }
            None => show,
        }
    }
}

/// The part of the items around `centre`, with a button before and after where more is.
fn window<T>(
    all: &Items<'_, T>,
    centre: usize,
    reach: RwSignal<(usize, usize)>,
    draw: impl Fn(usize, &T) -> AnyView,
) -> AnyView {
    let items = all.items;
    let (before, after) = reach.get();
    let first = centre.saturating_sub(before);
    let last = centre.saturating_add(after).min(items.len());
    let earlier = (first > 0).then(|| {
        view! { <button class="button quiet" on:click=listener(move |_| reach.update(|reach| reach.0 += WINDOW))>{all.label(false, first, first - 1)}</button> }
    });
    let later = (last < items.len()).then(|| {
        let left = items.len() - last;
        view! { <button class="button quiet" on:click=listener(move |_| reach.update(|reach| reach.1 += WINDOW))>{all.label(true, left, last)}</button> }
    });
    let drawn = items.iter().enumerate().skip(first).take(last - first).map(|(at, item)| draw(at, item));
    view! { {earlier} {drawn.collect_view()} {later} }.into_any()
}

fn text(opened: &Opened, reach: RwSignal<(usize, usize)>) -> AnyView {
    let document = &opened.document;
    let focus = opened.focus.clone().unwrap_or_default();
    let centre = opened.blocks.partition_point(|block| block.span.end <= focus.passage.start);
    let page = |block: &Block| page_of(&document.pages, block);
    let items = Items { items: &opened.blocks, are_chunks: false, page: &page, pages: document.pages.len() };
    window(&items, centre, reach, |at, block| {
        let inside = !focus.passage.is_empty() && block.span.overlaps(focus.passage);
        let page = first_of_page(&document.pages, &opened.blocks, at);
        let words: Vec<Span> = local(&focus.words, block.span);
        let body = marked(block.span.of(&document.text), &words);
        let body = element(block.kind, body);
        let at_focus = inside && at == centre;
        view! {
            {page.map(|page| view! { <p class="viewer-page">{t!("page {page}", page = page)}</p> })}
            <Scrolled here=at_focus inside>{body}</Scrolled>
        }
        .into_any()
    })
}

/// A block's box; the first of the passage comes into view by itself.
#[component]
fn Scrolled(here: bool, inside: bool, children: Children) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if here && let Some(element) = node.get() {
            element.scroll_into_view();
        }
    });
    view! { <div node_ref=node class="viewer-block" class:passage-here=inside>{children()}</div> }.into_any()
}

fn chunks(opened: &Opened, reach: RwSignal<(usize, usize)>) -> AnyView {
    let start = opened.focus.as_ref().map_or(0, |focus| focus.passage.start);
    let centre = opened.chunks.partition_point(|chunk| chunk.span.end <= start);
    let document = &opened.document;
    let page = |chunk: &Chunk| chunk.page.map(|page| page as usize);
    let items = Items { items: &opened.chunks, are_chunks: true, page: &page, pages: document.pages.len() };
    window(&items, centre, reach, |at, chunk| {
        let mut place = chunk.headings.join(" › ");
        if let Some(page) = chunk.page {
            place = t!("{place} · page {page}", place = place, page = page);
        }
        // What the chunk repeats of the one before it.
        let before = at.checked_sub(1).and_then(|before| opened.chunks.get(before));
        let shared = before.map_or(0, |before| before.span.end.saturating_sub(chunk.span.start));
        let repeated = [Span { start: 0, end: shared }];
        let repeated = if shared > 0 { repeated.as_slice() } else { &[] };
        view! {
            <div class="viewer-chunk">
                <p class="viewer-chunk-head">{t!("{number} · {tokens} tokens · {place}", number = at + 1, tokens = chunk.tokens, place = place)}</p>
                <p class="viewer-chunk-text" dir="auto">{marked(chunk.span.of(&document.text), repeated)}</p>
            </div>
        }
        .into_any()
    })
}

fn element(kind: BlockKind, body: AnyView) -> AnyView {
    match kind {
        BlockKind::Heading(1 | 2) => view! { <p class="viewer-heading" dir="auto">{body}</p> }.into_any(),
        BlockKind::Heading(_) => view! { <p class="viewer-subheading" dir="auto">{body}</p> }.into_any(),
        BlockKind::Paragraph => view! { <p dir="auto">{body}</p> }.into_any(),
        BlockKind::ListItem => view! { <p class="viewer-item" dir="auto">{body}</p> }.into_any(),
        BlockKind::Table | BlockKind::Code => view! { <pre tabindex="0" dir="auto">{body}</pre> }.into_any(),
        BlockKind::Quote => view! { <blockquote dir="auto">{body}</blockquote> }.into_any(),
        BlockKind::Note => view! { <p class="viewer-note" dir="auto">{body}</p> }.into_any(),
    }
}

/// The page that begins with block `at`.
fn first_of_page(pages: &[Span], blocks: &[Block], at: usize) -> Option<usize> {
    let page = blocks.get(at).and_then(|block| page_of(pages, block))?;
    let before = at.checked_sub(1).and_then(|before| blocks.get(before));
    (before.and_then(|block| page_of(pages, block)) != Some(page)).then_some(page)
}

/// The page on which a block begins.
fn page_of(pages: &[Span], block: &Block) -> Option<usize> {
    let page = pages.partition_point(|page| page.start <= block.span.start);
    (page > 0).then_some(page)
}

/// The parts of `spans` inside `block`, counted from its start.
fn local(spans: &[Span], block: Span) -> Vec<Span> {
    let mut inside: Vec<Span> = spans
        .iter()
        .filter(|span| span.overlaps(block))
        .map(|span| Span {
            start: span.start.max(block.start) - block.start,
            end: span.end.min(block.end) - block.start,
        })
        .collect();
    inside.sort();
    inside
}
