use crate::state::{AppState, Command, Offer, find, is_mac, label, offered};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::hint;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

/// Commands shown at once: a corpus may have thousands of documents.
const SHOWN: usize = 60;

/// Commands by name: typed, chosen by arrows, done by Enter.
#[component]
pub fn Palette() -> impl IntoView {
    let state = AppState::get();
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let all = Memo::new(move |_| offered(&state.command_context()));
    let found = Memo::new(move |_| all.with(|all| find(all, &query.get())));
    let count = Memo::new(move |_| found.with(Vec::len).min(SHOWN));
    let at = Memo::new(move |_| chosen.get().min(count.get().saturating_sub(1)));
    let run = move |at: usize| {
        if let Some(command) = found.with_untracked(|found| found.get(at).map(|offer| offer.command)) {
            leave(state, command);
        }
    };
    let key = move |event: KeyboardEvent| {
        let (at, count) = (at.get_untracked(), count.get_untracked().max(1));
        match event.key().as_str() {
            _ if event.is_composing() => return,
            "ArrowDown" => chosen.set((at + 1) % count),
            "ArrowUp" => chosen.set((at + count - 1) % count),
            "PageDown" => chosen.set((at + 8).min(count - 1)),
            "PageUp" => chosen.set(at.saturating_sub(8)),
            "Enter" => run(at),
            // The key that opened it closes it.
            _ if is_palette_key(state, &event) => state.view.dialog.set(None),
            _ => return,
        }
        event.prevent_default();
    };
    let typed = move |event| {
        query.set(event_target_value(&event));
        chosen.set(0);
    };
    let options = move || {
        let at = at.get();
        found.with(|found| {
            let shown = found.iter().take(SHOWN).enumerate();
            shown.map(|(place, offer)| option(offer, place, place == at, run)).collect_view()
        })
    };
    let rest = move || match found.with(Vec::len) {
        0 => hint(t!("No command found.")),
        all if all > SHOWN => hint(t!("{count} more: type to narrow the list.", count = all - SHOWN)),
        _ => ().into_any(),
    };
    view! {
        <Modal title=t!("Command palette")>
            <div class="palette">
                <input
                    type="text"
                    role="combobox"
                    aria-label=t!("Command")
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-autocomplete="list"
                    aria-activedescendant=sig(move || (count.get() > 0).then(|| option_id(at.get())))
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=t!("Type a command, a column or a document")
                    prop:value=sig(move || query.get())
                    on:input=listener(typed)
                    on:keydown=listener(key)
                />
                <ul id="palette-list" class="palette-list" role="listbox" aria-label=t!("Commands")>{options}</ul>
                <div role="status">{live(rest)}</div>
            </div>
        </Modal>
    }
    .into_any()
}

/// The dialog is gone before the command is done: it may need the focus, or open another dialog.
fn leave(state: AppState, command: Command) {
    state.view.dialog.set(None);
    request_animation_frame(move || state.run_command(command));
}

fn is_palette_key(state: AppState, event: &KeyboardEvent) -> bool {
    let chord = crate::state::with_press(event, |press| press.chord());
    let own =
        state.settings.with_untracked(|settings| settings.shortcuts.of(Command::Palette).map(str::to_owned));
    own.is_some_and(|own| own.starts_with("Mod+") && chord.as_deref() == Some(own.as_str()))
}

fn option_id(place: usize) -> String {
    format!("palette-option-{place}")
}

fn option(
    offer: &Offer,
    place: usize,
    is_chosen: bool,
    run: impl Fn(usize) + Copy + Send + Sync + 'static,
) -> AnyView {
    let node = NodeRef::<html::Li>::new();
    Effect::new(move || {
        if is_chosen && let Some(element) = node.get() {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let key = (!offer.shortcut.is_empty()).then(|| view! { <kbd>{label(&offer.shortcut, is_mac())}</kbd> });
    view! {
        <li
            node_ref=node
            id=option_id(place)
            class="palette-option"
            role="option"
            aria-selected=is_chosen.to_string()
            on:click=listener(move |_| run(place))
        >
            <bdi>{offer.title.clone()}</bdi>
            {key}
        </li>
    }
    .into_any()
}
