use crate::messages::text;
use crate::state::{AppState, BOUND, Command, FIXED, Shortcuts, is_mac, label, with_press};
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// All keys: to read, to change, to switch off.
#[component]
pub fn ShortcutsDialog() -> impl IntoView {
    let state = AppState::get();
    let error = RwSignal::new(String::new());
    let single =
        move |event| state.set(|settings| settings.shortcuts.single_keys = event_target_checked(&event));
    let reset = move || {
        state.set(|settings| settings.shortcuts = Shortcuts::default());
        error.set(String::new());
    };
    let rows = BOUND.iter().map(move |(command, ..)| row(state, *command, error)).collect_view();
    let fixed = FIXED.iter().map(|(key, what)| {
        view! { <li class="shortcut"><span>{text(what)}</span><kbd>{*key}</kbd></li> }
    });
    view! {
        <Modal title=t!("Keyboard shortcuts")>
            <div class="form">
                <label class="choice">
                    <input
                        type="checkbox"
                        prop:checked=sig(move || state.settings.with(|settings| settings.shortcuts.single_keys))
                        on:change=listener(single)
                    />
                    <span>{t!("Single-key shortcuts")}" "<span class="hint">{t!("off: only those with Ctrl or ⌘ work")}</span></span>
                </label>
                <p class="hint" id="shortcut-hint">{t!("Select a field and press the new key. Backspace removes it.")}</p>
                <div role="alert">{live(move || error.with(|text| (!text.is_empty()).then(|| view! { <p class="notice bad">{text.clone()}</p> })))}</div>
                <ul class="shortcuts" role="list" aria-label=t!("Shortcuts")>{rows}</ul>
                <h3>{t!("Fixed keys")}</h3>
                <ul class="shortcuts" role="list" aria-label=t!("Fixed keys")>{fixed.collect_view()}</ul>
                <div class="form-actions">{field::button(t!("Reset shortcuts").into(), reset)}</div>
            </div>
        </Modal>
    }
    .into_any()
}

fn row(state: AppState, command: Command, error: RwSignal<String>) -> AnyView {
    let shown = move || {
        let key = state.settings.with(|settings| settings.shortcuts.of(command).map(str::to_owned));
        key.map_or_else(String::new, |key| label(&key, is_mac()))
    };
    let id = field::unique();
    view! {
        <li class="shortcut">
            <label for=id.clone()>{text(command.title())}</label>
            <input
                id=id
                type="text"
                class="shortcut-key"
                readonly
                placeholder=t!("None")
                aria-label=t!("Shortcut of {command}", command = text(command.title()))
                aria-describedby="shortcut-hint"
                prop:value=sig(shown)
                on:keydown=listener(move |event| pressed(state, command, error, &event))
            />
        </li>
    }
    .into_any()
}

/// A key pressed in the field of a command becomes its key. Tab, Escape and what is no character keep their meaning.
fn pressed(state: AppState, command: Command, error: RwSignal<String>, event: &KeyboardEvent) {
    let chord = match event.key().as_str() {
        "Backspace" | "Delete" => Some(String::new()),
        _ => with_press(event, |press| press.chord()),
    };
    let Some(chord) = chord else { return };
    event.prevent_default();
    let mut changed = Ok(());
    state.set(|settings| changed = settings.shortcuts.change(command, &chord));
    error.set(match changed {
        Ok(()) => String::new(),
        Err(other) => {
            t!(
                "{key} is the shortcut of “{command}”. Change that one first.",
                key = label(&chord, is_mac()),
                command = text(other.title()),
            )
        }
    });
}
