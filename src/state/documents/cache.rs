use crate::state::AppState;
use crate::worker::protocol::{FromEngine, ToEngine};

impl AppState {
    /// Bytes of cached embeddings; nothing where they cannot be counted.
    pub async fn cache_size(self) -> Option<u64> {
        self.about_cache(ToEngine::CacheSize).await
    }

    /// Forgets all cached embeddings. Documents keep their own.
    pub async fn clear_cache(self) -> Option<u64> {
        self.about_cache(ToEngine::ClearCache).await
    }

    async fn about_cache(self, verb: ToEngine) -> Option<u64> {
        match self.engine().call(&verb, &[]).next().await?.body {
            FromEngine::CacheSize(bytes) => Some(bytes),
            _ => None,
        }
    }
}
