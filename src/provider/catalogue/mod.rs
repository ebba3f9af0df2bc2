//! The systems that can be reached: `catalogue.toml` → rows to choose from; an `Endpoint` → the `Target` to speak to.
//!
//! Mechanism: rows are parsed into closed types that refuse unknown fields, and checked once (`check`): every header a row
//! can cause is on its list, every param is declared, every base is a URL. `fill` puts a person's words into an address so
//! that they cannot leave their place. Adding a system is adding a row; no code names one.
//!
//! Never sends anything; what it says about calls from a page is dated knowledge, never a lock.

mod check;
mod fill;
mod row;
mod target;
mod vectors;

#[cfg(feature = "page")]
pub(crate) use fill::preview;
pub use row::{Limits, VectorRow};
pub use vectors::{RerankTarget, VectorTarget};

use crate::types::{AuthKind, Dialect, ProviderGroup, ProviderRow, Route};
use row::{File, RowData};

/// Why a catalogue cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not TOML, or a field that is unknown, missing or of the wrong kind.
    #[error("the catalogue cannot be read: {0}")]
    Toml(String),
    /// A row contradicts itself.
    #[error("the catalogue's row {id}: {what}")]
    Row {
        /// Which row.
        id: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Toml(_) => "Correct the line it names.".into(),
            Self::Row { .. } => {
                "Correct the row; the head of the built-in catalogue says what a row holds.".into()
            }
        }
    }
}

/// All systems, in the order of the file.
#[derive(Clone, Debug)]
pub struct Catalogue {
    version: String,
    rows: Vec<RowData>,
}

impl Catalogue {
    /// The catalogue written in `text`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| Error::Toml(error.to_string()))?;
        check::rows(&file.provider)?;
        Ok(Self { version: file.version, rows: file.provider })
    }

    /// The text of the built-in catalogue.
    pub fn text() -> &'static str {
        include_str!("../catalogue.toml")
    }

    /// The built-in catalogue.
    ///
    /// # Errors
    /// Never, as a test proves; but data are data.
    pub fn built_in() -> Result<Self, Error> {
        Self::parse(Self::text())
    }

    /// The day its facts were looked up.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The rows that can chat, and the retired ones: by group, in the order of the file.
    pub fn rows(&self) -> Vec<ProviderRow> {
        let chats =
            |row: &&RowData| !row.route.is_empty() || (row.embeddings.is_none() && row.rerank.is_none());
        let mut rows: Vec<ProviderRow> = self.rows.iter().filter(chats).map(provider_row).collect();
        rows.sort_by_key(|row| row.group);
        rows
    }

    /// The row of that id, also one without chat.
    pub fn find(&self, id: &str) -> Option<ProviderRow> {
        self.row(id).map(provider_row)
    }

    /// The names under which price lists may know the host of row `id`; `["none"]` where nothing is charged.
    pub fn price_names(&self, id: &str) -> &[String] {
        self.row(id).map_or(&[], |row| row.prices.as_slice())
    }

    /// LiteLLM's prefix for the host of row `id`; empty where it has none.
    pub fn litellm(&self, id: &str) -> &str {
        self.row(id).map_or("", |row| row.litellm.as_str())
    }

    fn row(&self, id: &str) -> Option<&RowData> {
        self.rows.iter().find(|row| row.id == id)
    }
}

/// The row as a person chooses it.
fn provider_row(row: &RowData) -> ProviderRow {
    let routes = match row.group {
        ProviderGroup::Custom => Dialect::ALL.into_iter().map(custom_route).collect(),
        _ => row.route.iter().map(row::RouteData::to_route).collect(),
    };
    ProviderRow {
        id: row.id.clone(),
        name: row.name.clone(),
        group: row.group,
        about: row.about.clone(),
        routes,
        key_page: row.key_page.clone(),
        cors: row.cors.to_cors(),
        rate_limits: row.rate_limits.clone(),
        retired: row.retired.clone(),
        models: row.models.clone(),
    }
}

/// A custom address can speak every dialect, and show its key in every way.
fn custom_route(dialect: Dialect) -> Route {
    use AuthKind::{ApiKey, ApiKeyScheme, Bearer, None, SigV4, XApiKey, XGoogApiKey};
    let default = dialect.spec().auth;
    let others = [Bearer, XApiKey, ApiKey, XGoogApiKey, ApiKeyScheme, SigV4, None];
    let auth = std::iter::once(default).chain(others.into_iter().filter(|kind| *kind != default)).collect();
    Route {
        dialect,
        label: String::new(),
        base: String::new(),
        url_params: Vec::new(),
        auth,
        key_optional: true,
    }
}
