use crate::state::AppState;
use crate::worker::protocol::{CacheSize, ClearCache};

impl AppState {
    /// Bytes of cached embeddings; nothing where they cannot be counted.
    pub async fn cache_size(self) -> Option<u64> {
        self.engine().call(CacheSize).body().await?.ok()
    }

    /// Forgets all cached embeddings, and gives the bytes that are left. Documents keep their own.
    pub async fn clear_cache(self) -> Option<u64> {
        self.engine().call(ClearCache).body().await?.ok()?;
        self.cache_size().await
    }
}
