use super::Dialect;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A server that the person set up. Holds no key: keys live in the courier, bound to the origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// Names it among the person's endpoints.
    pub id: u32,
    /// Name for people.
    pub name: String,
    /// The catalogue's row; `custom` or empty for a custom address.
    pub provider: String,
    /// The wire format.
    pub dialect: Dialect,
    /// What was filled into the row's address (`region`, `resource`, …).
    #[serde(alias = "blanks")]
    pub url_params: BTreeMap<String, String>,
    /// The address as typed: of a custom endpoint its base URL up to and including the version, such as
    /// `http://localhost:8080/v1`; of a catalogue row a gateway to go through instead, or empty.
    pub base_url: String,
    /// How the key is shown to the host.
    pub auth: AuthKind,
}

/// How a key is shown to a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthKind {
    /// As the catalogue's row or the dialect has it.
    #[default]
    #[serde(alias = "usual")]
    Default,
    /// No key.
    None,
    /// `authorization: Bearer K`.
    Bearer,
    /// `x-api-key: K` (Anthropic).
    XApiKey,
    /// `api-key: K` (Azure).
    ApiKey,
    /// `x-goog-api-key: K` (Google).
    XGoogApiKey,
    /// `authorization: Api-Key K` (Baseten's dedicated deployments).
    ApiKeyScheme,
    /// AWS Signature Version 4; the key is `ACCESS_KEY_ID:SECRET[:SESSION_TOKEN]`.
    SigV4,
}
