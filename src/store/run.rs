use super::migrations::{v2, v3, v4};
use super::{Kind, Stored};
use crate::types::{Run, RunSummary};

// Version 1 of the store had no runs.

impl Stored for Run {
    const KIND: Kind = Kind::Run;
    const VERSION: u8 = 5;

    fn older(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        match version {
            v2::VERSION => Some(v2::run(body)),
            v3::VERSION => Some(v3::run(body)),
            v4::VERSION => Some(v4::run(body)),
            _ => None,
        }
    }
}

impl Stored for RunSummary {
    const KIND: Kind = Kind::RunSummary;

    fn older(_: u8, _: &[u8]) -> Option<Result<Self, postcard::Error>> {
        None
    }
}
