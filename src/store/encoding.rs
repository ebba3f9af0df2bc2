use super::Error;
use crate::types::{Chunk, Document, Manifest};
use serde::{Serialize, de::DeserializeOwned};

/// One stored document with everything made from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What is known without opening it.
    pub manifest: Manifest,
    /// Text and structure.
    pub document: Document,
    /// Its chunks, by ordinal.
    pub chunks: Vec<Chunk>,
    /// Their embeddings, one after another.
    pub vectors: Vec<f32>,
}

/// First byte of every stored value; a reader refuses what is newer than itself.
const VERSION: u8 = 1;

/// A value as stored: the version byte, then postcard.
pub fn encode<T: Serialize>(value: &T, what: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![VERSION];
    let body = postcard::to_allocvec(value)
        .map_err(|error| Error::Failed { doing: format!("writing {what}"), reason: error.to_string() })?;
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// The value that `encode` made.
pub fn decode<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Error> {
    let damaged = |reason: String| Error::Damaged { what: what.to_owned(), reason };
    match bytes.split_first() {
        Some((&VERSION, body)) => postcard::from_bytes(body).map_err(|error| damaged(error.to_string())),
        Some((version, _)) => {
            Err(damaged(format!("version {version}; this page supports version {VERSION}")))
        }
        None => Err(damaged("empty".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_and_refusal() {
        let bytes = encode(&("a", 7u32), "test").unwrap();
        assert_eq!(decode::<(String, u32)>(&bytes, "test").unwrap(), ("a".to_owned(), 7));
        let mut newer = bytes.clone();
        newer[0] = 9;
        assert!(decode::<(String, u32)>(&newer, "test").unwrap_err().to_string().contains("version 9"));
        assert!(decode::<(String, u32)>(&bytes[..2], "test").is_err());
        assert!(decode::<(String, u32)>(&[], "test").is_err());
    }
}
