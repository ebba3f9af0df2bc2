use super::Painter;
use crate::browser::indexed_db::UploadStore;
use crate::browser::simd;
use crate::worker::Client;
use crate::worker::protocol::{
    FromCourier, FromEngine, FromLocalModel, FromReader, ToCourier, ToEngine, ToLocalModel, ToReader,
};
use std::cell::OnceCell;
use std::rc::Rc;

/// The page's ends of its five workers, each started when first asked, and the uploads of original files.
#[derive(Clone)]
pub struct Services {
    /// Parses.
    pub reader: Client<ToReader, FromReader>,
    /// Owns the corpus. Ask through `AppState::engine`, which opens the corpus first.
    pub engine: Client<ToEngine, FromEngine>,
    /// Runs the built-in models.
    pub local_model: Client<ToLocalModel, FromLocalModel>,
    /// Owns the network and the keys.
    pub courier: Client<ToCourier, FromCourier>,
    /// Has answers rendered by a worker of its own, and shows them.
    pub painter: Painter,
    uploads: Rc<OnceCell<Option<UploadStore>>>,
}

impl Services {
    /// Nothing is started yet.
    pub fn new() -> Self {
        let variant = simd::variant();
        Self {
            reader: Client::new(script("reader", None)),
            engine: Client::new(script("engine", Some(variant))),
            local_model: Client::new(script("local_model", Some(variant))),
            courier: Client::new(script("courier", None)),
            painter: Painter::new(Client::new(script("renderer", None))),
            uploads: Rc::default(),
        }
    }

    /// The uploads; nothing where the browser forbids storage.
    pub async fn uploads(&self) -> Option<&UploadStore> {
        if self.uploads.get().is_none() {
            let uploads = UploadStore::open().await.ok();
            // Two tasks may have opened it at once; the first stays.
            let _ = self.uploads.set(uploads);
        }
        self.uploads.get().and_then(Option::as_ref)
    }
}

impl Default for Services {
    fn default() -> Self {
        Self::new()
    }
}

/// A worker's script. The site's build id rides along, so that a cached worker of another build is not used.
fn script(name: &str, variant: Option<&str>) -> String {
    let id = option_env!("SIDECITE_BUILD_ID").unwrap_or("dev");
    match variant {
        Some(variant) => format!("./workers/{name}.js?build={variant}&v={id}"),
        None => format!("./workers/{name}.js?v={id}"),
    }
}
