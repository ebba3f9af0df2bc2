use crate::state::AppState;
use crate::ui::part::erased::{listener, live, sig};
use crate::ui::part::field::{Field, bound, button};
use crate::worker::protocol::{KeyState, ToCourier, VaultState, VaultVerb};
use leptos::prelude::*;

/// Which origins have a key, and the vault.
pub fn keys(state: AppState) -> AnyView {
    state.refresh(ToCourier::Keys);
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
                    {button("Forget all keys".into(), move || state.send(ToCourier::ForgetAllKeys, "All keys are forgotten.", ToCourier::Keys))}
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
                aria-label=format!("Forget key of {name}")
                on:click=listener(move |_| state.forget_key(origin.clone()))
            >
                "Forget"
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
        state.send(ToCourier::Vault(verb), done, ToCourier::Keys);
    };
    let typed = move || passphrase.get_untracked();
    let destroy = move || {
        button("Forget the vault".into(), move || {
            verb(VaultVerb::Destroy, "The vault and what was in it are forgotten.")
        })
    };
    match vault {
        VaultState::Unknown => crate::ui::part::field::hint("Looking"),
        VaultState::Unavailable => {
            view! { <p class="notice">"This browser forbids storage: keys are gone with the tab."</p> }
                .into_any()
        }
        VaultState::None => {
            let differ = move || passphrase.with(|one| repeated.with(|two| one.is_empty() || one != two));
            let create = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                if !untrack(differ) {
                    verb(VaultVerb::Create(typed()), "Keys are remembered, encrypted.");
                }
            };
            view! {
                <p class="hint">
                    "Keys are gone with the tab. A vault remembers them in this browser, encrypted under a passphrase. It
                    protects them from whoever reads this browser's files; not from someone who knows the passphrase, nor from a
                    browser that is itself compromised. There is no way back from a forgotten passphrase but to enter the keys anew."
                </p>
                <form class="form" on:submit=listener(create)>
                    <div class="form-row">{secret("Passphrase", passphrase)}{secret("Repeat passphrase", repeated)}</div>
                    <div class="form-actions">
                        <button class="button primary" type="submit" disabled=differ>"Remember keys"</button>
                    </div>
                </form>
            }
            .into_any()
        }
        VaultState::Locked => {
            let unlock = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                verb(VaultVerb::Unlock(typed()), "The vault is open.");
            };
            view! {
                <p class="hint">"The vault is locked: its keys are encrypted in this browser, and no request can use them."</p>
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
                <p class="hint">"The vault is open: keys entered now go into it, encrypted. Locking takes its keys out of memory."</p>
                <div class="form-actions">
                    {destroy()}
                    {button("Lock".into(), move || verb(VaultVerb::Lock, "The vault is locked."))}
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
