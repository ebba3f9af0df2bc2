//! The vault as stored, version 1, all numbers little-endian:
//!
//! ```text
//! "SCVAULT" version=1
//! memory KiB: u32, passes: u32, lanes: u32, salt: 16 B           how the key is derived
//! iv: 12 B, tag: 16 B                                            the verifier: nothing, sealed
//! number of entries: u16, then of each
//!   provider: u16 length + UTF-8, origin: u16 length + UTF-8     in the clear
//!   iv: 12 B, sealed: u16 length + bytes                         the key, AES-256-GCM, tag at the end
//! ```
//!
//! Sealed with each text goes what it is for: `"sidecite-vault" version kind`, then provider and origin, each after its
//! length as u32; kind is 0 for the verifier, whose names are empty, and 1 for an entry. The parameters of the derivation
//! need no seal: others give another key.

use super::{Error, Iv, Job, Kdf, TAG_BYTES, kdf};
use crate::courier::Origin;
use crate::provider::Key;

/// The version written and read.
pub const VERSION: u8 = 1;
const MAGIC: &[u8; 7] = b"SCVAULT";
const CONTEXT: &[u8] = b"sidecite-vault";
const VERIFIER: u8 = 0;
const ENTRY: u8 = 1;
/// Most bytes of a provider's name, an origin or a key.
const MAX_TEXT_BYTES: usize = 16 * 1024;

/// One key, sealed, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The catalogue's row, or the host of a custom endpoint.
    pub provider: String,
    /// Where the key goes, and nowhere else.
    pub origin: Origin,
    iv: Iv,
    sealed: Vec<u8>,
}

/// A whole vault, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    kdf: Kdf,
    verifier_iv: Iv,
    verifier: Vec<u8>,
    entries: Vec<Entry>,
}

/// A vault of which some parts are still to be encrypted.
#[derive(Debug)]
pub struct Sealing {
    draft: Envelope,
    /// With the number of the entry; the verifier has none.
    jobs: Vec<(Option<usize>, Job)>,
}

impl Sealing {
    /// A new vault with these keys: the first one, or the same keys under another passphrase. Ask `iv` for a random
    /// vector for each part, and take a random salt for each `kdf`.
    ///
    /// # Errors
    /// Parameters or texts out of range; what `iv` says.
    pub fn whole(
        kdf: Kdf,
        keys: &[(String, Origin, Key)],
        mut iv: impl FnMut() -> Result<Iv, Error>,
    ) -> Result<Self, Error> {
        kdf.check()?;
        let verifier_iv = iv()?;
        let draft = Envelope { kdf, verifier_iv, verifier: Vec::new(), entries: Vec::new() };
        let job = Job { iv: verifier_iv, aad: aad(VERIFIER, "", ""), input: Vec::new() };
        let mut sealing = Self { draft, jobs: vec![(None, job)] };
        for (provider, origin, key) in keys {
            sealing.add(provider, origin, key, iv()?)?;
        }
        Ok(sealing)
    }

    /// What is to be encrypted.
    pub fn jobs(&self) -> impl Iterator<Item = &Job> {
        self.jobs.iter().map(|(_, job)| job)
    }

    /// The vault, from what came of the jobs in their order.
    ///
    /// # Errors
    /// `Crypto` when something is missing or has not the length that AES-GCM gives it.
    pub fn finish(mut self, sealed: Vec<Vec<u8>>) -> Result<Envelope, Error> {
        let fits = sealed.len() == self.jobs.len()
            && sealed
                .iter()
                .zip(&self.jobs)
                .all(|(sealed, (_, job))| sealed.len() == job.input.len() + TAG_BYTES);
        if !fits {
            return Err(Error::Crypto { reason: "unexpected output".into() });
        }
        for ((place, _), sealed) in self.jobs.iter().zip(sealed) {
            match place {
                None => self.draft.verifier = sealed,
                Some(at) => {
                    if let Some(entry) = self.draft.entries.get_mut(*at) {
                        entry.sealed = sealed;
                    }
                }
            }
        }
        Ok(self.draft)
    }

    fn add(&mut self, provider: &str, origin: &Origin, key: &Key, iv: Iv) -> Result<(), Error> {
        for (what, text) in
            [("the provider's name", provider), ("the address", origin.as_str()), ("the key", key.expose())]
        {
            if text.len() > MAX_TEXT_BYTES {
                return Err(Error::TooLong { what: what.to_owned() });
            }
        }
        // A key replaces the one of the same origin: the keyring holds one for each.
        self.draft.remove(origin);
        if self.draft.entries.len() == usize::from(u16::MAX) {
            return Err(Error::TooLong { what: "the list of keys".into() });
        }
        let entry = Entry { provider: provider.to_owned(), origin: origin.clone(), iv, sealed: Vec::new() };
        let job = Job { iv, aad: entry.aad(), input: key.expose().as_bytes().to_vec() };
        self.jobs.push((Some(self.draft.entries.len()), job));
        self.draft.entries.push(entry);
        Ok(())
    }
}

impl Envelope {
    /// How its key is derived.
    pub fn kdf(&self) -> &Kdf {
        &self.kdf
    }

    /// What it holds, without opening it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The same vault with one more key, to be encrypted under the key of this very vault: let [`Self::opening`]'s
    /// first job succeed before, since another tab may have changed the passphrase.
    ///
    /// # Errors
    /// Texts out of range.
    pub fn sealing(&self, provider: &str, origin: &Origin, key: &Key, iv: Iv) -> Result<Sealing, Error> {
        let mut sealing = Sealing { draft: self.clone(), jobs: Vec::new() };
        sealing.add(provider, origin, key, iv)?;
        Ok(sealing)
    }

    /// Takes out the key of `origin`, for which no passphrase is needed; says whether there was one.
    pub fn remove(&mut self, origin: &Origin) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| entry.origin != *origin);
        self.entries.len() < before
    }

    /// What is to be decrypted: the verifier, then the entries.
    pub fn opening(&self) -> Vec<Job> {
        let verifier = Job { iv: self.verifier_iv, aad: aad(VERIFIER, "", ""), input: self.verifier.clone() };
        let entries = self.entries.iter().map(|entry| Job {
            iv: entry.iv,
            aad: entry.aad(),
            input: entry.sealed.clone(),
        });
        std::iter::once(verifier).chain(entries).collect()
    }

    /// The keys, from what came of [`Self::opening`]'s jobs in their order: nothing where AES-GCM refused. All of them
    /// or none.
    ///
    /// # Errors
    /// `WrongPassphrase`, or `Tampered` for the first entry that does not open.
    pub fn opened(&self, texts: Vec<Option<Vec<u8>>>) -> Result<Vec<(String, Origin, Key)>, Error> {
        let mut texts = texts.into_iter();
        match texts.next() {
            Some(Some(verifier)) if verifier.is_empty() => {}
            _ => return Err(Error::WrongPassphrase),
        }
        self.entries
            .iter()
            .map(|entry| {
                let text = texts.next().flatten().and_then(|text| String::from_utf8(text).ok());
                let key = text.and_then(|text| Key::new(&text).ok().filter(|key| key.expose() == text));
                let key = key.ok_or_else(|| Error::Tampered {
                    provider: entry.provider.clone(),
                    origin: entry.origin.to_string(),
                })?;
                Ok((entry.provider.clone(), entry.origin.clone(), key))
            })
            .collect()
    }

    /// As stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [MAGIC.as_slice(), &[VERSION]].concat();
        for number in [self.kdf.memory_kib, self.kdf.passes, self.kdf.lanes] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&self.kdf.salt);
        bytes.extend_from_slice(&self.verifier_iv);
        bytes.extend_from_slice(&self.verifier);
        // Lengths are checked when an entry comes in: each fits into its field.
        let length = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
        bytes.extend_from_slice(&length(self.entries.len()));
        for entry in &self.entries {
            for text in [entry.provider.as_bytes(), entry.origin.as_str().as_bytes()] {
                bytes.extend_from_slice(&length(text.len()));
                bytes.extend_from_slice(text);
            }
            bytes.extend_from_slice(&entry.iv);
            bytes.extend_from_slice(&length(entry.sealed.len()));
            bytes.extend_from_slice(&entry.sealed);
        }
        bytes
    }

    /// What [`Self::to_bytes`] made.
    ///
    /// # Errors
    /// Anything else, a later version, and parameters out of range.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let mut rest = Reader(bytes.strip_prefix(MAGIC).ok_or(Error::NotAVault)?);
        match rest.array::<1>()? {
            [VERSION] => {}
            [0] => return Err(Error::NotAVault),
            [version] => return Err(Error::Newer { version }),
        }
        let kdf = Kdf {
            memory_kib: rest.number()?,
            passes: rest.number()?,
            lanes: rest.number()?,
            salt: rest.array::<{ kdf::SALT_BYTES }>()?,
        };
        kdf.check()?;
        let (verifier_iv, verifier) = (rest.array()?, rest.array::<TAG_BYTES>()?.to_vec());
        let count = u16::from_le_bytes(rest.array()?);
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..count {
            let (provider, origin) = (rest.text()?, rest.text()?);
            let origin = Origin::parse(&origin).ok_or_else(|| damaged("an address is invalid"))?;
            if entries.iter().any(|entry| entry.origin == origin) {
                return Err(damaged("duplicate address"));
            }
            entries.push(Entry { provider, origin, iv: rest.array()?, sealed: rest.piece()?.to_vec() });
        }
        if !rest.0.is_empty() {
            return Err(damaged("data after its end"));
        }
        Ok(Self { kdf, verifier_iv, verifier, entries })
    }
}

impl Entry {
    fn aad(&self) -> Vec<u8> {
        aad(ENTRY, &self.provider, self.origin.as_str())
    }
}

/// What is sealed with a text. Lengths stand before the names, so that no two pairs of names read alike.
fn aad(kind: u8, provider: &str, origin: &str) -> Vec<u8> {
    let mut aad = [CONTEXT, &[VERSION, kind]].concat();
    for text in [provider, origin] {
        aad.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        aad.extend_from_slice(text.as_bytes());
    }
    aad
}

fn damaged(reason: &str) -> Error {
    Error::Damaged { reason: reason.to_owned() }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let (piece, rest) = self.0.split_at_checked(length).ok_or_else(|| damaged("it ends early"))?;
        self.0 = rest;
        Ok(piece)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        self.take(N)?.try_into().map_err(|_| damaged("it ends early"))
    }

    fn number(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn piece(&mut self) -> Result<&'a [u8], Error> {
        let length = u16::from_le_bytes(self.array()?);
        self.take(usize::from(length))
    }

    fn text(&mut self) -> Result<String, Error> {
        String::from_utf8(self.piece()?.to_vec()).map_err(|_| damaged("a name is not text"))
    }
}
