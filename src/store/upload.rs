use super::migrations::v2;
use super::{Kind, Stored};
use crate::types::UserError;
use serde::{Deserialize, Serialize};

/// What is known of an added file without its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadInfo {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// When it was added.
    pub added_millis: u64,
    /// What has become of it.
    pub state: UploadState,
}

/// What has become of an added file. Whether it is a document, its manifest says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum UploadState {
    /// Chosen; its bytes are not stored yet.
    Pending,
    /// Waits to be read.
    Waiting,
    /// Given up by the person.
    Cancelled,
    /// Could not become a document.
    Failed(UserError),
}

impl Stored for UploadInfo {
    const KIND: Kind = Kind::Upload;
    const VERSION: u8 = 3;

    fn older(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        (version == v2::VERSION).then(|| v2::upload(body))
    }
}

/// Something removed: hidden at once, collected later, so that it can be brought back until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// When it was removed, in milliseconds since 1970.
    pub at_millis: u64,
}

impl Stored for Tombstone {
    const KIND: Kind = Kind::Tombstone;
}
