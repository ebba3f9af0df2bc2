use super::Painter;
use crate::browser::indexed_db::{RunStore, UploadStore};
use crate::browser::simd;
use crate::store::Error;
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
    runs: Rc<OnceCell<Option<RunStore>>>,
    on_newer: Rc<dyn Fn()>,
}

impl Services {
    /// Nothing is started yet. `on_newer` is called when what is stored turns out to be of a newer version, or becomes it.
    pub fn new(on_newer: impl Fn() + 'static) -> Self {
        let variant = simd::variant();
        Self {
            reader: Client::new(script("reader", None)),
            engine: Client::new(script("engine", Some(variant))),
            local_model: Client::new(script("local_model", Some(variant))),
            courier: Client::new(script("courier", None)),
            painter: Painter::new(Client::new(script("renderer", None))),
            uploads: Rc::default(),
            runs: Rc::default(),
            on_newer: Rc::new(on_newer),
        }
    }

    /// The uploads; nothing where the browser forbids storage.
    pub async fn uploads(&self) -> Option<&UploadStore> {
        if self.uploads.get().is_none() {
            let on_newer = Rc::clone(&self.on_newer);
            let uploads = UploadStore::open(move || on_newer()).await;
            if matches!(uploads, Err(Error::Newer { .. })) {
                (self.on_newer)();
            }
            // Two tasks may have opened it at once; the first stays.
            let _ = self.uploads.set(uploads.ok());
        }
        self.uploads.get().and_then(Option::as_ref)
    }

    /// The stored runs; nothing where the browser forbids storage.
    pub async fn runs(&self) -> Option<&RunStore> {
        if self.runs.get().is_none() {
            let on_newer = Rc::clone(&self.on_newer);
            let runs = RunStore::open(move || on_newer()).await;
            if matches!(runs, Err(Error::Newer { .. })) {
                (self.on_newer)();
            }
            let _ = self.runs.set(runs.ok());
        }
        self.runs.get().and_then(Option::as_ref)
    }

    /// Ends every worker: their databases close.
    pub fn terminate(&self) {
        self.reader.terminate();
        self.engine.terminate();
        self.local_model.terminate();
        self.courier.terminate();
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
