//! `families.toml` → models under the names that several hosts give them.

use crate::types::{Dialect, FamilyHost, ModelFamily};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    family: Vec<Family>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    hosts: Vec<Host>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    provider: String,
    dialect: Option<Dialect>,
    model: String,
}

/// The families that ship with the page, without prices.
///
/// # Errors
/// What is wrong with the file, with the line.
pub fn built_in() -> Result<Vec<ModelFamily>, toml::de::Error> {
    let file: File = toml::from_str(include_str!("families.toml"))?;
    let host = |host: Host| FamilyHost {
        provider: host.provider,
        dialect: host.dialect,
        model: host.model,
        price: None,
    };
    let family = |family: Family| ModelFamily {
        name: family.name,
        hosts: family.hosts.into_iter().map(host).collect(),
    };
    Ok(file.family.into_iter().map(family).collect())
}
