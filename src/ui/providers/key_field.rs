use crate::state::AppState;
use crate::types::{AuthKind, ProviderRow};
use crate::ui::part::field::{Field, bound};
use crate::worker::protocol::VaultState;
use leptos::prelude::*;

/// A key as typed: one field, or the three of an AWS signature. Emptied as soon as the courier has it.
#[derive(Clone, Copy)]
pub struct KeyInput {
    parts: [RwSignal<String>; 3],
}

impl KeyInput {
    /// Nothing typed.
    pub fn new() -> Self {
        Self { parts: std::array::from_fn(|_| RwSignal::new(String::new())) }
    }

    /// What was typed; empty when nothing was.
    pub fn typed(self) -> String {
        let parts = self.parts.map(|part| part.get_untracked().trim().to_owned());
        parts.join(":").trim_end_matches(':').to_owned()
    }

    /// What was typed, taken out of the fields.
    pub fn take(self) -> String {
        let typed = self.typed();
        self.parts.iter().for_each(|part| part.set(String::new()));
        typed
    }

    /// The fields that `auth` wants; `optional` says that the host can do without. `address` is where the key would go.
    pub fn fields(
        self,
        auth: AuthKind,
        optional: bool,
        row: Option<&ProviderRow>,
        address: Signal<String>,
    ) -> AnyView {
        let state = AppState::get();
        if auth == AuthKind::None {
            return ().into_any();
        }
        let held = move || state.key_held(&address.get());
        let kept = move || {
            state.providers.with(|store| match store.keys.vault {
                VaultState::Open => t!("Vault unlocked: a new key is stored in it, encrypted; sent only to this address."),
                VaultState::Locked => {
                    t!("Vault locked: kept in memory only; sent only to this address; cleared when you close the tab.")
                }
                _ => t!("Kept in memory only; sent only to this address; cleared when you close the tab."),
            })
        };
        let hint = move || match held() {
            "" => kept().to_owned(),
            held => t!("{held} Leave empty to use it.", held = held),
        };
        let [first, second, third] = self.parts;
        let secret = |label: &str, hint: Option<AnyView>| Field {
            label: label.into(),
            kind: "password",
            placeholder: if optional { t!("Optional").into() } else { String::new() },
            hint,
            ..Field::default()
        };
        let hint = view! { {hint} }.into_any();
        let fields = if auth == AuthKind::SigV4 {
            view! {
                {bound(Field { label: t!("Access key ID").into(), hint: Some(hint), ..Field::default() }, first)}
                <div class="form-row">
                    {bound(secret(t!("Secret access key"), None), second)}
                    {bound(secret(t!("Session token (optional)"), None), third)}
                </div>
            }
            .into_any()
        } else {
            bound(secret(t!("API key"), Some(hint)), first)
        };
        let page = row.map(|row| row.key_page.clone()).filter(|page| !page.is_empty());
        let page = page.map(|page| {
            view! { <a class="get-key" href=page target="_blank" rel="noopener noreferrer nofollow">{t!("Get a key")}</a> }
        });
        view! { {fields} {page} }.into_any()
    }
}
