use super::{Kind, Stored};
use crate::types::{Run, RunSummary};

// Version 1 of the store had no runs.

impl Stored for Run {
    const KIND: Kind = Kind::Run;

    fn older(_: u8, _: &[u8]) -> Option<Result<Self, postcard::Error>> {
        None
    }
}

impl Stored for RunSummary {
    const KIND: Kind = Kind::RunSummary;

    fn older(_: u8, _: &[u8]) -> Option<Result<Self, postcard::Error>> {
        None
    }
}
