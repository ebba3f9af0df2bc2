//! What can be wrong with an endpoint or a key before anything is sent.

use crate::types::{CallFailure, Dialect, FailureCause};
use serde::{Deserialize, Serialize};

/// Why no request could be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// The address is empty.
    #[error("the endpoint has no URL")]
    NoAddress,
    /// No `http://` or `https://` in front.
    #[error("\"{typed}\" is not a valid URL")]
    NoScheme {
        /// As typed, shortened.
        typed: String,
        /// The address with the likely scheme.
        suggestion: String,
    },
    /// A scheme other than http and https.
    #[error("only http and https URLs are supported, not {scheme}:")]
    UnsupportedScheme {
        /// The scheme as parsed.
        scheme: String,
    },
    /// A user name or password in the address.
    #[error("the URL contains a user name or password")]
    HasUserinfo,
    /// Not a URL at all.
    #[error("\"{typed}\" is not a valid URL ({reason})")]
    NotAUrl {
        /// As typed, shortened.
        typed: String,
        /// The parser's words.
        reason: String,
    },
    /// A key that no header can carry.
    #[error("the key cannot be sent in a header: {reason}")]
    BadKey {
        /// What is wrong with it, without showing it.
        reason: String,
    },
    /// A key that is no pair of AWS credentials.
    #[error("the key is not an AWS access key: {reason}")]
    BadAwsKey {
        /// What is wrong with it, without showing it.
        reason: String,
    },
    /// A host of AWS without a region.
    #[error("no AWS region is set")]
    NoRegion,
    /// No model name.
    #[error("no model is chosen")]
    NoModel,
    /// A blank of the catalogue's address is empty.
    #[error("{label} is missing")]
    MissingBlank {
        /// The blank's label.
        label: String,
        /// What it looks like.
        example: String,
    },
    /// A blank of the catalogue's address holds what its place cannot.
    #[error("{label} is invalid: {reason}")]
    BadBlank {
        /// The blank's label.
        label: String,
        /// What it may hold.
        reason: String,
    },
    /// No such row in the catalogue.
    #[error("unknown provider {id}")]
    UnknownProvider {
        /// As it stands in the settings.
        id: String,
    },
    /// The system is not spoken to in that dialect.
    #[error("{name} does not support {}", .dialect.label())]
    NoRoute {
        /// The system.
        name: String,
        /// The dialect asked for.
        dialect: Dialect,
    },
    /// The system does not do that.
    #[error("{name} does not support {what}")]
    NotOffered {
        /// The system.
        name: String,
        /// `embed` or `rerank`.
        what: String,
    },
    /// The system no longer exists.
    #[error("{name} no longer exists")]
    Retired {
        /// The system.
        name: String,
        /// Since when, and what took its place.
        successor: String,
    },
    /// The host does not read keys shown in that way.
    #[error("{name} does not accept a key sent that way")]
    AuthNotTaken {
        /// The system.
        name: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoAddress => "Enter the base URL, such as http://localhost:11434/v1.".into(),
            Self::NoScheme { suggestion, .. } => format!("Start with https://. Did you mean {suggestion}?"),
            Self::UnsupportedScheme { .. } => "Start with https:// or http://.".into(),
            Self::HasUserinfo => {
                "Remove everything before the @ in the URL; enter the key under API key.".into()
            }
            Self::NotAUrl { .. } => "Enter a base URL such as https://api.example.com/v1.".into(),
            Self::BadKey { .. } => "Copy the key again: one line, no spaces.".into(),
            Self::BadAwsKey { .. } => "Enter the key as ACCESS_KEY_ID:SECRET_ACCESS_KEY, or as \
                 ACCESS_KEY_ID:SECRET_ACCESS_KEY:SESSION_TOKEN for temporary credentials."
                .into(),
            Self::NoRegion => "Enter the region of the endpoint, such as us-east-1.".into(),
            Self::NoModel => "Choose a model, or use Test connection to list this endpoint's models.".into(),
            Self::MissingBlank { label, example } if example.is_empty() => format!("Fill in {label}."),
            Self::MissingBlank { label, example } => format!("Fill in {label}, such as {example}."),
            Self::BadBlank { label, .. } => format!("Enter only the {label}, without the rest of the URL."),
            Self::UnknownProvider { .. } => "Choose a provider from the list, or Custom endpoint.".into(),
            Self::NotOffered { .. } => "Choose another provider in Settings.".into(),
            Self::NoRoute { .. } => "Choose another option under API.".into(),
            Self::Retired { successor, .. } => successor.clone(),
            Self::AuthNotTaken { .. } => "Under Key is sent as, choose API default.".into(),
        }
    }

    /// The same as a column's failure; nothing was sent.
    pub fn to_failure(&self) -> CallFailure {
        CallFailure::new(FailureCause::BadRequest, format!("Nothing was sent: {self}."), self.hint())
    }
}
