//! Bytes of a GGUF file → metadata and tensors by name.
//!
//! GGUF (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>) is a header, key–value pairs, a table of tensors
//! and the tensors' bytes, aligned. Every length is checked against what is left of the file before anything is
//! allocated for it, so a hostile header costs nothing. Does not read big-endian files, version 1, or nested arrays.

use super::Error;
use std::collections::HashMap;

/// A value of the metadata.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Any unsigned integer.
    Unsigned(u64),
    /// Any signed integer.
    Signed(i64),
    /// Any float.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// UTF-8 text; broken sequences are replaced.
    Text(String),
    /// An array of texts.
    Texts(Vec<String>),
    /// An array of integers.
    Integers(Vec<i64>),
    /// An array of anything else, which nothing here needs.
    Skipped,
}

/// How a tensor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// Blocks of 32 in 4 bits with a scale.
    Q4_0,
    /// Blocks of 32 in 4 bits with scale and minimum.
    Q4_1,
    /// Blocks of 32 in 8 bits with a scale.
    Q8_0,
    /// Something else, by GGML's number.
    Other(u32),
}

impl Kind {
    fn from_number(number: u32) -> Self {
        match number {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            8 => Self::Q8_0,
            other => Self::Other(other),
        }
    }

    /// Elements in a block, and bytes of a block.
    fn block(self) -> Option<(u64, u64)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 => Some((1, 2)),
            Self::Q4_0 => Some((32, 18)),
            Self::Q4_1 => Some((32, 20)),
            Self::Q8_0 => Some((32, 34)),
            Self::Other(_) => None,
        }
    }
}

/// A tensor's place in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// How it is stored.
    pub kind: Kind,
    /// Rows: the product of all dimensions but the first.
    pub rows: usize,
    /// Elements of a row, GGUF's first dimension.
    pub columns: usize,
    offset: u64,
}

/// A file whose header has been read.
pub struct Gguf {
    bytes: Vec<u8>,
    metadata: HashMap<String, Value>,
    tensors: HashMap<String, Tensor>,
    data_start: u64,
}

impl Gguf {
    /// Reads the header; tensors are checked when they are asked for.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        let mut reader = Reader { bytes: &bytes, at: 0 };
        if bytes.get(..4) != Some(b"GGUF") {
            return Err(Error::NotGguf);
        }
        reader.take(4, "magic")?;
        let version = reader.u32("version")?;
        if version != 2 && version != 3 {
            return Err(Error::Version { version });
        }
        let tensor_count = reader.u64("tensor count")?;
        let key_count = reader.u64("key count")?;
        let mut metadata = HashMap::new();
        for _ in 0..reader.count(key_count, 13, "keys")? {
            let key = reader.text("key")?;
            let kind = reader.u32("type of a value")?;
            let value = reader.value(kind, &key)?;
            metadata.insert(key, value);
        }
        let mut tensors = HashMap::new();
        for _ in 0..reader.count(tensor_count, 32, "tensors")? {
            let name = reader.text("tensor name")?;
            let tensor = reader.tensor(&name)?;
            tensors.insert(name, tensor);
        }
        let alignment = match metadata.get("general.alignment") {
            Some(Value::Unsigned(alignment)) if alignment.is_power_of_two() && *alignment <= 1 << 20 => {
                *alignment
            }
            Some(_) => {
                return Err(Error::Malformed { what: "its alignment is not a power of two".to_owned() });
            }
            None => 32,
        };
        let data_start = (reader.at as u64).next_multiple_of(alignment);
        Ok(Self { bytes, metadata, tensors, data_start })
    }

    /// The value of `key`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.metadata.get(key)
    }

    /// The non-negative integer under `key`.
    pub fn integer(&self, key: &str) -> Result<u64, Error> {
        match self.value(key) {
            Some(Value::Unsigned(value)) => Ok(*value),
            Some(Value::Signed(value)) if *value >= 0 => Ok(value.unsigned_abs()),
            _ => Err(Error::Missing { name: key.to_owned() }),
        }
    }

    /// The float under `key`.
    pub fn float(&self, key: &str) -> Result<f32, Error> {
        match self.value(key) {
            Some(Value::Float(value)) => Ok(*value as f32),
            _ => Err(Error::Missing { name: key.to_owned() }),
        }
    }

    /// The text under `key`.
    pub fn text(&self, key: &str) -> Result<&str, Error> {
        match self.value(key) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(Error::Missing { name: key.to_owned() }),
        }
    }

    /// The texts under `key`.
    pub fn texts(&self, key: &str) -> Result<&[String], Error> {
        match self.value(key) {
            Some(Value::Texts(texts)) => Ok(texts),
            _ => Err(Error::Missing { name: key.to_owned() }),
        }
    }

    /// What is known of the tensor called `name`.
    pub fn tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// A tensor and its bytes, exactly as many as its shape takes.
    pub fn data(&self, name: &str) -> Result<(&Tensor, &[u8]), Error> {
        let tensor = self.tensor(name).ok_or_else(|| Error::Missing { name: name.to_owned() })?;
        let (elements, block_bytes) = tensor.kind.block().ok_or_else(|| {
            let kind = if let Kind::Other(kind) = tensor.kind { kind } else { 0 };
            Error::UnsupportedType { tensor: name.to_owned(), kind }
        })?;
        let malformed = || Error::Malformed { what: format!("the shape of {name} does not fit its type") };
        if !(tensor.columns as u64).is_multiple_of(elements) {
            return Err(malformed());
        }
        let row_bytes = (tensor.columns as u64 / elements).checked_mul(block_bytes).ok_or_else(malformed)?;
        let needed_bytes = row_bytes.checked_mul(tensor.rows as u64).ok_or_else(malformed)?;
        let start = self.data_start.checked_add(tensor.offset).ok_or_else(malformed)?;
        let found_bytes = (self.bytes.len() as u64).saturating_sub(start);
        let end = start.checked_add(needed_bytes).ok_or_else(malformed)?;
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        let data = range.and_then(|(start, end)| self.bytes.get(start..end));
        data.map(|data| (tensor, data)).ok_or(Error::Truncated {
            what: name.to_owned(),
            needed_bytes,
            found_bytes,
        })
    }
}

/// A cursor that never passes the end.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: u64, what: &str) -> Result<&'a [u8], Error> {
        let left = self.bytes.get(self.at..).unwrap_or_default();
        let taken = usize::try_from(count).ok().and_then(|count| left.get(..count));
        let taken = taken.ok_or_else(|| Error::Truncated {
            what: what.to_owned(),
            needed_bytes: count,
            found_bytes: left.len() as u64,
        })?;
        self.at += taken.len();
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N as u64, what)?);
        Ok(array)
    }

    fn u32(&mut self, what: &str) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    fn u64(&mut self, what: &str) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }

    fn text(&mut self, what: &str) -> Result<String, Error> {
        let length = self.u64(what)?;
        Ok(String::from_utf8_lossy(self.take(length, what)?).into_owned())
    }

    /// `count`, if that many things of at least `least_bytes` each can follow.
    fn count(&self, count: u64, least_bytes: u64, what: &str) -> Result<u64, Error> {
        let found_bytes = (self.bytes.len() - self.at) as u64;
        let needed_bytes = count.saturating_mul(least_bytes);
        if needed_bytes > found_bytes {
            return Err(Error::Truncated { what: what.to_owned(), needed_bytes, found_bytes });
        }
        Ok(count)
    }

    fn value(&mut self, kind: u32, key: &str) -> Result<Value, Error> {
        Ok(match kind {
            0 => Value::Unsigned(u64::from(u8::from_le_bytes(self.array(key)?))),
            1 => Value::Signed(i64::from(i8::from_le_bytes(self.array(key)?))),
            2 => Value::Unsigned(u64::from(u16::from_le_bytes(self.array(key)?))),
            3 => Value::Signed(i64::from(i16::from_le_bytes(self.array(key)?))),
            4 => Value::Unsigned(u64::from(self.u32(key)?)),
            5 => Value::Signed(i64::from(i32::from_le_bytes(self.array(key)?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array(key)?))),
            7 => Value::Bool(self.array::<1>(key)? != [0]),
            8 => Value::Text(self.text(key)?),
            9 => self.values(key)?,
            10 => Value::Unsigned(self.u64(key)?),
            11 => Value::Signed(i64::from_le_bytes(self.array(key)?)),
            12 => Value::Float(f64::from_le_bytes(self.array(key)?)),
            other => {
                return Err(Error::Malformed { what: format!("{key} has a value of unknown type {other}") });
            }
        })
    }

    fn values(&mut self, key: &str) -> Result<Value, Error> {
        let kind = self.u32(key)?;
        let count = self.u64(key)?;
        let each = match kind {
            0 | 1 | 7 => 1,
            2 | 3 => 2,
            4..=6 => 4,
            8 | 10..=12 => 8,
            other => return Err(Error::Malformed { what: format!("{key} is an array of type {other}") }),
        };
        let count = self.count(count, each, key)?;
        if kind == 8 {
            return (0..count).map(|_| self.text(key)).collect::<Result<_, _>>().map(Value::Texts);
        }
        if kind != 4 && kind != 5 {
            self.take(count * each, key)?;
            return Ok(Value::Skipped);
        }
        let integers = (0..count).map(|_| {
            let bytes = self.array(key)?;
            Ok(if kind == 4 {
                i64::from(u32::from_le_bytes(bytes))
            } else {
                i64::from(i32::from_le_bytes(bytes))
            })
        });
        integers.collect::<Result<_, _>>().map(Value::Integers)
    }

    fn tensor(&mut self, name: &str) -> Result<Tensor, Error> {
        let malformed = || Error::Malformed { what: format!("the shape of {name} is impossible") };
        let dimensions = self.u32("dimensions")?;
        if !(1..=4).contains(&dimensions) {
            return Err(malformed());
        }
        let columns = usize::try_from(self.u64("dimension")?).map_err(|_| malformed())?;
        let mut rows = 1usize;
        for _ in 1..dimensions {
            let more = usize::try_from(self.u64("dimension")?).map_err(|_| malformed())?;
            rows = rows.checked_mul(more).ok_or_else(malformed)?;
        }
        let kind = Kind::from_number(self.u32("tensor type")?);
        Ok(Tensor { kind, rows, columns, offset: self.u64("tensor offset")? })
    }
}
