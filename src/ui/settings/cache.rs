use crate::format;
use crate::state::AppState;
use crate::ui::part::erased::live;
use crate::ui::part::field::button;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The embedding cache: its size, and the button that empties it.
pub fn cache() -> AnyView {
    let state = AppState::get();
    let size = RwSignal::new(None);
    spawn_local(async move {
        // The dialog may be closed by then.
        let _ = size.try_set(state.cache_size().await);
    });
    let text = move || match size.get() {
        None => String::new(),
        Some(bytes) => t!("{size} of embeddings made before.", size = format::bytes(bytes)),
    };
    let clear = move || {
        spawn_local(async move {
            let _ = size.try_set(state.clear_cache().await);
        });
    };
    view! {
        <fieldset>
            <legend>{t!("Embedding cache")}</legend>
            <p aria-live="polite">{live(text)}</p>
            <p class="hint">{t!("It saves embedding the same passage twice. Documents keep their own embeddings.")}</p>
            {button(t!("Clear cache").into(), clear)}
        </fieldset>
    }
    .into_any()
}
