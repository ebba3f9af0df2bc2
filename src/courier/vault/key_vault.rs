//! The key vault's verbs: derive, encrypt by the browser, keep in the courier's database.
//!
//! Another tab may have the same vault open. So nothing is written over a vault that has changed since it was read, and
//! a key goes in only when the key in hand opens the verifier of the vault as it is now. Deriving takes about half a
//! second of the worker's only thread. Times are milliseconds since 1970.

use super::{AutoLock, Envelope, Error, IV_BYTES, Iv, Kdf, Sealing, kdf};
use crate::courier::{CourierDb, Origin, Ports};
use crate::provider::Key;
use crate::types::UserError;
use crate::types::problem::vault;
use std::cell::RefCell;
use std::rc::Rc;

/// Provider, origin and key.
pub type VaultKey = (String, Origin, Key);

/// How often a verb starts again because another tab was faster.
const TRIES: usize = 3;

/// The vault, open or locked.
pub struct KeyVault<P: Ports> {
    port: Rc<P>,
    db: Rc<CourierDb<P>>,
    open: RefCell<Option<Open<P::Aes>>>,
}

struct Open<A> {
    aes: Rc<A>,
    lock: AutoLock,
}

impl<P: Ports> KeyVault<P> {
    /// The vault that `db` keeps, locked. Where storage is unavailable a vault would be gone with the tab: offer none there.
    pub fn new(port: Rc<P>, db: Rc<CourierDb<P>>) -> Self {
        Self { port, db, open: RefCell::new(None) }
    }

    /// Of whom and for where it has keys; nothing where there is no vault.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub async fn remembered(&self) -> Result<Option<Vec<(String, Origin)>>, UserError> {
        let Some((_, envelope)) = self.read().await? else { return Ok(None) };
        let entries = envelope.entries().iter();
        Ok(Some(entries.map(|entry| (entry.provider.clone(), entry.origin.clone())).collect()))
    }

    /// Whether keys can be put in now. Closes the vault when its time is over.
    pub fn is_open(&self, now_millis: f64) -> bool {
        let mut open = self.open.borrow_mut();
        if open.as_ref().is_some_and(|open| open.lock.is_due(now_millis)) {
            *open = None;
        }
        open.is_some()
    }

    /// A key of the vault was used: it stays open a while longer. Says whether it is open.
    pub fn used(&self, now_millis: f64) -> bool {
        self.is_open(now_millis)
            && self.open.borrow_mut().as_mut().is_some_and(|open| open.lock.used(now_millis))
    }

    /// When it closes by itself, while it is open.
    pub fn deadline_millis(&self) -> Option<f64> {
        self.open.borrow().as_ref().map(|open| open.lock.deadline_millis())
    }

    /// Closes it. Then also `Keyring::lock`.
    pub fn lock(&self) {
        *self.open.borrow_mut() = None;
    }

    /// Begins a vault with these keys, and leaves it open.
    ///
    /// # Errors
    /// A passphrase that is too short, a vault that is there already, no cryptography, no room.
    pub async fn create(
        &self,
        passphrase: &str,
        keys: &[VaultKey],
        now_millis: f64,
    ) -> Result<(), UserError> {
        if self.db.vault().await?.is_some() {
            return Err(vault::exists());
        }
        self.write_whole(None, passphrase, keys, now_millis).await
    }

    /// Opens it: its keys.
    ///
    /// # Errors
    /// `WrongPassphrase` and all else that the envelope says; it then stays as it was, open or locked.
    pub async fn unlock(&self, passphrase: &str, now_millis: f64) -> Result<Vec<VaultKey>, UserError> {
        let (_, envelope) = self.read().await?.ok_or_else(vault::none)?;
        let (aes, keys) = self.opened(&envelope, passphrase).await?;
        self.keep_open(aes, now_millis);
        Ok(keys)
    }

    /// Puts a key into the open vault, in place of an earlier one of that origin.
    ///
    /// # Errors
    /// A locked vault, one whose passphrase another tab has changed, no room.
    pub async fn put(&self, (provider, origin, key): &VaultKey, now_millis: f64) -> Result<(), UserError> {
        if !self.used(now_millis) {
            return Err(vault::locked());
        }
        let aes = self.open.borrow().as_ref().map(|open| Rc::clone(&open.aes)).ok_or_else(vault::locked)?;
        for _ in 0..TRIES {
            let (seen, envelope) = self.read().await?.ok_or_else(vault::none)?;
            let verifier = envelope.opening().into_iter().next().ok_or_else(vault::locked)?;
            if self.port.open(&aes, &verifier).await?.is_none() {
                self.lock();
                return Err(vault::locked());
            }
            let sealing = self.iv().and_then(|iv| envelope.sealing(provider, origin, key, iv))?;
            let new = self.sealed(&aes, sealing).await?.to_bytes();
            if self.db.replace_vault(Some(&seen), Some(new)).await? {
                return Ok(());
            }
        }
        Err(vault::changed_elsewhere())
    }

    /// Takes the key of `origin` out, be the vault open or not; says whether there was one.
    ///
    /// # Errors
    /// What is stored cannot be read or written.
    pub async fn forget(&self, origin: &Origin) -> Result<bool, UserError> {
        for _ in 0..TRIES {
            let Some((seen, mut envelope)) = self.read().await? else { return Ok(false) };
            if !envelope.remove(origin) {
                return Ok(false);
            }
            let new = envelope.to_bytes();
            if self.db.replace_vault(Some(&seen), Some(new)).await? {
                return Ok(true);
            }
        }
        Err(vault::changed_elsewhere())
    }

    /// Encrypts everything again under another passphrase, and leaves the vault open: its keys.
    ///
    /// # Errors
    /// A wrong or a too short passphrase; everything then stays as it was.
    pub async fn rekey(&self, from: &str, to: &str, now_millis: f64) -> Result<Vec<VaultKey>, UserError> {
        kdf::check_passphrase(to)?;
        let (seen, envelope) = self.read().await?.ok_or_else(vault::none)?;
        let (_, keys) = self.opened(&envelope, from).await?;
        self.write_whole(Some(&seen), to, &keys, now_millis).await?;
        Ok(keys)
    }

    /// Deletes it with all that is in it, readable or not.
    ///
    /// # Errors
    /// The browser's database fails.
    pub async fn destroy(&self) -> Result<(), UserError> {
        self.lock();
        for _ in 0..TRIES {
            let seen = self.db.vault().await?;
            if self.db.replace_vault(seen.as_deref(), None).await? {
                return Ok(());
            }
        }
        Err(vault::changed_elsewhere())
    }

    async fn write_whole(
        &self,
        seen: Option<&[u8]>,
        passphrase: &str,
        keys: &[VaultKey],
        now_millis: f64,
    ) -> Result<(), UserError> {
        kdf::check_passphrase(passphrase)?;
        let kdf = Kdf::new(self.random()?);
        let aes = self.port.import(&kdf.derive(passphrase)?).await?;
        let sealing = Sealing::whole(kdf, keys, || self.iv())?;
        let new = self.sealed(&aes, sealing).await?.to_bytes();
        if !self.db.replace_vault(seen, Some(new)).await? {
            return Err(vault::changed_elsewhere());
        }
        self.keep_open(aes, now_millis);
        Ok(())
    }

    fn keep_open(&self, aes: P::Aes, now_millis: f64) {
        *self.open.borrow_mut() = Some(Open { aes: Rc::new(aes), lock: AutoLock::new(now_millis) });
    }

    async fn read(&self) -> Result<Option<(Vec<u8>, Envelope)>, UserError> {
        let Some(bytes) = self.db.vault().await? else { return Ok(None) };
        let envelope = Envelope::parse(&bytes)?;
        Ok(Some((bytes, envelope)))
    }

    async fn opened(
        &self,
        envelope: &Envelope,
        passphrase: &str,
    ) -> Result<(P::Aes, Vec<VaultKey>), UserError> {
        let kek = envelope.kdf().derive(passphrase)?;
        let aes = self.port.import(&kek).await?;
        let mut texts = Vec::new();
        for job in envelope.opening() {
            texts.push(self.port.open(&aes, &job).await?);
        }
        let keys = envelope.opened(texts)?;
        Ok((aes, keys))
    }

    async fn sealed(&self, aes: &P::Aes, sealing: Sealing) -> Result<Envelope, UserError> {
        let mut outputs = Vec::new();
        for job in sealing.jobs() {
            outputs.push(self.port.seal(aes, job).await?);
        }
        Ok(sealing.finish(outputs)?)
    }

    fn iv(&self) -> Result<Iv, Error> {
        self.random::<IV_BYTES>()
    }

    fn random<const N: usize>(&self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        let filled = self.port.random(&mut bytes);
        filled.then_some(bytes).ok_or_else(|| Error::Crypto { reason: "no random numbers available".into() })
    }
}
