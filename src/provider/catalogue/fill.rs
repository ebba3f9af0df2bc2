//! A template and a person's words → an address. In the host a word may only be letters, digits and hyphens, in a port only
//! digits; anywhere else it is percent-encoded. So no word can change more of the address than its own place.

use crate::provider::Error;
use crate::provider::percent::path_segment;
use crate::types::UrlParam;
use crate::types::problem::flaw;
use std::collections::BTreeMap;

/// Where in a URL a parameter stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Host,
    Port,
    Path,
}

/// `template` with its parameters filled by `values`, or by what each usually is. `{model}` stays: it is filled at the request.
///
/// # Errors
/// `MissingBlank`, `BadBlank`.
pub(super) fn fill(
    template: &str,
    url_params: &[UrlParam],
    values: &BTreeMap<String, String>,
) -> Result<String, Error> {
    expand(template, url_params, |param, place| word(param, values, place))
}

/// The same for showing while a person types, never for sending: each word as typed, nothing for one that is missing.
#[cfg(feature = "page")]
pub(crate) fn preview(template: &str, url_params: &[UrlParam], values: &BTreeMap<String, String>) -> String {
    let typed = |param: &UrlParam, _| {
        Ok::<_, std::convert::Infallible>(value(param, values).unwrap_or("").to_owned())
    };
    let Ok(text) = expand(template, url_params, typed);
    text
}

/// Replaces `{name}` by what `word` makes of the parameter of that name and of the place where it stands.
fn expand<E>(
    template: &str,
    url_params: &[UrlParam],
    word: impl Fn(&UrlParam, Place) -> Result<String, E>,
) -> Result<String, E> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        rest = after;
        match url_params.iter().find(|param| param.name == name) {
            Some(param) => filled.push_str(&word(param, place(&filled))?),
            None => {
                filled.push('{');
                filled.push_str(name);
                filled.push('}');
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// What is filled into `param`, as typed; nothing when it is empty and has no default value.
pub(super) fn value<'a>(param: &'a UrlParam, values: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let typed = values.get(&param.name).map_or("", |value| value.trim());
    Some(if typed.is_empty() { param.default.as_str() } else { typed }).filter(|value| !value.is_empty())
}

/// The names of the url_params in `template`.
pub(super) fn names(template: &str) -> Vec<&str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect()
}

fn word(param: &UrlParam, values: &BTreeMap<String, String>, place: Place) -> Result<String, Error> {
    let Some(value) = value(param, values) else {
        return Err(Error::MissingBlank { label: param.label.clone(), example: param.example.clone() });
    };
    let bad = |reason| Error::BadBlank { label: param.label.clone(), reason };
    match place {
        Place::Host => {
            let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if !plain || value.len() > 63 || value.starts_with('-') || value.ends_with('-') {
                return Err(bad(flaw::not_a_label()));
            }
            Ok(value.to_ascii_lowercase())
        }
        Place::Port => match value.parse::<u16>() {
            Ok(port) if port > 0 && value.bytes().all(|byte| byte.is_ascii_digit()) => Ok(port.to_string()),
            _ => Err(bad(flaw::not_a_port())),
        },
        // A dot alone would be taken for the folder itself, two for the one above.
        Place::Path if matches!(value, "." | "..") => Err(bad(flaw::not_a_name())),
        Place::Path => Ok(path_segment(value)),
    }
}

/// The place right behind `before`.
fn place(before: &str) -> Place {
    match before.split_once("://") {
        Some((_, authority)) if authority.contains(['/', '?']) => Place::Path,
        Some((_, authority)) if authority.contains(':') => Place::Port,
        Some(_) => Place::Host,
        None => Place::Path,
    }
}
