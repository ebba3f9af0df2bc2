use super::connection::{
    Connection, bytes_value, complete, delete, doing, get, has, keys, put, rows, store, value_bytes,
};
use super::{adopt, open_corpus};
use crate::store::{Error, Table, Tombstone, UploadInfo, UploadState, decode, encode};
use crate::types::{DocumentId, Sha256};
use std::collections::BTreeSet;
use wasm_bindgen::JsCast;

const UPLOADS: &str = Table::Uploads.name();
const ORIGINALS: &str = Table::Originals.name();
const MANIFESTS: &str = Table::Manifests.name();
const TOMBSTONES: &str = Table::Tombstones.name();

/// The originals of added files, kept from the moment of adding: a closed tab costs no file that waits its turn.
pub struct UploadStore(Connection);

/// An added file.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Hash of its bytes; while they are being read a stand-in.
    pub id: DocumentId,
    /// What is known of it without them.
    pub info: UploadInfo,
    /// Its bytes; nothing while they are not stored.
    pub blob: Option<web_sys::Blob>,
}

impl UploadStore {
    /// Opens the database. `on_newer` is called when a newer page takes it over.
    ///
    /// # Errors
    /// Where the browser forbids storage, and where the database is newer than this page.
    pub async fn open(on_newer: impl FnOnce() + 'static) -> Result<Self, Error> {
        open_corpus(on_newer).await.map(Self)
    }

    /// Whether files of an earlier version are still to be taken over, which `IndexedDb::open` does.
    pub async fn is_behind() -> bool {
        adopt::has_corpus().await
    }

    /// Keeps files, in one transaction. What was removed before is no longer.
    pub async fn put(&self, uploads: &[Upload]) -> Result<(), Error> {
        self.replace(None, uploads).await
    }

    /// Keeps a file in place of the row that stood in for it.
    pub async fn settle(&self, pending: DocumentId, upload: Upload) -> Result<(), Error> {
        self.replace(Some(pending), &[upload]).await
    }

    async fn replace(&self, pending: Option<DocumentId>, uploads: &[Upload]) -> Result<(), Error> {
        let transaction = self.0.write(&[UPLOADS, ORIGINALS, TOMBSTONES])?;
        if let Some(pending) = pending {
            delete(&transaction, UPLOADS, &pending.to_string())?;
        }
        for Upload { id, info, blob } in uploads {
            let key = id.to_string();
            delete(&transaction, TOMBSTONES, &key)?;
            put(&transaction, UPLOADS, &key, &bytes_value(&encode(info, &info.name)?))?;
            if let Some(blob) = blob {
                put(&transaction, ORIGINALS, &key, blob)?;
            }
        }
        complete(transaction, uploads.first().map_or("", |upload| &upload.info.name)).await
    }

    /// Writes down what has become of a file, unless it is gone.
    pub async fn set_state(&self, id: DocumentId, state: UploadState) -> Result<(), Error> {
        let transaction = self.0.write(&[UPLOADS])?;
        let key = id.to_string();
        let Some(row) = get(&transaction, UPLOADS, &key).await? else { return Ok(()) };
        let Ok(info) = decode::<UploadInfo>(&value_bytes(&row), "a file") else { return Ok(()) };
        let info = UploadInfo { state, ..info };
        put(&transaction, UPLOADS, &key, &bytes_value(&encode(&info, &info.name)?))?;
        complete(transaction, &info.name).await
    }

    /// Forgets a file that never became a document.
    pub async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        let transaction = self.0.write(&[UPLOADS, ORIGINALS])?;
        for table in [UPLOADS, ORIGINALS] {
            delete(&transaction, table, &id.to_string())?;
        }
        complete(transaction, "the removal").await
    }

    /// Marks a document as removed.
    pub async fn mark_removed(&self, id: DocumentId, now_millis: u64) -> Result<(), Error> {
        let transaction = self.0.write(&[TOMBSTONES])?;
        let value = encode(&Tombstone { at_millis: now_millis }, "the removal")?;
        put(&transaction, TOMBSTONES, &id.to_string(), &bytes_value(&value))?;
        complete(transaction, "the removal").await
    }

    /// The files that have not become documents yet, without their bytes, in the order of adding; and which files' bytes are
    /// stored. A row that cannot be read has a name of its own and the state `Failed`.
    pub async fn waiting(&self) -> Result<(Vec<Upload>, BTreeSet<DocumentId>), Error> {
        let transaction = self.0.read(&[UPLOADS, ORIGINALS, MANIFESTS, TOMBSTONES])?;
        let mut settled: BTreeSet<String> = keys(&transaction, MANIFESTS).await?.into_iter().collect();
        settled.extend(keys(&transaction, TOMBSTONES).await?);
        let originals = keys(&transaction, ORIGINALS).await?;
        let originals = originals.iter().filter_map(|key| Sha256::parse(key)).collect();
        let mut waiting = Vec::new();
        for (key, row) in rows(&transaction, UPLOADS).await?.iter().filter(|(key, _)| !settled.contains(key))
        {
            let Some(id) = Sha256::parse(key) else { continue };
            let info = decode(&value_bytes(row), "a file").unwrap_or_else(|error| UploadInfo {
                name: format!("Unreadable file {}", id.short()),
                size_bytes: 0,
                added_millis: 0,
                state: UploadState::Failed(error.into()),
            });
            waiting.push(Upload { id, info, blob: None });
        }
        waiting.sort_by_key(|upload| upload.info.added_millis);
        Ok((waiting, originals))
    }

    /// Whether any document is stored, or removed and not collected yet.
    pub async fn has_documents(&self) -> Result<bool, Error> {
        let transaction = self.0.read(&[MANIFESTS, TOMBSTONES])?;
        for table in [MANIFESTS, TOMBSTONES] {
            let count = store(&transaction, table)?.count(None).map_err(doing("counting documents"))?;
            if count.await.map_err(doing("counting documents"))? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the file of that hash is known.
    pub async fn contains(&self, id: DocumentId) -> Result<bool, Error> {
        has(&self.0.read(&[UPLOADS])?, UPLOADS, &id.to_string()).await
    }

    /// The bytes of the file of that hash.
    pub async fn original(&self, id: DocumentId) -> Result<Option<web_sys::Blob>, Error> {
        let transaction = self.0.read(&[ORIGINALS])?;
        let value = get(&transaction, ORIGINALS, &id.to_string()).await?;
        Ok(value.and_then(|value| value.dyn_into().ok()))
    }
}
