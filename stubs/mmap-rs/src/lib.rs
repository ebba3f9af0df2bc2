//! What `hnsw_rs` calls of the crate `mmap-rs`, whose own code wants a system. It maps graphs that were written to files, and no graph
//! is here: every mapping is refused.

use std::fs::File;

/// Files cannot be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

/// A mapping; there is none.
#[derive(Debug)]
pub enum Mmap {}

impl Mmap {
    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        match *self {}
    }

    /// How many they are.
    pub fn size(&self) -> usize {
        match *self {}
    }
}

/// What a mapping is asked for with.
#[derive(Debug)]
pub struct MmapOptions(());

impl MmapOptions {
    /// For so many bytes: refused.
    ///
    /// # Errors
    /// Always.
    pub fn new(_size: usize) -> Result<Self, Unsupported> {
        Err(Unsupported)
    }

    /// Of that file, from that byte on.
    ///
    /// # Safety
    /// Nothing is mapped; the crate that this stands in for asks for care.
    pub unsafe fn with_file(self, _file: &File, _offset: u64) -> Self {
        self
    }

    /// Maps: refused.
    ///
    /// # Errors
    /// Always.
    pub fn map(self) -> Result<Mmap, Unsupported> {
        Err(Unsupported)
    }
}
