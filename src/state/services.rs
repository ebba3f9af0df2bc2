use super::Painter;
use crate::browser::indexed_db::{RunStore, UploadStore};
use crate::browser::simd;
use crate::store::Error;
use crate::types::{Evidence, Sha256};
use crate::worker::Client;
use crate::worker::protocol::{
    Connect, Disconnect, KeepEvidence, PutEvidence, Serve, ToCourier, ToEngine, ToLocalModel, ToReader,
};
use leptos::task::spawn_local;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// The page's ends of its workers, each started when first asked, and the uploads of original files.
#[derive(Clone)]
pub struct Services {
    /// Parses everything but PDF.
    pub reader: Client<ToReader>,
    /// Parses PDF: its parser comes when the first PDF does.
    pub pdf_reader: Client<ToReader>,
    /// Owns the corpus. Ask through `AppState::engine`, which opens the corpus first.
    pub engine: Client<ToEngine>,
    /// Runs the built-in models.
    pub local_model: Client<ToLocalModel>,
    /// Owns the network and the keys.
    pub courier: Client<ToCourier>,
    /// Has answers rendered by a worker of its own, and shows them.
    pub painter: Painter,
    /// Which lives of engine and courier are connected.
    connected: Rc<Cell<Option<(u32, u32)>>>,
    /// The evidence handed over last, and to which life of its worker.
    in_courier: Rc<Cell<Option<(u32, Sha256)>>>,
    in_local_model: Rc<Cell<Option<(u32, Sha256)>>>,
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
            pdf_reader: Client::new(script("reader", Some("pdf"))),
            engine: Client::new(script("engine", Some(variant))),
            local_model: Client::new(script("local_model", Some(variant))),
            courier: Client::new(script("courier", None)),
            painter: Painter::new(Client::new(script("renderer", None))),
            connected: Rc::default(),
            in_courier: Rc::default(),
            in_local_model: Rc::default(),
            uploads: Rc::default(),
            runs: Rc::default(),
            on_newer: Rc::new(on_newer),
        }
    }

    /// Lets the engine ask the courier for what a provider makes, past the page. Starts both.
    pub fn connect(&self) {
        let now = (self.engine.start(), self.courier.start());
        if self.connected.replace(Some(now)) == Some(now) {
            return;
        }
        let Ok(channel) = web_sys::MessageChannel::new() else { return };
        let link = now.1;
        drop(self.engine.call_with(Connect { link }, &[channel.port1().into()]));
        let mut served = self.courier.call_with(Serve, &[channel.port2().into()]);
        let engine = self.engine.clone();
        spawn_local(async move {
            // It ends when the courier does; a waiting call in the engine must know.
            while served.next().await.is_some() {}
            if engine.is_running() {
                drop(engine.call(Disconnect { link }));
            }
        });
    }

    /// Hands evidence to the courier, unless it has it.
    pub fn courier_knows(&self, evidence: &Evidence) {
        let now = Some((self.courier.start(), evidence.sha256));
        if self.in_courier.replace(now) != now {
            drop(self.courier.call(PutEvidence(evidence.clone())));
        }
    }

    /// Hands evidence to the built-in models, unless they have it.
    pub fn local_model_knows(&self, evidence: &Evidence) {
        let now = Some((self.local_model.start(), evidence.sha256));
        if self.in_local_model.replace(now) != now {
            drop(self.local_model.call(KeepEvidence(evidence.clone())));
        }
    }

    /// A worker did not know its evidence: it is handed over the next time.
    pub fn evidence_was_lost(&self) {
        self.in_courier.set(None);
        self.in_local_model.set(None);
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

    /// Ends whatever reads a file.
    pub fn terminate_readers(&self) {
        self.reader.terminate();
        self.pdf_reader.terminate();
    }

    /// Ends every worker: their databases close.
    pub fn terminate(&self) {
        self.terminate_readers();
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
