//! Files on their way into the store. Rows come first, on the screen and on disk: a crash in between leaves a trace of each.

use crate::browser::clock::epoch_millis;
use crate::browser::crypto::{digest, fill_random};
use crate::browser::files;
use crate::browser::indexed_db::Upload;
use crate::state::{AppState, Original, Row, RowState};
use crate::store::{Error, UploadInfo, UploadState};
use crate::types::problem::read;
use crate::types::{DocumentId, Sha256, UserError};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::File;

/// Largest file taken in (`parse` has the same limit; here it saves reading the file at all).
const MAX_BYTES: f64 = 100.0 * 1024.0 * 1024.0;

/// A file as it was chosen. Without its bytes it has no hash: a random id stands in.
struct Chosen {
    id: DocumentId,
    file: File,
    info: UploadInfo,
}

impl AppState {
    /// Takes in files, in order: shown, noted, hashed, stored, queued. The same file twice is one document.
    pub fn add_files(self, files: Vec<File>) {
        let now = epoch_millis();
        let chosen = files.into_iter().zip(now..).map(|(file, added_millis)| Chosen {
            id: random_id(),
            info: UploadInfo {
                name: file.name(),
                size_bytes: file.size() as u64,
                added_millis,
                state: UploadState::Pending,
            },
            file,
        });
        let chosen: Vec<Chosen> = chosen.collect();
        self.corpus.same.set(Vec::new());
        for Chosen { id, info, .. } in &chosen {
            self.corpus.rows.put(*id, Row::of(*id, info, RowState::Adding));
            self.publish(*id);
        }
        spawn_local(async move {
            if let Some(uploads) = self.services().uploads().await {
                let pending =
                    |Chosen { id, info, .. }: &Chosen| Upload { id: *id, info: info.clone(), blob: None };
                // Where there is no room even for this, the files are taken in all the same.
                let _ = uploads.put(&chosen.iter().map(pending).collect::<Vec<_>>()).await;
            }
            for chosen in chosen {
                self.add_file(chosen).await;
                self.pump();
            }
        });
    }

    async fn add_file(self, Chosen { id: pending, file, info }: Chosen) {
        let hashed = self.hashed(&file).await;
        // Removed while it was being read.
        if self.corpus.rows.value(&pending).is_none() {
            return self.discard(pending).await;
        }
        let id = match hashed {
            Ok(id) => id,
            Err(user_error) => return self.fail(pending, user_error, false).await,
        };
        let known = self.corpus.rows.value(&id);
        let has = |row: &Row| row.state.is_under_way() || matches!(row.state, RowState::Ready(_));
        // A file of the same name that has failed is tried again: that is no duplicate.
        if let Some(row) = known.as_ref().filter(|row| has(row) || row.name != info.name) {
            self.corpus.same.update(|same| same.push((info.name.clone(), row.name.clone())));
        }
        if known.as_ref().is_some_and(has) {
            // Off the disk first: whoever reads the list of added files just now would take it for one that was lost.
            self.discard(pending).await;
            self.corpus.rows.remove(&pending);
            return self.publish(pending);
        }
        let info = UploadInfo { state: UploadState::Waiting, ..info };
        self.view.keep_file(id, file.clone().into());
        let kept = self.keep_upload(pending, id, &info, file).await;
        let (state, original) = match kept {
            Ok(original) => (RowState::Queued, original),
            Err(error) => (RowState::Failed { user_error: error.into(), password: false }, Original::Tab),
        };
        self.corpus.removed.update(|removed| removed.retain(|row| row.id != id));
        self.corpus.rows.rename(&pending, id, Row { original, ..Row::of(id, &info, state) });
        self.publish(pending);
        self.publish(id);
    }

    async fn hashed(self, file: &File) -> Result<DocumentId, UserError> {
        if self.corpus.newer.get_untracked() {
            return Err(Error::Newer { name: crate::browser::indexed_db::corpus_name() }.into());
        }
        if file.size() > MAX_BYTES {
            return Err(read::too_large(file.size() as u64));
        }
        let buffer = files::bytes(file).await.map_err(|_| read::unreadable())?;
        digest(&buffer).await.ok_or_else(read::insecure_page)
    }

    /// Stores the file's bytes; where there is no room, at least that it was added. The tab has it until then.
    async fn keep_upload(
        self,
        pending: DocumentId,
        id: DocumentId,
        info: &UploadInfo,
        file: File,
    ) -> Result<Original, Error> {
        let services = self.services();
        let Some(uploads) = services.uploads().await else { return Ok(Original::Tab) };
        let upload = |blob| Upload { id, info: info.clone(), blob };
        match uploads.settle(pending, upload(Some(file.into()))).await {
            Err(Error::Full { .. }) => {
                let _ = uploads.settle(pending, upload(None)).await;
                Ok(Original::Tab)
            }
            kept => kept.map(|()| Original::Stored),
        }
    }

    /// Forgets a file that never became a document.
    pub(in crate::state) async fn discard(self, id: DocumentId) {
        if let Some(uploads) = self.services().uploads().await {
            let _ = uploads.remove(id).await;
        }
    }
}

impl Row {
    /// A row as it appears.
    pub fn new(id: DocumentId, name: &str, size_bytes: u64, added_millis: u64, state: RowState) -> Self {
        Self {
            id,
            name: name.to_owned(),
            size_bytes,
            added_millis,
            state,
            crashes: 0,
            password: None,
            original: Original::Missing,
            elsewhere: false,
        }
    }

    /// The row of an added file.
    pub(in crate::state) fn of(id: DocumentId, info: &UploadInfo, state: RowState) -> Self {
        Self::new(id, &info.name, info.size_bytes, info.added_millis, state)
    }
}

/// The name of a file whose hash is not known yet.
fn random_id() -> Sha256 {
    let mut bytes = [0; 32];
    // Without random numbers the time has to do: it only stands in until the file is hashed.
    if !fill_random(&mut bytes) {
        bytes.iter_mut().zip(epoch_millis().to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
    }
    Sha256(bytes)
}
