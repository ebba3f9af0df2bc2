//! A file → its SHA-256, in hexadecimal.

use crate::Outcome;
use sha2::{Digest, Sha256, Sha384};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The SHA-256 of `bytes`.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What an `integrity` attribute says of `bytes`.
pub fn integrity(bytes: &[u8]) -> String {
    format!("sha384-{}", base64(&Sha384::digest(bytes)))
}

/// Without padding: what is encoded here is a multiple of three bytes long.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| three.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte));
    let digit = |number: u32| DIGITS.get((number & 63) as usize).copied().map_or('A', char::from);
    let digits = |three: u32| [18, 12, 6, 0].map(|shift| digit(three >> shift));
    bytes.chunks_exact(3).flat_map(|three| digits(group(three))).collect()
}

/// The SHA-256 of the file, read in pieces.
pub fn of_file(path: &Path) -> Outcome<String> {
    let complain = |e: std::io::Error| format!("cannot read {}: {e}", path.display());
    let mut file = File::open(path).map_err(complain)?;
    let mut state = Sha256::new();
    let mut piece = vec![0u8; 1 << 20];
    loop {
        let length = file.read(&mut piece).map_err(complain)?;
        match piece.get(..length) {
            Some([]) | None => return Ok(hex(&state.finalize())),
            Some(read) => state.update(read),
        }
    }
}

/// Fails unless the file has the pinned hash.
pub fn check(path: &Path, pinned: &str) -> Outcome<()> {
    let found = of_file(path)?;
    if found == pinned {
        return Ok(());
    }
    Err(format!("{} has SHA-256 {found}, expected {pinned}", path.display()))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_integrity_is_the_one_that_openssl_prints() {
        assert_eq!(
            super::integrity(b"abc"),
            "sha384-ywB1P0WjXou1oD1pmsZQBycsMqsO3tFjGotgWkP/W+2AhgcroefMI1i67KE0yCWn"
        );
    }

    #[test]
    fn the_hash_of_abc_is_the_one_of_fips_180() {
        assert_eq!(
            super::of_bytes(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
