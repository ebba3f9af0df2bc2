//! The limits of the parser, in one place. Checked before a file is opened and while it is being unpacked:
//! what a header says about sizes is never believed.

use super::Error;
use crate::types::problem::flaw;

/// Largest file, in bytes.
pub const FILE_BYTES: u64 = 100 * 1024 * 1024;
/// Most bytes that one file may unpack to, all its members together.
pub const UNPACKED_BYTES: u64 = 500 * 1024 * 1024;
/// Largest ratio of unpacked to packed bytes, once a member has unpacked to `RATIO_FREE_BYTES`.
pub const RATIO: u64 = 100;
/// Below this many bytes the ratio is not looked at: small XML files compress well honestly.
pub const RATIO_FREE_BYTES: u64 = 1024 * 1024;
/// Most entries of a zip archive.
pub const ZIP_ENTRIES: usize = 10_000;
/// Deepest nesting of XML elements.
pub const XML_DEPTH: usize = 100;
/// Most attributes of one XML element.
pub const XML_ATTRIBUTES: usize = 1_000;
/// Most pages of a PDF.
pub const PDF_PAGES: usize = 5_000;
/// Most bytes of text that one document may hold.
pub const TEXT_BYTES: usize = 50 * 1024 * 1024;

/// Refuses a file that is too large to begin with.
pub fn check_file(size: usize) -> Result<(), Error> {
    let size_bytes = u64::try_from(size).unwrap_or(u64::MAX);
    if size_bytes > FILE_BYTES {
        return Err(Error::TooLarge { what: "the file".to_owned(), size_bytes, limit_bytes: FILE_BYTES });
    }
    Ok(())
}

/// Refuses a member that unpacks to far more than it is; `packed` and `unpacked` in bytes so far.
pub fn check_unpacked(what: &str, packed: u64, unpacked: u64, together: u64) -> Result<(), Error> {
    if unpacked > RATIO_FREE_BYTES && unpacked / packed.max(1) > RATIO {
        return Err(Error::Bomb { what: what.to_owned(), reason: flaw::unpacks_too_far(RATIO) });
    }
    if together > UNPACKED_BYTES {
        return Err(Error::Bomb {
            what: what.to_owned(),
            reason: flaw::unpacks_to_more(UNPACKED_BYTES >> 20),
        });
    }
    Ok(())
}
