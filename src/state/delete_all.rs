use crate::browser::indexed_db::{corpus_name, courier_name, delete_database};
use crate::state::documents::clear_removals;
use crate::state::{AppState, PromptLibrary, settings};
use leptos::prelude::*;
use leptos::task::spawn_local;

impl AppState {
    /// Deletes everything that this copy of the site keeps in this browser, and starts from nothing.
    pub fn delete_all_data(self) {
        self.stop_all();
        let services = self.services();
        spawn_local(async move {
            // A worker that is writing would bring its database back.
            services.terminate();
            for name in [corpus_name(), courier_name()] {
                if let Err(error) = delete_database(&name).await {
                    return self.corpus.user_error.set(Some(error.into()));
                }
            }
            settings::clear();
            PromptLibrary::clear();
            clear_removals();
            let _ = window().location().reload();
        });
    }
}
