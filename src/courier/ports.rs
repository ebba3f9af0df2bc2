//! What the courier asks of the world around it: requests, time, a database, cryptography, and what the browser says of
//! itself. Small traits, so that tests can stand in for a browser; nothing is decided behind them.

use super::LocalAccess;
use super::vault::{Error as VaultError, Job, Kek};
use crate::provider::HttpRequest;
use crate::store;
use url::Url;

/// A request failed, and the browser does not say why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkError;

/// Sends requests. Dropping one that is under way aborts it.
#[allow(async_fn_in_trait)]
pub trait Http {
    /// An answer under way.
    type Body: Body;

    /// Sends; comes back when the headers of the answer are there. Follows no redirect.
    async fn send(&self, request: &HttpRequest) -> Result<Self::Body, NetworkError>;

    /// Asks for `url` without key and body. `blind`: without CORS, so that the answer cannot be read; it tells only whether
    /// something answers.
    async fn probe(&self, url: &str, blind: bool) -> Result<(), NetworkError>;
}

/// The answer to a request. Dropping it aborts what has not come yet.
#[allow(async_fn_in_trait)]
pub trait Body {
    /// HTTP status; 0 for one that may not be read.
    fn status(&self) -> u16;

    /// A header of the answer, where a page may read it.
    fn header(&self, name: &str) -> Option<String>;

    /// The next piece of the body; nothing at its end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError>;
}

/// Time and turns.
#[allow(async_fn_in_trait)]
pub trait Clock {
    /// Milliseconds of a clock that does not run backwards.
    fn now_millis(&self) -> f64;

    /// Milliseconds since 1970.
    fn epoch_millis(&self) -> f64;

    /// Minutes by which local time is behind UTC.
    fn utc_offset_minutes(&self) -> f64;

    /// Comes back after so long. Its timer goes with the future.
    async fn sleep(&self, millis: f64);

    /// Lets everything that waits have its turn before going on: messages, timers, other answers.
    async fn yield_now(&self);
}

/// Rows to read.
#[derive(Clone, Copy, Debug)]
pub enum Read<'a> {
    /// One row: table and key.
    One(&'static str, &'a str),
    /// All rows of a table.
    All(&'static str),
}

/// A row to write, or with no value to delete.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its table.
    pub table: &'static str,
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<Vec<u8>>,
}

/// The courier's database: tables of bytes by text.
#[allow(async_fn_in_trait)]
pub trait Tables {
    /// Why nothing outlasts the tab, where that is so.
    async fn unavailable(&self) -> Option<store::Error>;

    /// One value.
    async fn get(&self, table: &'static str, key: &str) -> Result<Option<Vec<u8>>, store::Error>;

    /// All values of a table from a key on, by key.
    async fn from(&self, table: &'static str, key: &str) -> Result<Vec<Vec<u8>>, store::Error>;

    /// Forgets what a table has below a key.
    async fn remove_below(&self, table: &'static str, key: &str) -> Result<(), store::Error>;

    /// Reads rows and writes what `decide` makes of them, in one transaction: no other tab comes in between. `decide` gets
    /// the values of each read, in their order.
    async fn change(
        &self,
        reads: &[Read<'_>],
        what: &str,
        decide: impl FnOnce(Vec<Vec<Vec<u8>>>) -> Result<Vec<Write>, store::Error>,
    ) -> Result<(), store::Error>;
}

/// AES-256-GCM and random bytes.
#[allow(async_fn_in_trait)]
pub trait Cipher {
    /// A key that cannot be read out again.
    type Aes;

    /// Fills `bytes`; `false` where there are no random numbers.
    fn random(&self, bytes: &mut [u8]) -> bool;

    /// Takes in a vault's key.
    async fn import(&self, kek: &Kek) -> Result<Self::Aes, VaultError>;

    /// Encrypts: the sealed text with its tag.
    async fn seal(&self, aes: &Self::Aes, job: &Job) -> Result<Vec<u8>, VaultError>;

    /// Decrypts; nothing where the tag does not fit.
    async fn open(&self, aes: &Self::Aes, job: &Job) -> Result<Option<Vec<u8>>, VaultError>;
}

/// What the browser says of itself and of this site.
#[allow(async_fn_in_trait)]
pub trait Edge {
    /// Whether there is a network at all.
    fn is_online(&self) -> bool;

    /// The origin of this site.
    fn own_origin(&self) -> String;

    /// Evenly from 0 to 1; for waits, not for keys.
    fn chance(&self) -> f64;

    /// The permission to reach `url`, an address of the person's own machine or network.
    async fn local_access(&self, url: &Url) -> LocalAccess;

    /// A file of this site.
    async fn site_file(&self, path: &str) -> Option<Vec<u8>>;
}

/// All of them.
pub trait Ports: Http + Clock + Tables + Cipher + Edge {}

impl<P: Http + Clock + Tables + Cipher + Edge> Ports for P {}
