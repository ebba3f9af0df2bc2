//! The sum of the stage errors as a person meets them: every stage's error becomes `UserError` here, once.

use crate::types::UserError;
use crate::{engine, store};

impl From<engine::Error> for UserError {
    fn from(error: engine::Error) -> Self {
        Self::new(error.stage(), error.to_string(), error.hint())
    }
}

impl From<store::Error> for UserError {
    fn from(error: store::Error) -> Self {
        Self::new("store", error.to_string(), error.hint())
    }
}

#[cfg(feature = "reader")]
impl From<crate::parse::Error> for UserError {
    fn from(error: crate::parse::Error) -> Self {
        Self::new("parse", error.to_string(), error.hint())
    }
}
