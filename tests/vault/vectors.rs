//! The pinned vaults of `tests/data/vault/v1.json`.

use serde_json::Value;
use sidecite::courier::Origin;
use sidecite::courier::vault::{Iv, Kdf};
use sidecite::provider::Key;

/// One pinned vault.
pub struct Vector {
    pub passphrase: String,
    pub kek: Vec<u8>,
    /// Of the verifier, then of the entries.
    pub aads: Vec<Vec<u8>>,
    pub bytes: Vec<u8>,
    value: Value,
}

pub fn vectors() -> Vec<Vector> {
    let file: Value = serde_json::from_str(include_str!("../data/vault/v1.json")).unwrap();
    let vaults = file["vaults"].as_array().unwrap();
    vaults
        .iter()
        .map(|value| Vector {
            passphrase: value["passphrase"].as_str().unwrap().to_owned(),
            kek: hex(&value["kek"]),
            aads: parts(value).map(|part| hex(&part["aad"])).collect(),
            bytes: hex(&value["bytes"]),
            value: value.clone(),
        })
        .collect()
}

impl Vector {
    pub fn kdf(&self) -> Kdf {
        let number = |name: &str| u32::try_from(self.value[name].as_u64().unwrap()).unwrap();
        Kdf {
            memory_kib: number("memory_kib"),
            passes: number("passes"),
            lanes: number("lanes"),
            salt: hex(&self.value["salt"]).try_into().unwrap(),
        }
    }

    /// Of the verifier, then of the entries.
    pub fn ivs(&self) -> Vec<Iv> {
        parts(&self.value).map(|part| hex(&part["iv"]).try_into().unwrap()).collect()
    }

    pub fn keys(&self) -> Vec<(String, Origin, Key)> {
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
        let entries = self.value["entries"].as_array().unwrap();
        entries
            .iter()
            .map(|entry| {
                let origin = Origin::parse(&text(entry, "origin")).unwrap();
                (text(entry, "provider"), origin, Key::new(&text(entry, "key")).unwrap())
            })
            .collect()
    }
}

fn parts(value: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(&value["verifier"]).chain(value["entries"].as_array().unwrap())
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}
