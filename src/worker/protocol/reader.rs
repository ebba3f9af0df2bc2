//! Page → reader. The only worker that parses.

use crate::types::{DocumentId, Format, UserError, Warning};
use serde::{Deserialize, Serialize};

calls! {
    /// Page → reader.
    ToReader {
        /// Parse the attached bytes.
        ReadFile => Result<Parsed, Unreadable>,
    }
}

/// Parse the attached bytes.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadFile {
    /// The file's hash.
    pub id: DocumentId,
    /// Its name.
    pub name: String,
    /// For encrypted files.
    pub password: Option<String>,
}

/// The attached buffer is the document, as postcard; the page hands it on unread.
#[derive(Debug, Serialize, Deserialize)]
pub struct Parsed {
    /// What the bytes are.
    pub format: Format,
    /// Pages, 0 for formats without.
    pub pages: u32,
    /// What went partly wrong.
    pub warnings: Vec<Warning>,
}

/// The file cannot be read.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unreadable {
    /// Why.
    pub user_error: UserError,
    /// A password would help.
    pub password: bool,
}
