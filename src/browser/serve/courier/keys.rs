//! Keys in memory and in the vault.

use super::{CourierState, failed};
use crate::browser::clock::{epoch_millis, sleep};
use crate::browser::vault::{KeyVault, VaultKey};
use crate::courier::{Origin, Purpose};
use crate::provider::{Error, Key};
use crate::types::{Endpoint, UserError};
use crate::worker::protocol::{FromCourier, KeyState, KeyStates, VaultState, VaultVerb};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

impl CourierState {
    /// Keeps a key for the origin where an endpoint does what the key is for, and remembers it where the vault is open.
    pub(super) async fn set_key(&self, endpoint: &Endpoint, purpose: Purpose, key: &str) -> FromCourier {
        let target = match purpose {
            Purpose::Embeddings => self.embedder(endpoint).map(|aimed| aimed.target),
            Purpose::Rerank => self.reranker(endpoint).map(|aimed| aimed.target),
            _ => self.target(endpoint),
        };
        let bound = target.and_then(|target| {
            let origin = Origin::of(&target.base).ok_or(Error::HasUserinfo)?;
            let key = if key.is_empty() { None } else { Some(Key::new(key)?) };
            Ok((target.provider, origin, key))
        });
        let (provider, origin, key) = match bound {
            Ok(bound) => bound,
            Err(error) => return failed("key", &error),
        };
        let Some(key) = key else { return self.forget_key(&origin).await };
        self.keyring.borrow_mut().put(origin.clone(), key.clone());
        self.owners.borrow_mut().insert(origin.clone(), provider.clone());
        let vault = self.vault().await;
        if vault.is_open(now()) {
            if let Err(user_error) = vault.put(&(provider, origin.clone(), key), now()).await {
                return FromCourier::Failed(user_error);
            }
            self.keyring.borrow_mut().set_kept(&origin);
        }
        FromCourier::KeySet(true)
    }

    pub(super) async fn forget_key(&self, origin: &Origin) -> FromCourier {
        self.keyring.borrow_mut().forget(origin);
        match self.vault().await.forget(origin).await {
            Ok(_) => FromCourier::KeySet(false),
            Err(user_error) => FromCourier::Failed(user_error),
        }
    }

    pub(super) async fn forget_all_keys(&self) -> FromCourier {
        self.keyring.borrow_mut().forget_all();
        let vault = self.vault().await;
        let remembered = match vault.remembered().await {
            Ok(remembered) => remembered.unwrap_or_default(),
            Err(user_error) => return FromCourier::Failed(user_error),
        };
        for (_, origin) in remembered {
            if let Err(user_error) = vault.forget(&origin).await {
                return FromCourier::Failed(user_error);
            }
        }
        self.keys().await
    }

    /// How keys and vault stand.
    pub(super) async fn keys(&self) -> FromCourier {
        self.close_vault_in_time();
        let vault = self.vault().await;
        let remembered = match vault.remembered().await {
            Ok(remembered) => remembered,
            Err(user_error) => return FromCourier::Failed(user_error),
        };
        let state = match &remembered {
            _ if self.db().await.user_error().is_some() => VaultState::Unavailable,
            None => VaultState::None,
            Some(_) if vault.is_open(now()) => VaultState::Open,
            Some(_) => VaultState::Locked,
        };
        let origins = remembered.unwrap_or_default().into_iter().map(|(_, origin)| origin);
        self.keyring.borrow_mut().set_remembered(origins);
        let keyring = self.keyring.borrow();
        let keys = keyring.statuses().map(|(origin, status)| KeyState {
            origin: origin.clone(),
            in_memory: status.in_memory,
            remembered: status.remembered,
        });
        FromCourier::Keys(KeyStates { keys: keys.collect(), vault: state })
    }

    pub(super) async fn vault_verb(self: &Rc<Self>, verb: VaultVerb) -> FromCourier {
        let vault = self.vault().await;
        let done = match verb {
            VaultVerb::Create(_) if self.db().await.user_error().is_some() => Err(UserError::new(
                "vault",
                "this browser blocks storage",
                "Allow this site to store data; keys stay in memory until then.",
            )),
            VaultVerb::Create(passphrase) => {
                let keys = self.typed_keys();
                let created = vault.create(&passphrase, &keys, now()).await;
                created.map(|()| {
                    keys.iter().for_each(|(_, origin, _)| self.keyring.borrow_mut().set_kept(origin))
                })
            }
            VaultVerb::Unlock(passphrase) => {
                vault.unlock(&passphrase, now()).await.map(|keys| self.take(keys))
            }
            VaultVerb::Rekey { from, to } => vault.rekey(&from, &to, now()).await.map(|keys| self.take(keys)),
            VaultVerb::Lock => {
                vault.lock();
                self.keyring.borrow_mut().lock();
                Ok(())
            }
            VaultVerb::Destroy => vault.destroy().await.map(|()| {
                let mut keyring = self.keyring.borrow_mut();
                keyring.lock();
                keyring.set_remembered([]);
            }),
        };
        if let Err(user_error) = done {
            return FromCourier::Failed(user_error);
        }
        self.watch_vault();
        self.keys().await
    }

    /// The keys in memory, with whose they are.
    fn typed_keys(&self) -> Vec<VaultKey> {
        let (keyring, owners) = (self.keyring.borrow(), self.owners.borrow());
        let kept = |origin: &Origin| {
            let owner = owners.get(origin).cloned().unwrap_or_default();
            keyring.of(origin).map(|key| (owner, origin.clone(), key.clone()))
        };
        keyring.origins().filter_map(kept).collect()
    }

    fn take(&self, keys: Vec<VaultKey>) {
        for (owner, origin, key) in keys {
            self.owners.borrow_mut().insert(origin.clone(), owner);
            self.keyring.borrow_mut().put_from_vault(origin, key);
        }
    }

    /// A key of the vault is used: it stays open a while longer.
    pub(super) fn vault_was_used(&self) {
        if let Some(vault) = self.vault.get() {
            vault.used(now());
        }
    }

    /// Takes the vault's keys out of memory when its time is over.
    pub(super) fn close_vault_in_time(&self) {
        if let Some(vault) = self.vault.get()
            && !vault.is_open(now())
        {
            self.keyring.borrow_mut().lock();
        }
    }

    /// Closes the vault by itself when nobody uses it.
    fn watch_vault(self: &Rc<Self>) {
        if self.watching.replace(true) {
            return;
        }
        let state = Rc::clone(self);
        spawn_local(async move {
            while let Some(deadline) = state.vault.get().and_then(KeyVault::deadline_millis) {
                let left = deadline - now();
                if left <= 0.0 {
                    break;
                }
                // A sleeping computer stops timers, so the clock is looked at now and then.
                sleep(left.min(30_000.0) as i32 + 1).await;
            }
            state.close_vault_in_time();
            state.watching.set(false);
        });
    }
}

fn now() -> f64 {
    epoch_millis() as f64
}
