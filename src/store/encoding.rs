use super::migrations::v1;
use super::{Error, Kind};
use crate::kernel::{f32s_from_le_bytes, f32s_to_le_bytes};
use serde::{Serialize, de::DeserializeOwned};

/// A value with a table: what its rows are called and how older versions of them are read.
pub trait Stored: Serialize + DeserializeOwned {
    /// Second byte of its rows.
    const KIND: Kind;
    /// First byte of its rows: raised when the shape changes, and `older` then reads the shape before.
    const VERSION: u8 = VERSION;

    /// The value in a row of an older version, whose first byte was `version`, without its head; nothing for a version
    /// that never was.
    fn older(version: u8, body: &[u8]) -> Option<Result<Self, postcard::Error>> {
        (version == v1::VERSION).then(|| postcard::from_bytes(body))
    }
}

/// First byte of a row whose shape has not changed since version 2 of the store.
const VERSION: u8 = 2;

/// A value as stored: version, kind, postcard.
pub fn encode<T: Stored>(value: &T, what: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![T::VERSION, T::KIND as u8];
    let body = postcard::to_allocvec(value)
        .map_err(|error| Error::Failed { doing: format!("writing {what}"), reason: error.to_string() })?;
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// The value that `encode` of this or an earlier version made.
pub fn decode<T: Stored>(bytes: &[u8], what: &str) -> Result<T, Error> {
    let damaged = |reason: String| Error::Damaged { what: what.to_owned(), reason };
    let older = |version: u8, body: &[u8]| {
        T::older(version, body).ok_or_else(|| damaged(format!("version {version} is unknown")))
    };
    let read = match bytes {
        [] => return Err(damaged("it is empty".into())),
        // Version 1 did not state the kind.
        [v1::VERSION, body @ ..] => older(v1::VERSION, body)?,
        [version, kind, body @ ..] if *kind == T::KIND as u8 => match *version {
            version if version == T::VERSION => postcard::from_bytes(body),
            version if version > T::VERSION => {
                return Err(damaged(format!("version {version}; this page supports version {}", T::VERSION)));
            }
            version => older(version, body)?,
        },
        _ => return Err(damaged("it is of another kind".into())),
    };
    read.map_err(|error| damaged(error.to_string()))
}

/// The vectors of a chunk set, each of `dimension` numbers.
pub fn encode_vectors(dimension: usize, numbers: &[f32]) -> Vec<u8> {
    let mut bytes = vec![VERSION, Kind::Vectors as u8];
    bytes.extend_from_slice(&u32::try_from(dimension).unwrap_or(0).to_le_bytes());
    bytes.extend_from_slice(&f32s_to_le_bytes(numbers));
    bytes
}

/// `count` vectors, one after another.
pub fn decode_vectors(bytes: &[u8], count: usize, what: &str) -> Result<Vec<f32>, Error> {
    let damaged = |reason: String| Error::Damaged { what: what.to_owned(), reason };
    let body = match bytes {
        [version, kind, body @ ..] if *version == VERSION && *kind == Kind::Vectors as u8 => body,
        _ => return Err(damaged("its embeddings cannot be read".into())),
    };
    let Some((dimension, body)) = body.split_first_chunk::<4>() else {
        return Err(damaged("its embeddings are cut off".into()));
    };
    let dimension = u32::from_le_bytes(*dimension) as usize;
    if dimension == 0 || body.len() != dimension.saturating_mul(count).saturating_mul(4) {
        let got = body.len() / 4;
        return Err(damaged(format!("{count} chunks of {dimension} dimensions, but {got} numbers")));
    }
    Ok(f32s_from_le_bytes(body))
}

/// A cached embedding.
pub fn encode_embedding(vector: &[f32]) -> Vec<u8> {
    let mut bytes = vec![VERSION, Kind::Embedding as u8];
    bytes.extend_from_slice(&f32s_to_le_bytes(vector));
    bytes
}

/// The cached embedding, where it can be read: one that cannot is made again.
pub fn decode_embedding(bytes: &[u8]) -> Option<Vec<f32>> {
    match bytes {
        [version, kind, body @ ..]
            if *version == VERSION && *kind == Kind::Embedding as u8 && body.len().is_multiple_of(4) =>
        {
            Some(f32s_from_le_bytes(body))
        }
        _ => None,
    }
}
