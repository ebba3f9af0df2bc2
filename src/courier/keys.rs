//! Keys in memory and in the vault.

use super::vault::VaultKey;
use super::{Courier, Origin, Ports, Purpose};
use crate::provider::{Error, HttpRequest, Key};
use crate::types::{Endpoint, UserError, problem};
use serde::{Deserialize, Serialize};

/// Longest time between two looks at the clock: a sleeping computer stops timers.
const LOOK_MILLIS: f64 = 30_000.0;

/// Keep a key in memory for the endpoint's origin; an empty key forgets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetKey {
    /// Whose key it is.
    pub endpoint: Endpoint,
    /// What it is for: some hosts embed and rerank at another origin.
    pub purpose: Purpose,
    /// The secret.
    pub key: String,
}

/// What can be done with the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultVerb {
    /// Begin to remember keys, encrypted under this passphrase.
    Create(String),
    /// Open it.
    Unlock(String),
    /// Close it: keys that came from it leave the memory.
    Lock,
    /// Change the passphrase.
    Rekey {
        /// The passphrase so far.
        from: String,
        /// The new one.
        to: String,
    },
    /// Forget it and what is in it.
    Destroy,
}

/// How keys and vault stand. Holds no key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyStates {
    /// Each origin that has a key.
    pub keys: Vec<KeyState>,
    /// The vault.
    pub vault: VaultState,
}

/// The key of one origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyState {
    /// Where it goes, and nowhere else.
    pub origin: Origin,
    /// It can be used now.
    pub in_memory: bool,
    /// It is in the vault.
    pub remembered: bool,
}

/// How the vault stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultState {
    /// Not asked yet.
    #[default]
    Unknown,
    /// There is none: keys are gone with the tab.
    None,
    /// Its passphrase is needed.
    Locked,
    /// Open; new keys go into it.
    Open,
    /// This browser forbids storage.
    Unavailable,
}

impl<P: Ports> Courier<P> {
    /// Keeps a key for the origin where an endpoint does what the key is for, and remembers it where the vault is open.
    ///
    /// # Errors
    /// An endpoint or a key that is unusable; a vault that cannot be written.
    pub async fn set_key(&self, asked: &SetKey) -> Result<(), UserError> {
        let SetKey { endpoint, purpose, key } = asked;
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
        let (provider, origin, key) = bound?;
        let Some(key) = key else { return self.forget_key(&origin).await };
        self.keyring.borrow_mut().put(origin.clone(), key.clone());
        self.owners.borrow_mut().insert(origin.clone(), provider.clone());
        if self.vault.is_open(self.port.epoch_millis()) {
            let entry: VaultKey = (provider, origin.clone(), key);
            self.vault.put(&entry, self.port.epoch_millis()).await?;
            self.keyring.borrow_mut().set_kept(&origin);
        }
        Ok(())
    }

    /// Drops the key of an origin, from memory and vault.
    ///
    /// # Errors
    /// The vault cannot be written.
    pub async fn forget_key(&self, origin: &Origin) -> Result<(), UserError> {
        self.keyring.borrow_mut().forget(origin);
        self.vault.forget(origin).await.map(drop)
    }

    /// Drops all keys, from memory and vault.
    ///
    /// # Errors
    /// The vault cannot be written.
    pub async fn forget_all_keys(&self) -> Result<(), UserError> {
        self.keyring.borrow_mut().forget_all();
        for (_, origin) in self.vault.remembered().await?.unwrap_or_default() {
            self.vault.forget(&origin).await?;
        }
        Ok(())
    }

    /// How keys and vault stand.
    ///
    /// # Errors
    /// The vault cannot be read.
    pub async fn keys(&self) -> Result<KeyStates, UserError> {
        self.close_vault_in_time();
        let remembered = self.vault.remembered().await?;
        let vault = match &remembered {
            _ if self.db.unavailable().await.is_some() => VaultState::Unavailable,
            None => VaultState::None,
            Some(_) if self.vault.is_open(self.port.epoch_millis()) => VaultState::Open,
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
        Ok(KeyStates { keys: keys.collect(), vault })
    }

    /// Does something with the vault. Where that leaves it open, let [`Self::watch_vault`] run.
    ///
    /// # Errors
    /// A wrong passphrase, a vault that cannot be read or written.
    pub async fn use_vault(&self, verb: VaultVerb) -> Result<(), UserError> {
        let now = self.port.epoch_millis();
        match verb {
            VaultVerb::Create(_) if self.db.unavailable().await.is_some() => {
                return Err(problem::vault::no_storage());
            }
            VaultVerb::Create(passphrase) => {
                let keys = self.typed_keys();
                self.vault.create(&passphrase, &keys, now).await?;
                keys.iter().for_each(|(_, origin, _)| self.keyring.borrow_mut().set_kept(origin));
            }
            VaultVerb::Unlock(passphrase) => self.take(self.vault.unlock(&passphrase, now).await?),
            VaultVerb::Rekey { from, to } => self.take(self.vault.rekey(&from, &to, now).await?),
            VaultVerb::Lock => {
                self.vault.lock();
                self.keyring.borrow_mut().lock();
            }
            VaultVerb::Destroy => {
                self.vault.destroy().await?;
                let mut keyring = self.keyring.borrow_mut();
                keyring.lock();
                keyring.set_remembered([]);
            }
        }
        Ok(())
    }

    /// Closes the vault by itself when nobody uses it; comes back when it is closed. One at a time is enough.
    pub async fn watch_vault(&self) {
        if self.watching.replace(true) {
            return;
        }
        while let Some(deadline) = self.vault.deadline_millis() {
            let left = deadline - self.port.epoch_millis();
            if left <= 0.0 {
                break;
            }
            self.port.sleep(left.min(LOOK_MILLIS) + 1.0).await;
        }
        self.close_vault_in_time();
        self.watching.set(false);
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

    /// A request that carries a key keeps the vault open a while longer.
    pub(super) fn key_was_used(&self, http: &HttpRequest) {
        if http.key().is_some() {
            self.vault.used(self.port.epoch_millis());
        }
    }

    /// Takes the vault's keys out of memory when its time is over.
    pub(super) fn close_vault_in_time(&self) {
        if !self.vault.is_open(self.port.epoch_millis()) {
            self.keyring.borrow_mut().lock();
        }
    }
}
