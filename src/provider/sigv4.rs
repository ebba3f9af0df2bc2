//! A request and AWS credentials → the same request, signed: AWS Signature Version 4
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
//!
//! Mechanism: method, path, query, headers and the body's hash are written in one canonical form; its hash is signed
//! with a key derived from the secret, the day, the region and the service. All of the request's own headers are
//! signed, and `host`, which the browser adds by itself. The path is encoded once more than it is sent, as every
//! service but S3 wants it.

use super::percent::{self, path_segment};
use super::{Error, HttpRequest, Key};
use crate::format::date::Date;
use crate::types::problem::flaw;
use crate::types::sha256;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use url::Url;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Headers that a signature sets.
const OWN_HEADERS: [&str; 3] = ["authorization", "x-amz-date", "x-amz-security-token"];

/// Signs `http` for `service` in `region` at `epoch_secs` (seconds since 1970, UTC). `credentials` read
/// `ACCESS_KEY_ID:SECRET_ACCESS_KEY`, and `:SESSION_TOKEN` for temporary ones. Adds `x-amz-date`, `authorization` and,
/// where there is a token, `x-amz-security-token`; an earlier signature is replaced.
///
/// # Errors
/// `BadAwsKey` when the credentials are not of that form, `NoRegion`, `NotAUrl`.
pub fn sign(
    http: &mut HttpRequest,
    credentials: &Key,
    region: &str,
    service: &str,
    epoch_secs: u64,
) -> Result<(), Error> {
    let parts = Credentials::parse(credentials.expose())?;
    if region.trim().is_empty() {
        return Err(Error::NoRegion);
    }
    let url = Url::parse(&http.url)
        .map_err(|error| Error::NotAUrl { typed: String::new(), reason: error.to_string() })?;
    let (day, time) = timestamp(epoch_secs);
    http.headers.retain(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
    http.headers.push(("x-amz-date".into(), time.clone()));
    if let Some(token) = parts.token {
        http.headers.push(("x-amz-security-token".into(), token.to_owned()));
    }
    let (canonical, signed_headers) = canonical_request(http, &url);
    let scope = format!("{day}/{}/{service}/aws4_request", region.trim());
    let to_sign = format!("{ALGORITHM}\n{time}\n{scope}\n{}", sha256(canonical.as_bytes()));
    let key = [&day, region.trim(), service, "aws4_request"]
        .iter()
        .try_fold(format!("AWS4{}", parts.secret).into_bytes(), |key, part| {
            hmac_sha256(&key, part.as_bytes())
        })?;
    let signature = hex(&hmac_sha256(&key, to_sign.as_bytes())?);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}",
        parts.id
    );
    http.headers.push(("authorization".into(), authorization));
    http.secret = Some(credentials.clone());
    Ok(())
}

/// The parts of a key text.
struct Credentials<'a> {
    id: &'a str,
    secret: &'a str,
    token: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    fn parse(text: &'a str) -> Result<Self, Error> {
        let bad = |reason| Error::BadAwsKey { reason };
        let mut parts = text.split(':');
        let id = parts.next().unwrap_or("");
        let secret = parts.next().ok_or_else(|| bad(flaw::no_secret()))?;
        let token = parts.next();
        if parts.next().is_some() {
            return Err(bad(flaw::too_many_parts()));
        }
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            return Err(bad(flaw::no_key_id()));
        }
        if secret.is_empty() {
            return Err(bad(flaw::empty_secret()));
        }
        if token.is_some_and(str::is_empty) {
            return Err(bad(flaw::empty_token()));
        }
        Ok(Self { id, secret, token })
    }
}

/// The canonical form of a request, and the names of its signed headers.
fn canonical_request(http: &HttpRequest, url: &Url) -> (String, String) {
    let mut headers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let host = match (url.host_str().unwrap_or(""), url.port()) {
        (host, Some(port)) => format!("{host}:{port}"),
        (host, None) => host.to_owned(),
    };
    headers.insert("host".to_owned(), vec![host]);
    for (name, value) in http.headers.iter().filter(|(name, _)| name != "host") {
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        headers.entry(name.to_ascii_lowercase()).or_default().push(value);
    }
    let names = headers.keys().cloned().collect::<Vec<_>>().join(";");
    let lines: String =
        headers.iter().map(|(name, values)| format!("{name}:{}\n", values.join(","))).collect();
    let path = if url.path().is_empty() { "/".to_owned() } else { percent::path(url.path()) };
    let text = format!(
        "{}\n{path}\n{}\n{lines}\n{names}\n{}",
        http.method,
        canonical_query(url),
        sha256(&http.body)
    );
    (text, names)
}

fn canonical_query(url: &Url) -> String {
    let mut pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (path_segment(&name), path_segment(&value))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// `20150830` and `20150830T123600Z`.
fn timestamp(epoch_secs: u64) -> (String, String) {
    let (days, secs) = (epoch_secs / 86_400, epoch_secs % 86_400);
    let day = Date::of_days(i64::try_from(days).unwrap_or(i64::MAX)).to_string().replace('-', "");
    let time = format!("{day}T{:02}{:02}{:02}Z", secs / 3_600, secs / 60 % 60, secs % 60);
    (day, time)
}

/// HMAC with SHA-256 (RFC 2104), which takes keys of any length.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Result<Vec<u8>, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|error| Error::BadAwsKey { reason: flaw::text(error.to_string()) })?;
    Ok(mac.chain_update(message).finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
