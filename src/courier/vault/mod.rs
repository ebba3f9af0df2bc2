//! Keys that outlast the tab: encrypted under a passphrase, by choice only.
//!
//! A key-encryption key (`Kek`) comes from the passphrase by Argon2id (`kdf`); each API key is an entry of its own,
//! sealed by AES-256-GCM and bound to its provider and origin (`envelope`), and a verifier tells a wrong passphrase even
//! where there is no entry. AES itself is the browser's: this module hands out [`Job`]s and takes in what came of them,
//! so that one and the same bytes are tested here and in a browser.
//!
//! Whoever reads the stored bytes sees which providers and origins have a key, how many there are and how long each is,
//! but none of them. Whoever can write them can remove entries or put an older vault in place, but cannot move an entry
//! to another origin or change one unnoticed. It does not help against code that runs in the page while it is open, nor
//! against a passphrase that can be guessed.

/// Closing by itself.
pub mod auto_lock;
/// The stored bytes.
pub mod envelope;
/// Passphrase → key-encryption key.
pub mod kdf;
mod key_vault;

pub use auto_lock::AutoLock;
pub use envelope::{Entry, Envelope, Sealing};
pub use kdf::{Kdf, Kek};
pub use key_vault::{KeyVault, VaultKey};

use crate::types::UserError;
use crate::types::problem::vault as problem;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes of an initialisation vector of AES-GCM, random for every sealing.
pub const IV_BYTES: usize = 12;
/// Bytes by which a sealed text is longer than the plain one.
pub const TAG_BYTES: usize = 16;

/// An initialisation vector.
pub type Iv = [u8; IV_BYTES];

/// One use of AES-256-GCM under the vault's `Kek`: to encrypt (`input` is plain), or to decrypt (`input` is sealed, the
/// tag at its end).
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// The initialisation vector.
    pub iv: Iv,
    /// What is authenticated beside the text.
    pub aad: Vec<u8>,
    /// The text.
    pub input: Vec<u8>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({} B)", self.input.len())
    }
}

/// Why the vault cannot be opened or written. Nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The stored bytes begin otherwise.
    NotAVault,
    /// Written by a later version of this page.
    Newer {
        /// Its version.
        version: u8,
    },
    /// The stored bytes end early, go on too long or hold nonsense.
    Damaged {
        /// What is wrong.
        reason: String,
    },
    /// Parameters that make guessing cheap: nobody but an attacker would have stored them.
    WeakKdf {
        /// Memory it names.
        memory_kib: u32,
        /// Passes it names.
        passes: u32,
    },
    /// Parameters that would take this tab's memory or time.
    CostlyKdf {
        /// Memory it names.
        memory_kib: u32,
        /// Passes it names.
        passes: u32,
        /// Lanes it names.
        lanes: u32,
    },
    /// The verifier does not open.
    WrongPassphrase,
    /// The passphrase is right, but an entry does not open.
    Tampered {
        /// Whose.
        provider: String,
        /// For where.
        origin: String,
    },
    /// A new passphrase that is too short.
    ShortPassphrase,
    /// A name or a key that does not fit.
    TooLong {
        /// What.
        what: String,
    },
    /// There is not enough memory for the derivation.
    NoMemory,
    /// The browser's cryptography failed, or is missing (a page served over plain http has none).
    Crypto {
        /// Its message.
        reason: String,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotAVault => problem::not_a_vault(),
            Error::Newer { version } => problem::newer(version, envelope::VERSION),
            Error::Damaged { reason } => problem::damaged(reason),
            Error::WeakKdf { memory_kib, passes } => problem::weak_kdf(memory_kib, passes),
            Error::CostlyKdf { memory_kib, passes, lanes } => problem::costly_kdf(memory_kib, passes, lanes),
            Error::WrongPassphrase => problem::wrong_passphrase(),
            Error::Tampered { provider, origin } => problem::tampered(provider, origin),
            Error::ShortPassphrase => problem::short_passphrase(kdf::MIN_PASSPHRASE_CHARS),
            Error::TooLong { what } => problem::too_long(what),
            Error::NoMemory => problem::no_memory(),
            Error::Crypto { reason } => problem::crypto(reason),
        }
    }
}
