use crate::state::AppState;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, button};
use crate::worker::protocol::{ForgetAllKeys, KeyState, ListKeys, UseVault, VaultState, VaultVerb};
use leptos::prelude::*;

/// Which origins have a key, and the vault.
pub fn keys(state: AppState) -> AnyView {
    state.refresh(ListKeys);
    let store = state.providers;
    let list = move || {
        store.with(|store| {
            let store = &store.keys;
            if store.keys.is_empty() {
                return crate::ui::part::field::hint("No keys yet. Enter one in Add column.");
            }
            let rows = store.keys.iter().map(|key| key_row(state, key)).collect_view();
            view! {
                <ul class="keys">{rows}</ul>
                <div class="form-actions">
                    {button("Delete all keys".into(), move || state.send(ForgetAllKeys, "All keys deleted.", |state| state.refresh(ListKeys)))}
                </div>
            }
            .into_any()
        })
    };
    // By number: what was typed stays while the vault stands as it did.
    let vault = Memo::new(move |_| store.with(|store| store.keys.vault as usize));
    view! {
        <section class="panel-part">
            <h3>"Keys"</h3>
            <p class="hint">"A key is sent only to the address it was entered for. The page cannot read it back."</p>
            {list}
        </section>
        <section class="panel-part">
            <h3>"Vault"</h3>
            {live(move || {
            vault.get();
            vault_part(state, store.with_untracked(|store| store.keys.vault))
        })}
        </section>
    }
    .into_any()
}

fn key_row(state: AppState, key: &KeyState) -> AnyView {
    let place = match (key.in_memory, key.remembered) {
        (true, true) => "in the vault",
        (false, true) => "locked",
        _ => "in memory",
    };
    let (origin, name) = (key.origin.clone(), key.origin.to_string());
    view! {
        <li>
            <code>{name.clone()}</code>
            <span class="badge plain">{place}</span>
            <button
                class="button"
                type="button"
                aria-label=format!("Delete key of {name}")
                on:click=listener(move |_| state.forget_key(origin.clone()))
            >
                "Delete key"
            </button>
        </li>
    }
    .into_any()
}

fn vault_part(state: AppState, vault: VaultState) -> AnyView {
    let [passphrase, repeated, new] = std::array::from_fn(|_| RwSignal::new(String::new()));
    let secret = |label: &str, signal: RwSignal<String>| {
        bound(Field { label: label.into(), kind: "password", ..Field::default() }, signal)
    };
    let verb = move |verb: VaultVerb, done: &'static str| {
        [passphrase, repeated, new].into_iter().for_each(|signal| signal.set(String::new()));
        state.send(UseVault(verb), done, |state| state.refresh(ListKeys));
    };
    let typed = move || passphrase.get_untracked();
    let destroy = move || {
        button("Delete vault".into(), move || verb(VaultVerb::Destroy, "Vault and its keys deleted."))
    };
    match vault {
        VaultState::Unknown => crate::ui::part::field::hint("Loading"),
        VaultState::Unavailable => {
            view! { <p class="notice">"This browser blocks storage: keys are cleared when you close the tab."</p> }
                .into_any()
        }
        VaultState::None => {
            let differ = move || passphrase.with(|one| repeated.with(|two| one.is_empty() || one != two));
            let create = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                if !untrack(differ) {
                    verb(VaultVerb::Create(typed()), "Vault created. Keys are stored encrypted.");
                }
            };
            view! {
                <p class="hint">
                    "Keys are cleared when you close the tab. A vault stores them in this browser, encrypted with a passphrase. It
                    protects them from anyone who reads this browser's files, but not from someone who knows the passphrase or from
                    a compromised browser. A forgotten passphrase cannot be recovered: you would enter the keys again."
                </p>
                <form class="form" on:submit=listener(create)>
                    <div class="form-row">{secret("Passphrase", passphrase)}{secret("Repeat passphrase", repeated)}</div>
                    <div class="form-actions">
                        <button class="button primary" type="submit" disabled=differ>"Create vault"</button>
                    </div>
                </form>
            }
            .into_any()
        }
        VaultState::Locked => {
            let unlock = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                verb(VaultVerb::Unlock(typed()), "Vault unlocked.");
            };
            view! {
                <p class="hint">"The vault is locked: its keys cannot be used until you unlock it."</p>
                <form class="form" on:submit=listener(unlock)>
                    {secret("Passphrase", passphrase)}
                    <div class="form-actions">
                        {destroy()}
                        <button class="button primary" type="submit">"Unlock"</button>
                    </div>
                </form>
            }
            .into_any()
        }
        VaultState::Open => {
            let rekey = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                verb(
                    VaultVerb::Rekey { from: typed(), to: new.get_untracked() },
                    "The passphrase is changed.",
                );
            };
            view! {
                <p class="hint">"The vault is unlocked: new keys are stored in it, encrypted. Locking removes its keys from memory."</p>
                <div class="form-actions">
                    {destroy()}
                    {button("Lock".into(), move || verb(VaultVerb::Lock, "Vault locked."))}
                </div>
                <form class="form" on:submit=listener(rekey)>
                    <div class="form-row">{secret("Passphrase", passphrase)}{secret("New passphrase", new)}</div>
                    <div class="form-actions">
                        <button class="button" type="submit" disabled=sig(move || new.with(String::is_empty))>"Change passphrase"</button>
                    </div>
                </form>
            }
            .into_any()
        }
    }
}
