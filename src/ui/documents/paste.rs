use crate::browser::files;
use crate::state::AppState;
use crate::ui::part::dialog::Modal;
use crate::ui::part::erased::{listener, sig};
use leptos::prelude::*;

/// Text becomes a document.
#[component]
pub fn Paste() -> impl IntoView {
    let state = AppState::get();
    let name = RwSignal::new(t!("Pasted text.txt").to_owned());
    let text = RwSignal::new(String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (name, text) = (name.get_untracked(), text.get_untracked());
        let name = if name.trim().is_empty() { t!("Pasted text.txt") } else { name.trim() };
        if !text.trim().is_empty()
            && let Ok(file) = files::from_text(name, &text)
        {
            state.add_files(vec![file]);
            state.view.dialog.set(None);
        }
    };
    view! {
        <Modal title=t!("Paste text")>
            <form class="form" on:submit=listener(add)>
                <label>
                    {t!("Name")}
                    <input type="text" prop:value=sig(move || name.get()) on:input=listener(move |event| name.set(event_target_value(&event)))/>
                </label>
                <label>
                    {t!("Text")}
                    <textarea
                        rows="12"
                        prop:value=sig(move || text.get())
                        on:input=listener(move |event| text.set(event_target_value(&event)))
                    ></textarea>
                </label>
                <div class="form-actions">
                    <button class="button primary" type="submit" disabled=sig(move || text.with(|text| text.trim().is_empty()))>
                        {t!("Add as document")}
                    </button>
                </div>
            </form>
        </Modal>
    }
    .into_any()
}
