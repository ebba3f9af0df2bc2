use super::Error;
use crate::types::{ChunkSettings, ChunkStrategy};

/// Smallest chunk size, in tokens: below it a sentence hardly fits.
pub const MIN_SIZE_TOKENS: u32 = 16;
/// Largest chunk size, in tokens. The built-in embedder reads 256 (with two special tokens) and leaves the
/// rest of a longer chunk out of its vector; word search and the prompt still use the whole chunk.
pub const MAX_SIZE_TOKENS: u32 = 2_000;

/// Chunk settings that were found valid; only `validate` makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkPlan {
    settings: ChunkSettings,
}

impl ChunkPlan {
    /// How to cut.
    pub fn strategy(&self) -> ChunkStrategy {
        self.settings.strategy
    }

    /// Largest chunk, in tokens.
    pub fn size_tokens(&self) -> usize {
        self.settings.size_tokens as usize
    }

    /// Most tokens repeated from the end of the chunk before.
    pub fn overlap_tokens(&self) -> usize {
        self.settings.overlap_tokens as usize
    }
}

/// Settings as typed → what runs, or what is wrong with them.
pub fn validate(settings: ChunkSettings) -> Result<ChunkPlan, Error> {
    let ChunkSettings { size_tokens, overlap_tokens, .. } = settings;
    if !(MIN_SIZE_TOKENS..=MAX_SIZE_TOKENS).contains(&size_tokens) {
        return Err(Error::Size { size_tokens, min_tokens: MIN_SIZE_TOKENS, max_tokens: MAX_SIZE_TOKENS });
    }
    if overlap_tokens.saturating_mul(2) >= size_tokens {
        return Err(Error::Overlap { overlap_tokens, size_tokens });
    }
    Ok(ChunkPlan { settings })
}
