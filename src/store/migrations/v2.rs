//! Version 2 of the rows that hold problems: as sentences, before there were codes. Everything else is as it was.

use super::{v1, v3};
use crate::store::{UploadInfo, UploadState};
use crate::types::problem::legacy;
use crate::types::{
    Answer, AnswerState, Attempt, CallFailure, FailureCause, Fix, Manifest, NativeCitation, Run, Timing,
    Usage, UserError, Warning,
};
use serde::Deserialize;

/// First byte of its rows.
pub const VERSION: u8 = 2;

#[derive(Deserialize)]
struct OldUserError {
    #[serde(rename = "stage")]
    _stage: String,
    message: String,
    hint: String,
}

impl From<OldUserError> for UserError {
    fn from(old: OldUserError) -> Self {
        legacy::text(old.message, old.hint)
    }
}

/// The problem in what version 1 kept as JSON.
pub(super) fn user_error(json: &str) -> Option<UserError> {
    serde_json::from_str::<OldUserError>(json).ok().map(UserError::from)
}

#[derive(Deserialize)]
pub(super) struct OldWarning {
    message: String,
}

impl From<OldWarning> for Warning {
    fn from(old: OldWarning) -> Self {
        Self { what: legacy::text(old.message, "") }
    }
}

pub(in crate::store) fn manifest(body: &[u8]) -> Result<Manifest, postcard::Error> {
    let (old, reader): (v1::OldManifest, u32) = postcard::from_bytes(body)?;
    Ok(old.read_by(reader))
}

#[derive(Deserialize)]
struct OldUpload {
    name: String,
    size_bytes: u64,
    added_millis: u64,
    state: OldUploadState,
}

#[derive(Deserialize)]
enum OldUploadState {
    Pending,
    Waiting,
    Cancelled,
    Failed(OldUserError),
}

pub(in crate::store) fn upload(body: &[u8]) -> Result<UploadInfo, postcard::Error> {
    let OldUpload { name, size_bytes, added_millis, state } = postcard::from_bytes(body)?;
    let state = match state {
        OldUploadState::Pending => UploadState::Pending,
        OldUploadState::Waiting => UploadState::Waiting,
        OldUploadState::Cancelled => UploadState::Cancelled,
        OldUploadState::Failed(error) => UploadState::Failed(error.into()),
    };
    Ok(UploadInfo { name, size_bytes, added_millis, state })
}

#[derive(Deserialize)]
struct OldFailure {
    cause: FailureCause,
    status: Option<u16>,
    message: String,
    hint: String,
    parameter: Option<String>,
    retry_after_millis: Option<u64>,
    fixes: Vec<Fix>,
}

impl From<OldFailure> for CallFailure {
    fn from(old: OldFailure) -> Self {
        Self {
            cause: old.cause,
            status: old.status,
            error: legacy::text(old.message, old.hint),
            parameter: old.parameter,
            retry_after_millis: old.retry_after_millis,
            fixes: old.fixes,
        }
    }
}

#[derive(Deserialize)]
struct OldAnswer {
    state: AnswerState,
    text: String,
    reasoning: String,
    citations: Vec<NativeCitation>,
    usage: Option<Usage>,
    deltas: u32,
    finish_reason: Option<String>,
    failure: Option<OldFailure>,
    timing: Timing,
}

#[derive(Deserialize)]
struct OldAttempt {
    queued_millis: f64,
    took_millis: f64,
    failure: Option<OldFailure>,
    pause_millis: Option<f64>,
}

type OldRun = v3::OldRun<v3::OldRetrieval<OldUserError>, v3::OldRunAnswer<OldAnswer, OldAttempt>>;

pub(in crate::store) fn run(body: &[u8]) -> Result<Run, postcard::Error> {
    postcard::from_bytes::<OldRun>(body).map(Run::from)
}

impl From<OldAnswer> for Answer {
    fn from(old: OldAnswer) -> Self {
        Self {
            state: old.state,
            text: old.text,
            reasoning: old.reasoning,
            citations: old.citations,
            usage: old.usage,
            deltas: old.deltas,
            finish_reason: old.finish_reason,
            failure: old.failure.map(CallFailure::from),
            timing: old.timing,
        }
    }
}

impl From<OldAttempt> for Attempt {
    fn from(old: OldAttempt) -> Self {
        Self {
            queued_millis: old.queued_millis,
            took_millis: old.took_millis,
            failure: old.failure.map(CallFailure::from),
            pause_millis: old.pause_millis,
        }
    }
}
