use super::{FILES, MANIFESTS, begin, complete, failed, open, put};
use crate::store::Error;
use crate::types::{DocumentId, Sha256, UserError};
use idb::{Database, Query, TransactionMode};
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// The originals of added files, kept from the moment of adding: a closed tab costs no file that waits its turn.
pub struct UploadStore(Database);

/// One original on the uploads.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Hash of its bytes.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// When it was added.
    pub added_millis: u64,
    /// Why it could not become a document, where that is known.
    pub failure: Option<UserError>,
    /// Its bytes.
    pub blob: web_sys::Blob,
}

impl UploadStore {
    /// Opens the database; fails where the browser forbids storage.
    pub async fn open() -> Result<Self, Error> {
        open().await.map(Self)
    }

    /// Keeps an original, or what has become of it.
    pub async fn put(&self, file: &Upload) -> Result<(), Error> {
        let failure = match &file.failure {
            Some(failure) => serde_json::to_string(failure).unwrap_or_default().into(),
            None => JsValue::NULL,
        };
        let row =
            Array::of4(&file.name.as_str().into(), &(file.added_millis as f64).into(), &failure, &file.blob);
        let transaction = begin(&self.0, &[FILES], TransactionMode::ReadWrite)?;
        put(&transaction, FILES, &file.id.to_string(), &row)?;
        complete(transaction, &file.name).await
    }

    /// Forgets an original.
    pub async fn remove(&self, id: DocumentId) -> Result<(), Error> {
        let transaction = begin(&self.0, &[FILES], TransactionMode::ReadWrite)?;
        transaction
            .object_store(FILES)
            .and_then(|store| store.delete(Query::Key(JsValue::from_str(&id.to_string()))).map(drop))
            .map_err(|error| failed("removing", &error))?;
        complete(transaction, "the removal").await
    }

    /// The originals that have not become documents yet.
    pub async fn waiting(&self) -> Result<Vec<Upload>, Error> {
        let doing = |error| failed("reading the uploads", &error);
        let transaction = begin(&self.0, &[FILES, MANIFESTS], TransactionMode::ReadOnly)?;
        let files = transaction.object_store(FILES).map_err(doing)?;
        let manifests = transaction.object_store(MANIFESTS).map_err(doing)?;
        let stored = manifests.get_all_keys(None, None).map_err(doing)?.await.map_err(doing)?;
        let keys = files.get_all_keys(None, None).map_err(doing)?.await.map_err(doing)?;
        let mut waiting = Vec::new();
        for key in keys.into_iter().filter(|key| !stored.contains(key)) {
            let row = files.get(Query::Key(key.clone())).map_err(doing)?.await.map_err(doing)?;
            waiting.extend(row.and_then(|row| read(&key, &row)));
        }
        waiting.sort_by_key(|file| file.added_millis);
        Ok(waiting)
    }

    /// Whether any document is stored.
    pub async fn has_documents(&self) -> Result<bool, Error> {
        let doing = |error| failed("counting documents", &error);
        let transaction = begin(&self.0, &[MANIFESTS], TransactionMode::ReadOnly)?;
        let manifests = transaction.object_store(MANIFESTS).map_err(doing)?;
        Ok(manifests.count(None).map_err(doing)?.await.map_err(doing)? > 0)
    }

    /// The original of that hash.
    pub async fn get(&self, id: DocumentId) -> Result<Option<Upload>, Error> {
        let doing = |error| failed("reading the uploads", &error);
        let key = JsValue::from_str(&id.to_string());
        let transaction = begin(&self.0, &[FILES], TransactionMode::ReadOnly)?;
        let files = transaction.object_store(FILES).map_err(doing)?;
        let row = files.get(Query::Key(key.clone())).map_err(doing)?.await.map_err(doing)?;
        Ok(row.and_then(|row| read(&key, &row)))
    }
}

fn read(key: &JsValue, row: &JsValue) -> Option<Upload> {
    let part = |at| Reflect::get_u32(row, at).ok();
    Some(Upload {
        id: Sha256::parse(&key.as_string()?)?,
        name: part(0)?.as_string()?,
        added_millis: part(1)?.as_f64()? as u64,
        failure: part(2)?.as_string().and_then(|json| serde_json::from_str(&json).ok()),
        blob: part(3)?.dyn_into().ok()?,
    })
}
