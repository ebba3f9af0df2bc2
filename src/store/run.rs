use super::migrations::v2;
use super::{Kind, Stored};
use crate::types::{Run, RunSummary};

// Version 1 of the store had no runs.

impl Stored for Run {
    const KIND: Kind = Kind::Run;
    const VERSION: u8 = 3;

    fn older(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        (version == v2::VERSION).then(|| v2::run(body))
    }
}

impl Stored for RunSummary {
    const KIND: Kind = Kind::RunSummary;

    fn older(_: u8, _: &[u8]) -> Option<Result<Self, postcard::Error>> {
        None
    }
}
