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
                return crate::ui::part::field::hint(t!("No keys yet. Enter one in Add column."));
            }
            let rows = store.keys.iter().map(|key| key_row(state, key)).collect_view();
            view! {
                <ul class="keys">{rows}</ul>
                <div class="form-actions">
                    {button(t!("Delete all keys").into(), move || state.send(ForgetAllKeys, t!("All keys deleted."), |state| state.refresh(ListKeys)))}
                </div>
            }
            .into_any()
        })
    };
    // By number: what was typed stays while the vault stands as it did.
    let vault = Memo::new(move |_| store.with(|store| store.keys.vault as usize));
    view! {
        <section class="panel-part">
            <h3>{t!("Keys")}</h3>
            <p class="hint">{t!("A key is sent only to the address it was entered for. The page cannot read it back.")}</p>
            {list}
        </section>
        <section class="panel-part">
            <h3>{t!("Vault")}</h3>
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
        (true, true) => t!("in the vault"),
        (false, true) => t!("locked"),
        _ => t!("in memory"),
    };
    let (origin, name) = (key.origin.clone(), key.origin.to_string());
    view! {
        <li>
            <code>{name.clone()}</code>
            <span class="badge plain">{place}</span>
            <button
                class="button"
                type="button"
                aria-label=t!("Delete key of {name}", name = name)
                on:click=listener(move |_| state.forget_key(origin.clone()))
            >
                {t!("Delete key")}
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
        button(t!("Delete vault").into(), move || verb(VaultVerb::Destroy, t!("Vault and its keys deleted.")))
    };
    match vault {
        VaultState::Unknown => crate::ui::part::field::hint(t!("Loading")),
        VaultState::Unavailable => {
            view! { <p class="notice">{t!("This browser blocks storage: keys are cleared when you close the tab.")}</p> }
                .into_any()
        }
        VaultState::None => {
            let differ = move || passphrase.with(|one| repeated.with(|two| one.is_empty() || one != two));
            let create = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                if !untrack(differ) {
                    verb(VaultVerb::Create(typed()), t!("Vault created. Keys are stored encrypted."));
                }
            };
            view! {
                <p class="hint">
                    {t!("Keys are cleared when you close the tab. A vault stores them in this browser, encrypted with a passphrase. It protects them from anyone who reads this browser's files, but not from someone who knows the passphrase or from a compromised browser. A forgotten passphrase cannot be recovered: you would enter the keys again.")}
                </p>
                <form class="form" on:submit=listener(create)>
                    <div class="form-row">{secret(t!("Passphrase"), passphrase)}{secret(t!("Repeat passphrase"), repeated)}</div>
                    <div class="form-actions">
                        <button class="button primary" type="submit" disabled=differ>{t!("Create vault")}</button>
                    </div>
                </form>
            }
            .into_any()
        }
        VaultState::Locked => {
            let unlock = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                verb(VaultVerb::Unlock(typed()), t!("Vault unlocked."));
            };
            view! {
                <p class="hint">{t!("The vault is locked: its keys cannot be used until you unlock it.")}</p>
                <form class="form" on:submit=listener(unlock)>
                    {secret(t!("Passphrase"), passphrase)}
                    <div class="form-actions">
                        {destroy()}
                        <button class="button primary" type="submit">{t!("Unlock")}</button>
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
                    t!("The passphrase is changed."),
                );
            };
            view! {
                <p class="hint">{t!("The vault is unlocked: new keys are stored in it, encrypted. Locking removes its keys from memory.")}</p>
                <div class="form-actions">
                    {destroy()}
                    {button(t!("Lock").into(), move || verb(VaultVerb::Lock, t!("Vault locked.")))}
                </div>
                <form class="form" on:submit=listener(rekey)>
                    <div class="form-row">{secret(t!("Passphrase"), passphrase)}{secret(t!("New passphrase"), new)}</div>
                    <div class="form-actions">
                        <button class="button" type="submit" disabled=sig(move || new.with(String::is_empty))>{t!("Change passphrase")}</button>
                    </div>
                </form>
            }
            .into_any()
        }
    }
}
