use crate::chunk;
use crate::evaluate::histogram::{Bin, histogram};
use crate::state::{AppState, ChunkPreview, stored_documents};
use crate::types::{ChunkSettings, DocumentId, UserError};
use crate::ui::part::erased::live;
use crate::ui::part::field;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Bars of a histogram.
const BINS: u32 = 10;

/// How a document is cut under the settings as saved and as typed, beside each other.
pub fn preview(state: AppState, saved: ChunkSettings, typed: RwSignal<ChunkSettings>) -> AnyView {
    let chosen = RwSignal::new(None::<DocumentId>);
    let is_open = RwSignal::new(false);
    let found = RwSignal::new(None::<Result<Vec<ChunkPreview>, UserError>>);
    let asked = StoredValue::new(0u32);
    Effect::new(move || {
        let (document, typed) = (chosen.get(), typed.get());
        let Some(document) = document.filter(|_| is_open.get() && chunk::validate(typed).is_ok()) else {
            return;
        };
        // What is typed next makes this answer an old one.
        asked.update_value(|asked| *asked += 1);
        let own = asked.get_value();
        let settings = if typed == saved { vec![typed] } else { vec![saved, typed] };
        spawn_local(async move {
            let previews = state.chunk_previews(document, settings).await;
            if asked.try_get_value() == Some(own) {
                found.set(previews);
            }
        });
    });
    let documents = move || {
        let documents = stored_documents(state);
        if documents.is_empty() {
            return field::hint(t!("Add a document to preview its chunks."));
        }
        let current = chosen.get_untracked().or(documents.first().map(|(id, _)| *id));
        chosen.set(current);
        let options = documents.iter().map(|(id, name)| (id.to_string(), name.clone())).collect();
        let choose = move |value: String| {
            chosen.set(documents.iter().find(|(id, _)| id.to_string() == value).map(|(id, _)| *id));
        };
        let current = current.map(|id| id.to_string()).unwrap_or_default();
        field::select(t!("Document to preview"), options, &current, Callback::new(choose))
    };
    let results = move || match found.get() {
        None => ().into_any(),
        Some(Err(error)) => field::user_error(Some(error)),
        Some(Ok(previews)) => {
            let names: &[&'static str] =
                if previews.len() > 1 { &[t!("As saved"), t!("As typed")] } else { &[t!("As saved")] };
            let cards = names.iter().zip(&previews).map(|(name, preview)| card(name, preview));
            view! { <div class="chunk-previews">{cards.collect_view()}</div> }.into_any()
        }
    };
    let toggle = move |event: web_sys::Event| {
        let details = event_target::<web_sys::Element>(&event);
        is_open.set(details.has_attribute("open"));
    };
    view! {
        <details class="chunk-preview" on:toggle=toggle>
            <summary>{t!("Preview of the chunks")}</summary>
            {live(documents)}
            {live(results)}
        </details>
    }
    .into_any()
}

fn card(name: &'static str, preview: &ChunkPreview) -> AnyView {
    let ChunkPreview { sizes, first } = preview;
    let mut sorted = sizes.clone();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0);
    let about = t!(
        "{count} {count#chunk|chunks}, {least} to {most} tokens, median {median}",
        count = sizes.len(),
        least = sorted.first().copied().unwrap_or(0),
        most = sorted.last().copied().unwrap_or(0),
        median = median,
    );
    let bins = histogram(sizes, BINS);
    let highest = bins.iter().map(|bin| bin.count).max().unwrap_or(0).max(1);
    let bars = bins.into_iter().map(|Bin { from, to, count }| {
        let width = count * 100 / highest;
        let range = t!("{from} to {to} tokens: {count}", from = from, to = to, count = count);
        view! { <li>
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=width height="1"/></svg>
                <span>{range}</span>
            </li> }
    });
    let texts = first.iter().map(|text| view! { <li dir="auto">{text.clone()}</li> });
    view! {
        <section aria-label=name>
            <h3>{name}</h3>
            <p class="hint">{about}</p>
            <ul class="histogram" aria-label=t!("Chunk sizes")>{bars.collect_view()}</ul>
            <ol class="chunk-texts" tabindex="0" aria-label=t!("First chunks")>{texts.collect_view()}</ol>
        </section>
    }
    .into_any()
}
