//! Floats ↔ the little-endian bytes that are stored and sent.

/// Four bytes for each number.
pub fn f32s_to_le_bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// A number for every four bytes; up to three bytes left over are ignored.
pub fn f32s_from_le_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
}
