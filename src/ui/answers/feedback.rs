use crate::state::{Action, AnswerOf, AppState, ColumnView};
use crate::types::{AnswerState, Thumb};
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::icon::{Icon, Name};
use leptos::prelude::*;

/// The person's verdict on an answer, and a note.
#[component]
pub fn Feedback(
    /// Whose answer.
    of: AnswerOf,
    /// The column.
    view: RwSignal<ColumnView>,
) -> impl IntoView {
    let is_over = Memo::new(move |_| view.with(|view| view.state().is_some_and(AnswerState::is_over)));
    live(move || is_over.get().then(|| feedback(AppState::get(), of, view))).into_any()
}

fn feedback(state: AppState, of: AnswerOf, view: RwSignal<ColumnView>) -> AnyView {
    let id = of.column();
    let name = view.with_untracked(|view| view.name.clone());
    // The answers of an earlier run are shown, not judged again.
    let is_earlier = matches!(of, AnswerOf::Earlier(_));
    let thumb = Memo::new(move |_| view.with(|view| view.thumb));
    let note = Memo::new(move |_| view.with(|view| view.note.clone()));
    let writing = RwSignal::new(false);
    let verdict = |verdict: Thumb, label: String, icon: Name| {
        let is_set = move || thumb.get() == Some(verdict);
        view! {
            <button
                class="button quiet tiny"
                class:active=sig(is_set)
                aria-label=label.clone()
                title=label
                aria-pressed=sig(move || is_set().to_string())
                disabled=is_earlier
                on:click=listener(move |_| state.act(Action::SetThumb(id, verdict)))
            >
                <Icon name=icon/>
            </button>
        }
    };
    let note_label = t!("Note on {name}", name = name);
    let field_label = note_label.clone();
    let body = move || {
        if writing.get() {
            let text = note.get_untracked();
            let save = move |event| {
                state.act(Action::SetNote(id, event_target_value(&event).trim().to_owned()));
                writing.set(false);
            };
            view! { <textarea class="feedback-note" aria-label=field_label.clone() rows="2" autofocus on:change=listener(save)>{text}</textarea> }
                .into_any()
        } else {
            let text = note.get();
            (!text.is_empty()).then(|| view! { <p class="feedback-note">{text}</p> }).into_any()
        }
    };
    view! {
        <div class="feedback">
            {verdict(Thumb::Up, t!("Good answer of {name}", name = name), Name::ThumbUp)}
            {verdict(Thumb::Down, t!("Bad answer of {name}", name = name), Name::ThumbDown)}
            <button
                class="button quiet tiny"
                aria-label=note_label.clone()
                title=note_label
                aria-expanded=sig(move || writing.get().to_string())
                disabled=is_earlier
                on:click=listener(move |_| writing.update(|writing| *writing = !*writing))
            >
                <Icon name=Name::Note/>
            </button>
            {live(body)}
        </div>
    }
    .into_any()
}
