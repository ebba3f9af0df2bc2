//! What can be wrong with an endpoint or a key before anything is sent.

use crate::types::problem::request;
use crate::types::{CallFailure, Dialect, FailureCause, UserError};
use serde::{Deserialize, Serialize};

/// Why no request could be written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", UserError::from(self.clone()))]
pub enum Error {
    /// The address is empty.
    NoAddress,
    /// No `http://` or `https://` in front.
    NoScheme {
        /// As typed, shortened.
        typed: String,
        /// The address with the likely scheme.
        suggestion: String,
    },
    /// A scheme other than http and https.
    UnsupportedScheme {
        /// The scheme as parsed.
        scheme: String,
    },
    /// A user name or password in the address.
    HasUserinfo,
    /// Not a URL at all.
    NotAUrl {
        /// As typed, shortened.
        typed: String,
        /// The parser's message.
        reason: String,
    },
    /// A key that no header can carry.
    BadKey {
        /// What is wrong with it, without showing it.
        reason: UserError,
    },
    /// A key that is no pair of AWS credentials.
    BadAwsKey {
        /// What is wrong with it, without showing it.
        reason: UserError,
    },
    /// A host of AWS without a region.
    NoRegion,
    /// No model name.
    NoModel,
    /// A blank of the catalogue's address is empty.
    MissingBlank {
        /// The blank's label.
        label: String,
        /// What it looks like.
        example: String,
    },
    /// A blank of the catalogue's address holds what its place cannot.
    BadBlank {
        /// The blank's label.
        label: String,
        /// What it may hold.
        reason: UserError,
    },
    /// No such row in the catalogue.
    UnknownProvider {
        /// As it stands in the settings.
        id: String,
    },
    /// The system is not spoken to in that dialect.
    NoRoute {
        /// The system.
        name: String,
        /// The dialect asked for.
        dialect: Dialect,
    },
    /// The system does not do that.
    NotOffered {
        /// The system.
        name: String,
        /// `embed` or `rerank`.
        what: String,
    },
    /// The system no longer exists.
    Retired {
        /// The system.
        name: String,
        /// Since when, and what took its place.
        successor: String,
    },
    /// The host does not read keys shown in that way.
    AuthNotTaken {
        /// The system.
        name: String,
    },
}

impl From<Error> for UserError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoAddress => request::no_address(),
            Error::NoScheme { typed, suggestion } => request::no_scheme(typed, suggestion),
            Error::UnsupportedScheme { scheme } => request::unsupported_scheme(scheme),
            Error::HasUserinfo => request::has_userinfo(),
            Error::NotAUrl { typed, reason } => request::not_a_url(typed, reason),
            Error::BadKey { reason } => request::bad_key(reason),
            Error::BadAwsKey { reason } => request::bad_aws_key(reason),
            Error::NoRegion => request::no_region(),
            Error::NoModel => request::no_model(),
            Error::MissingBlank { label, example } => request::missing_blank(label, example),
            Error::BadBlank { label, reason } => request::bad_blank(label, reason),
            Error::UnknownProvider { id } => request::unknown_provider(id),
            Error::NoRoute { name, dialect } => request::no_route(name, dialect.label()),
            Error::NotOffered { name, what } => request::not_offered(name, what),
            Error::Retired { name, successor } => request::retired(name, successor),
            Error::AuthNotTaken { name } => request::auth_not_taken(name),
        }
    }
}

impl Error {
    /// The same as a column's failure; nothing was sent.
    pub fn to_failure(self) -> CallFailure {
        CallFailure::new(FailureCause::BadRequest, request::not_sent(self))
    }
}
