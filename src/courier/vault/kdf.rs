//! Passphrase → key-encryption key, by Argon2id (RFC 9106).

use super::Error;
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// Memory for new vaults: 64 MiB.
pub const MEMORY_KIB: u32 = 64 * 1024;
/// Passes for new vaults.
pub const PASSES: u32 = 3;
/// Lanes for new vaults: a worker is one thread.
pub const LANES: u32 = 1;
/// Less memory than OWASP's minimum is a downgrade.
pub const MIN_MEMORY_KIB: u32 = 19 * 1024;
/// Fewer passes than OWASP's minimum are one too.
pub const MIN_PASSES: u32 = 2;
/// A tab has no more to give.
pub const MAX_MEMORY_KIB: u32 = 1024 * 1024;
/// More passes would hang the worker.
pub const MAX_PASSES: u32 = 32;
/// More lanes bring one thread nothing.
pub const MAX_LANES: u32 = 16;
/// Bytes of the salt, random for every vault and passphrase.
pub const SALT_BYTES: usize = 16;
/// Fewest characters of a new passphrase.
pub const MIN_PASSPHRASE_CHARS: usize = 8;

/// The key that encrypts keys. Shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Kek([u8; 32]);

impl Kek {
    /// The bytes, for importing into the browser's cryptography.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Kek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kek(••••••••)")
    }
}

/// How a vault's key is derived; stored with it in the clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kdf {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// The salt.
    pub salt: [u8; SALT_BYTES],
}

impl Kdf {
    /// Today's parameters with this (random) salt.
    pub fn new(salt: [u8; SALT_BYTES]) -> Self {
        Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt }
    }

    /// Refuses parameters that are a downgrade or would exhaust the tab.
    ///
    /// # Errors
    /// `WeakKdf`, `CostlyKdf`.
    pub fn check(&self) -> Result<(), Error> {
        let Self { memory_kib, passes, lanes, .. } = *self;
        if memory_kib < MIN_MEMORY_KIB || passes < MIN_PASSES || lanes == 0 {
            return Err(Error::WeakKdf { memory_kib, passes });
        }
        if memory_kib > MAX_MEMORY_KIB || passes > MAX_PASSES || lanes > MAX_LANES {
            return Err(Error::CostlyKdf { memory_kib, passes, lanes });
        }
        Ok(())
    }

    /// The key for `passphrase`. Takes about half a second and `memory_kib` of memory: not for the page's own thread.
    /// The passphrase is brought to one form (NFKC) first, since keyboards differ in how they write an é.
    ///
    /// # Errors
    /// Parameters out of range; no memory.
    pub fn derive(&self, passphrase: &str) -> Result<Kek, Error> {
        self.check()?;
        let passphrase: String = passphrase.nfkc().collect();
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).map_err(failed)?;
        let mut kek = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, &mut kek)
            .map_err(failed)?;
        Ok(Kek(kek))
    }
}

/// Whether a new passphrase will do.
///
/// # Errors
/// `ShortPassphrase`.
pub fn check_passphrase(passphrase: &str) -> Result<(), Error> {
    let long = passphrase.nfkc().filter(|c| !c.is_whitespace()).count() >= MIN_PASSPHRASE_CHARS;
    if long { Ok(()) } else { Err(Error::ShortPassphrase) }
}

fn failed(error: argon2::Error) -> Error {
    match error {
        argon2::Error::OutOfMemory => Error::NoMemory,
        error => Error::Damaged { reason: error.to_string() },
    }
}
