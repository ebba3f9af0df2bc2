use crate::browser::files;
use crate::parse;
use crate::state::{Action, AppState, Dialog, Side, place};
use crate::types::EmbedderRef;
use crate::ui::documents::notices;
use crate::ui::documents::row::DocumentRow;
use crate::ui::panes::hide_button;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The left pane: what there is to ask about.
#[component]
pub fn Documents() -> impl IntoView {
    let state = AppState::get();
    let dragging = take_drops(state);
    view! {
        <section
            class="documents"
            aria-label=t!("Documents")
            class:dragging=sig(move || dragging.get())
        >
            <div class="pane-head">
                <h2>{t!("Documents")}</h2>
                <AddButtons/>
            </div>
            {hide_button(state, Side::Documents)}
            {live(move || notices::newer(state))}
            {live(move || field::user_error(state.corpus.user_error.get()))}
            <Show when=move || state.corpus.volatile.get()>
                <p class="notice">{t!("This browser blocks storage: documents are removed when you close the tab.")}</p>
            </Show>
            {move || notices::outdated(state)}
            {move || notices::read_before(state)}
            <ul class="documents-list" role="list" aria-label=t!("Documents")>
                <For each=move || state.corpus.rows.cells() key=|cell| cell.key let:cell>
                    <DocumentRow row=cell.value/>
                </For>
            </ul>
            <Show when=move || state.corpus.rows.is_empty()>
                <Empty/>
            </Show>
            {notices::same(state)}
            {live(move || notices::removed(state))}
            <Foot/>
        </section>
    }
    .into_any()
}

/// Adds the files that are dropped anywhere on the page: where nothing takes them, the browser would leave the page and open
/// them. Gives whether some are being dragged.
fn take_drops(state: AppState) -> RwSignal<bool> {
    let dragging = RwSignal::new(false);
    let of_files = |event: &leptos::ev::DragEvent| {
        event.data_transfer().filter(|transfer| transfer.types().includes(&"Files".into(), 0))
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if of_files(&event).is_some() {
            event.prevent_default();
            dragging.set(true);
        }
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |event| {
        // From element to element there is a related target; out of the window there is none.
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        dragging.set(false);
        if let Some(transfer) = of_files(&event) {
            event.prevent_default();
            let dropped = files::of_drop(&transfer);
            spawn_local(async move { state.act(Action::AddFiles(files::collect(dropped).await)) });
        }
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        dropped.remove();
    });
    dragging
}

/// Adds files, a folder, or pasted text.
#[component]
fn AddButtons() -> impl IntoView {
    let state = AppState::get();
    let picked = move |event: leptos::ev::Event| {
        let input: web_sys::HtmlInputElement = event_target(&event);
        state.act(Action::AddFiles(files::of_list(input.files())));
        // The same file can be picked again later.
        input.set_value("");
    };
    view! {
        <div class="documents-add">
            <button class="button" on:click=listener(|_| files::open_picker(files::FILE_PICKER))>
                <Icon name=Name::Add/>
                {t!("Add documents")}
            </button>
            <button class="button quiet" aria-label=t!("Add a folder") title=t!("Add a folder") on:click=listener(|_| files::open_picker(files::FOLDER_PICKER))>
                <Icon name=Name::Folder/>
            </button>
            <button
                class="button quiet"
                aria-label=t!("Paste text")
                title=t!("Paste text")
                on:click=listener(move |_| state.view.dialog.set(Some(Dialog::Paste)))
            >
                <Icon name=Name::Paste/>
            </button>
        </div>
        <input
            id=files::FILE_PICKER
            class="visually-hidden"
            type="file"
            accept=parse::accept()
            multiple
            tabindex="-1"
            aria-label=t!("Files to add")
            on:change=listener(picked)
        />
        <input
            id=files::FOLDER_PICKER
            class="visually-hidden"
            type="file"
            prop:webkitdirectory=true
            tabindex="-1"
            aria-label=t!("Folder to add")
            on:change=listener(picked)
        />
    }
    .into_any()
}

/// What can be added, and where the text of documents goes.
fn invitation(state: AppState) -> String {
    let formats = parse::format_names();
    match state.settings.with(|settings| settings.recipe().embedder.clone()) {
        EmbedderRef::BuiltIn => {
            t!(
                "Drop files or a folder here: {formats}. They are read in this tab and sent nowhere.",
                formats = formats
            )
        }
        EmbedderRef::Remote { endpoint, .. } => t!(
            "Drop files or a folder here: {formats}. They are read in this tab; their text is sent to {host}, the embedder set in Settings.",
            formats = formats,
            host = place(&endpoint),
        ),
    }
}

/// What a newcomer sees.
#[component]
pub fn Empty() -> impl IntoView {
    let state = AppState::get();
    let about = move || state.sample.with(|sample| sample.as_ref().map(|sample| sample.description.clone()));
    view! {
        <div class="documents-empty">
            <p>{move || invitation(state)}</p>
            <button
                class="button primary"
                disabled=sig(move || state.sample.with(Option::is_none))
                on:click=listener(move |_| state.act(Action::TrySample))
            >
                {t!("Try the sample")}
            </button>
            // The pane has this button in its head, which is out of sight where the answers alone are shown.
            <button class="button documents-empty-add" on:click=listener(|_| files::open_picker(files::FILE_PICKER))>{t!("Add documents")}</button>
            <p class="hint">{about}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Foot() -> impl IntoView {
    let state = AppState::get();
    let totals = Memo::new(move |_| state.corpus.totals());
    let text = move || {
        let totals = totals.get();
        let mut parts = vec![
            t!("{count} indexed", count = totals.ready),
            t!("{count} {count#chunk|chunks}", count = totals.chunks),
        ];
        parts.extend((totals.under_way > 0).then(|| t!("{count} processing", count = totals.under_way)));
        parts.extend((totals.failed > 0).then(|| t!("{count} failed", count = totals.failed)));
        parts.join(" · ")
    };
    view! { <p class="documents-foot">{text}</p> }.into_any()
}
