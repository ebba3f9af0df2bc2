use super::{AuthKind, Dialect};
use serde::{Deserialize, Serialize};

/// One system that can be reached: a row of the catalogue, as a person chooses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderRow {
    /// Names it in settings, such as `openai`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Where it stands in the list.
    pub group: ProviderGroup,
    /// One line for people: what is special about it; may be empty.
    pub about: String,
    /// Ways to reach it, the default one first. Empty for a retired system.
    pub routes: Vec<Route>,
    /// The page where a person makes a key; empty where none is needed.
    pub key_page: String,
    /// What calls from a page are known to meet.
    pub cors: Cors,
    /// What a page can read of its rate limits.
    pub rate_limits: String,
    /// For a system that no longer exists: since when, and what took its place.
    pub retired: Option<String>,
    /// Names of chat models, for hosts that list none; suggestions only.
    pub models: Vec<String>,
}

/// Kinds of systems, in the order shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderGroup {
    /// Makers of models.
    Lab,
    /// Clouds that sell models of several vendors.
    Cloud,
    /// Hosts and routers of open weights.
    Host,
    /// Servers on the person's own machine or network.
    Local,
    /// In the browser.
    Browser,
    /// A custom address.
    Custom,
    /// No longer there.
    Retired,
}

/// One way to reach a system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The wire format.
    pub dialect: Dialect,
    /// What tells it apart from the row's other routes of the same dialect; may be empty.
    pub label: String,
    /// The base URL; `{name}` stands for a param.
    pub base: String,
    /// The url_params of the base URL.
    pub url_params: Vec<UrlParam>,
    /// How the key is shown; the first is the default one.
    pub auth: Vec<AuthKind>,
    /// Whether it can do without a key.
    pub key_optional: bool,
}

/// Something to be filled into a base URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UrlParam {
    /// Its name in the template.
    pub name: String,
    /// Its label for people.
    pub label: String,
    /// An example to show; empty when there is none.
    #[serde(default)]
    pub example: String,
    /// What it usually is; empty when there is no default.
    #[serde(default)]
    pub default: String,
}

/// What calls from a page are known to meet, with date and source: knowledge, never a lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cors {
    /// What is known.
    pub status: CorsStatus,
    /// When that was seen, `YYYY-MM` or `YYYY-MM-DD`.
    pub seen: String,
    /// Where that was seen.
    pub source: String,
    /// What to do where it does not work; may be empty.
    pub fix: String,
}

/// Whether a page may call a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorsStatus {
    /// Any page may.
    Allowed,
    /// The server's owner decides.
    Configurable,
    /// Reports contradict each other, or there are none.
    Unproven,
    /// No page may; a gateway is needed.
    Blocked,
    /// No network is involved.
    NotNeeded,
}

/// A model that a host offers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelEntry {
    /// Its name on the wire.
    pub name: String,
    /// Its name for people, where the host has one.
    pub label: Option<String>,
    /// Tokens of its context, as the host or the price list says.
    pub context_tokens: Option<u64>,
    /// What it costs.
    pub price: Option<Price>,
}

/// One model under the names that several hosts give it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelFamily {
    /// Its name for people.
    pub name: String,
    /// Who offers it, and under which name.
    pub hosts: Vec<FamilyHost>,
}

/// A host of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FamilyHost {
    /// `ProviderRow::id`.
    pub provider: String,
    /// The wire format to use there; the row's default one when nothing is said.
    pub dialect: Option<Dialect>,
    /// The model's name there.
    pub model: String,
    /// What it costs there.
    pub price: Option<Price>,
}

/// What a model costs, in US dollars a million tokens. `None`: unknown, never free.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Prompt tokens.
    pub input_usd: Option<f64>,
    /// Generated tokens, reasoning included.
    pub output_usd: Option<f64>,
    /// Prompt tokens read from a cache; `None`: as prompt tokens.
    pub cached_usd: Option<f64>,
    /// Prompt tokens written to a cache; `None`: as prompt tokens.
    pub cache_write_usd: Option<f64>,
    /// Flat, each request.
    pub request_usd: Option<f64>,
    /// The list it comes from and that list's date, such as `genai-prices 2026-11-03`.
    pub source: String,
}

/// What one answer cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// US dollars.
    pub usd: f64,
    /// Tokens as reported by the host (`true`) or estimated.
    pub reported: bool,
    /// The price list and its date.
    pub source: String,
}

/// What was spent at one provider on one day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spending {
    /// The catalogue's row, or the host of a custom endpoint.
    pub provider: String,
    /// The day here, `YYYY-MM-DD`.
    pub day: String,
    /// US dollars of calls whose price is known.
    pub usd: f64,
    /// Calls.
    pub calls: u32,
    /// Calls whose price is unknown: not in `usd`.
    pub unpriced: u32,
    /// Tokens in.
    pub input_tokens: u64,
    /// Tokens out.
    pub output_tokens: u64,
}

/// Where to warn and where to stop, in US dollars a day over all providers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SpendingLimits {
    /// Says so from here on.
    pub alert_usd: Option<f64>,
    /// Sends nothing any more from here on.
    pub stop_usd: Option<f64>,
}
