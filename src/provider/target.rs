//! Where and how to speak to a host: an endpoint with its catalogue row applied, ready for a dialect.

use super::{Error, address};
use crate::types::{AuthKind, Dialect};
use serde_json::{Map, Value};
use url::Url;

/// An endpoint resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The wire format.
    pub dialect: Dialect,
    /// The catalogue's row, or the host of a custom endpoint: the name under which spending and health are kept.
    pub provider: String,
    /// The base URL, without a trailing slash.
    pub base: Url,
    /// The path of a chat request below `base`, in place of the dialect's own; `{model}` stands for the model.
    pub chat_path: Option<String>,
    /// Where the list of models is, in place of the dialect's own; nothing when the host has none.
    pub models: ModelList,
    /// How the key is shown, never `Usual`.
    pub auth: AuthKind,
    /// The region of an AWS host, for its signature.
    pub region: String,
    /// Headers besides the key's and the content type, with their values.
    pub headers: Vec<(String, String)>,
    /// What the host wants otherwise.
    pub quirks: Quirks,
}

/// Where the models of a host are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelList {
    /// At the dialect's own path below the base URL.
    #[default]
    Usual,
    /// At this path below the base URL.
    Path(String),
    /// At another URL of the same origin.
    Url(Url),
    /// Nowhere.
    None,
}

/// What a host wants otherwise than its dialect has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quirks {
    /// The name of the limit of tokens is `max_completion_tokens`.
    pub max_completion_tokens: bool,
    /// Ask for usage in the stream (`stream_options`): hosts that send it anyway may refuse the field.
    pub stream_usage: bool,
    /// How standing instructions are sent.
    pub system: SystemRole,
    /// Parameters the host does not take, by their name on the wire, for all models.
    pub omit: Vec<String>,
    /// Fields added to every body.
    pub body: Map<String, Value>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            max_completion_tokens: false,
            stream_usage: true,
            system: SystemRole::default(),
            omit: Vec::new(),
            body: Map::new(),
        }
    }
}

/// How standing instructions are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SystemRole {
    /// In the dialect's own place.
    #[default]
    System,
    /// Under the role `developer`.
    Developer,
    /// In front of the first question, for models that know no such role.
    Fold,
}

impl Target {
    /// A host that the catalogue does not know, by its base URL as typed.
    ///
    /// # Errors
    /// When the address is unusable.
    pub fn custom(dialect: Dialect, base_url: &str, auth: AuthKind) -> Result<Self, Error> {
        let base = address::parse_base(base_url)?;
        Ok(Self {
            dialect,
            provider: base.host_str().unwrap_or("custom").to_owned(),
            chat_path: None,
            models: ModelList::Usual,
            auth: if auth == AuthKind::Default { dialect.spec().auth } else { auth },
            region: String::new(),
            headers: headers(dialect, &base),
            quirks: Quirks::for_host(&base),
            base,
        })
    }

    /// Whether parameter `name` may be sent.
    pub fn takes(&self, name: &str) -> bool {
        !self.quirks.omit.iter().any(|omitted| omitted == name)
    }

    /// `base` with `path` appended; a query in `path` is added to that of `base`. The origin stays whatever `path` is.
    pub fn join(&self, path: &str) -> Url {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = address::join(&self.base, path);
        if let Some(query) = query {
            let whole = url.query().map_or_else(|| query.to_owned(), |before| format!("{before}&{query}"));
            url.set_query(Some(&whole));
        }
        url
    }
}

/// A body in the making: holds what is set and what the host takes.
pub struct Fields<'a> {
    target: &'a Target,
    fields: Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Nothing yet.
    pub fn of(target: &'a Target) -> Self {
        Self { target, fields: Map::new() }
    }

    /// Sets `name`, where there is a value and the host takes it.
    pub fn put(&mut self, name: &str, value: Option<Value>) {
        if let Some(value) = value.filter(|_| self.target.takes(name)) {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// The fields, in the order in which they were set.
    pub fn done(self) -> Map<String, Value> {
        self.fields
    }
}

/// Headers that requests in `dialect` need at the host of `base`.
fn headers(dialect: Dialect, base: &Url) -> Vec<(String, String)> {
    let spec = dialect.spec();
    let of_host = spec.headers_of_host.iter().filter(|(host, ..)| host_is(base, &[host]));
    let all = spec.headers.iter().copied().chain(of_host.map(|(_, name, value)| (*name, *value)));
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Quirks {
    /// What is known of a host by its name, for addresses typed by hand.
    pub fn for_host(base: &Url) -> Self {
        Self {
            // OpenAI's newer models refuse `max_tokens`; its API and Azure's take the new name for all models.
            max_completion_tokens: host_is(
                base,
                &["api.openai.com", "openai.azure.com", "services.ai.azure.com"],
            ),
            // Hosts that send usage anyway and refuse unknown fields.
            stream_usage: !host_is(
                base,
                &["api.mistral.ai", "api.perplexity.ai", "api.cohere.ai", "api.cohere.com"],
            ),
            ..Self::default()
        }
    }
}

/// Whether the host of `base` is one of `names` or lies under one.
fn host_is(base: &Url, names: &[&str]) -> bool {
    let Some(host) = base.host_str() else { return false };
    names
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}
