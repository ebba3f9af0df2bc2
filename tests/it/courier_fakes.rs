//! A browser for the courier in which time passes only while everything waits.

use sidecite::courier::vault::{Error as VaultError, Job, Kek};
use sidecite::courier::{
    Body, ChatUpdate, Cipher, Clock, Courier, Edge, Http, LocalAccess, NetworkError, Read, Stop, Tables,
    Write,
};
use sidecite::courier::{CallEnd, Chat};
use sidecite::prompt::PromptSpec;
use sidecite::provider::HttpRequest;
use sidecite::store;
use sidecite::types::{ChatEvent, Endpoint, Message, Parameters, Role, TimedEvent, sha256};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use url::Url;

/// What a host does next.
#[derive(Clone, Debug)]
pub enum Step {
    Bytes(Vec<u8>),
    Wait(f64),
    /// The connection is cut.
    Cut,
    /// The same bytes again and again, each after so long.
    Forever(Vec<u8>, f64),
}

/// How a host answers one request.
#[derive(Clone, Debug)]
pub struct Script {
    /// Until headers come.
    pub after: f64,
    /// Nothing: the request fails without an answer.
    pub status: Option<u16>,
    pub headers: Vec<(&'static str, &'static str)>,
    pub steps: Vec<Step>,
}

impl Script {
    pub fn ok(steps: Vec<Step>) -> Self {
        Self { after: 10.0, status: Some(200), headers: Vec::new(), steps }
    }

    pub fn status(status: u16, body: &str) -> Self {
        Self { status: Some(status), ..Self::ok(vec![Step::Bytes(body.as_bytes().to_vec())]) }
    }

    /// Nothing answers.
    pub fn silent() -> Self {
        Self { status: None, ..Self::ok(Vec::new()) }
    }
}

/// A piece of an answer in OpenAI's dialect.
pub fn delta(text: &str) -> Vec<u8> {
    let value = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
    format!("data: {value}\n\n").into_bytes()
}

/// A whole one.
pub fn answer(text: &str) -> Script {
    let end =
        b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    Script::ok(vec![Step::Bytes(delta(text)), Step::Bytes(end.to_vec())])
}

/// A request as a host got it.
#[derive(Clone, Debug)]
pub struct Got {
    pub at: f64,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Dropped before its end, and when.
    pub aborted: Option<f64>,
}

/// Answers a request, given how many came before it.
type Host = Box<dyn Fn(&HttpRequest, usize) -> Script>;
type Rows = Rc<RefCell<BTreeMap<(String, String), Vec<u8>>>>;

/// Time, hosts and what reached them.
#[derive(Default)]
pub struct World {
    now: Cell<f64>,
    timers: RefCell<BTreeMap<u64, (f64, Waker)>>,
    next_timer: Cell<u64>,
    host: RefCell<Option<Host>>,
    pub got: RefCell<Vec<Got>>,
    /// Blind probes resolve.
    pub alive: Cell<bool>,
}

/// One tab's browser.
#[derive(Clone)]
pub struct Fake {
    pub world: Rc<World>,
    pub rows: Rows,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl World {
    pub fn new(host: impl Fn(&HttpRequest, usize) -> Script + 'static) -> Rc<Self> {
        let world = Self::default();
        *world.host.borrow_mut() = Some(Box::new(host));
        Rc::new(world)
    }

    /// A browser of its own database.
    pub fn browser(self: &Rc<Self>) -> Fake {
        Fake { world: Rc::clone(self), rows: Rc::default() }
    }

    /// A courier of its own database.
    pub fn courier(self: &Rc<Self>) -> Courier<Fake> {
        Courier::new(self.browser())
    }

    pub fn now(&self) -> f64 {
        self.now.get()
    }

    /// Timers that still run.
    pub fn timers(&self) -> usize {
        self.timers.borrow().len()
    }

    /// Runs to the end; time jumps to the next timer whenever everything waits.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        let flag = Arc::new(Flag(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut future = pin!(future);
        for _ in 0..10_000_000 {
            flag.0.store(false, Ordering::SeqCst);
            if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                return done;
            }
            if flag.0.load(Ordering::SeqCst) {
                continue;
            }
            let timers = self.timers.borrow();
            let next = timers.values().map(|(at, _)| *at).min_by(f64::total_cmp);
            self.now.set(self.now.get().max(next.expect("everything waits forever")));
            let due: Vec<Waker> = timers
                .values()
                .filter(|(at, _)| *at <= self.now.get())
                .map(|(_, waker)| waker.clone())
                .collect();
            drop(timers);
            due.into_iter().for_each(Waker::wake);
        }
        panic!("it never ends");
    }

    pub async fn sleep(&self, millis: f64) {
        let timer = Timer { world: self, id: self.next_timer.get() };
        self.next_timer.set(timer.id + 1);
        let at = self.now.get() + millis;
        poll_fn(|context| {
            if self.now.get() >= at {
                return Poll::Ready(());
            }
            self.timers.borrow_mut().insert(timer.id, (at, context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

struct Timer<'a> {
    world: &'a World,
    id: u64,
}

impl Drop for Timer<'_> {
    fn drop(&mut self) {
        self.world.timers.borrow_mut().remove(&self.id);
    }
}

/// A request at its host. Dropping it before its end aborts it.
pub struct FakeBody {
    world: Rc<World>,
    place: usize,
    script: Script,
    steps: VecDeque<Step>,
    ended: bool,
}

impl Drop for FakeBody {
    fn drop(&mut self) {
        if !self.ended {
            self.world.got.borrow_mut()[self.place].aborted = Some(self.world.now());
        }
    }
}

impl Body for FakeBody {
    fn status(&self) -> u16 {
        self.script.status.unwrap_or(0)
    }

    fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.script.headers.iter();
        headers.find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, NetworkError> {
        loop {
            match self.steps.front().cloned() {
                None => {
                    self.ended = true;
                    return Ok(None);
                }
                Some(Step::Bytes(bytes)) => {
                    self.steps.pop_front();
                    return Ok(Some(bytes));
                }
                Some(Step::Wait(millis)) => {
                    self.world.sleep(millis).await;
                    self.steps.pop_front();
                }
                Some(Step::Cut) => {
                    self.ended = true;
                    return Err(NetworkError);
                }
                Some(Step::Forever(bytes, every)) => {
                    self.world.sleep(every).await;
                    return Ok(Some(bytes));
                }
            }
        }
    }
}

impl Http for Fake {
    type Body = FakeBody;

    async fn send(&self, request: &HttpRequest) -> Result<FakeBody, NetworkError> {
        let world = Rc::clone(&self.world);
        let place = world.got.borrow().len();
        world.got.borrow_mut().push(Got {
            at: world.now(),
            headers: request.headers.clone(),
            body: String::from_utf8_lossy(&request.body).into_owned(),
            aborted: None,
        });
        let script = world.host.borrow().as_ref().map(|host| host(request, place)).unwrap();
        let steps = script.steps.iter().cloned().collect();
        let mut body = FakeBody { world, place, script, steps, ended: false };
        body.world.sleep(body.script.after).await;
        if body.script.status.is_none() {
            body.ended = true;
            return Err(NetworkError);
        }
        Ok(body)
    }

    async fn probe(&self, _url: &str, _blind: bool) -> Result<(), NetworkError> {
        self.world.sleep(5.0).await;
        if self.world.alive.get() { Ok(()) } else { Err(NetworkError) }
    }
}

impl Clock for Fake {
    fn now_millis(&self) -> f64 {
        self.world.now()
    }

    fn epoch_millis(&self) -> f64 {
        1_795_248_000_000.0 + self.world.now()
    }

    fn utc_offset_minutes(&self) -> f64 {
        0.0
    }

    async fn sleep(&self, millis: f64) {
        self.world.sleep(millis).await;
    }

    async fn yield_now(&self) {
        // A turn of the others takes time.
        self.world.sleep(0.1).await;
    }
}

fn key(table: &str, key: &str) -> (String, String) {
    (table.to_owned(), key.to_owned())
}

impl Tables for Fake {
    async fn unavailable(&self) -> Option<store::Error> {
        None
    }

    async fn get(&self, table: &'static str, at: &str) -> Result<Option<Vec<u8>>, store::Error> {
        self.world.sleep(1.0).await;
        Ok(self.rows.borrow().get(&key(table, at)).cloned())
    }

    async fn from(&self, table: &'static str, from: &str) -> Result<Vec<Vec<u8>>, store::Error> {
        self.world.sleep(1.0).await;
        let rows = self.rows.borrow();
        let rows = rows.range(key(table, from)..).take_while(|((its, _), _)| its == table);
        Ok(rows.map(|(_, value)| value.clone()).collect())
    }

    async fn remove_below(&self, table: &'static str, below: &str) -> Result<(), store::Error> {
        self.rows.borrow_mut().retain(|(its, at), _| its != table || at.as_str() >= below);
        Ok(())
    }

    async fn change(
        &self,
        reads: &[Read<'_>],
        _what: &str,
        decide: impl FnOnce(Vec<Vec<Vec<u8>>>) -> Result<Vec<Write>, store::Error>,
    ) -> Result<(), store::Error> {
        // Before the transaction others may come in between, within it nobody.
        self.world.sleep(1.0).await;
        let mut rows = self.rows.borrow_mut();
        let found = |read: &Read<'_>| match *read {
            Read::One(table, at) => rows.get(&key(table, at)).cloned().into_iter().collect(),
            Read::All(table) => {
                rows.iter().filter(|((its, _), _)| its == table).map(|(_, value)| value.clone()).collect()
            }
        };
        let found = reads.iter().map(found).collect();
        for Write { table, key: at, value } in decide(found)? {
            match value {
                Some(value) => rows.insert(key(table, &at), value),
                None => rows.remove(&key(table, &at)),
            };
        }
        Ok(())
    }
}

/// Not a cipher, but shaped like one: the text as it is, and a hash of everything as its tag.
impl Cipher for Fake {
    type Aes = [u8; 32];

    fn random(&self, bytes: &mut [u8]) -> bool {
        bytes.fill(7);
        true
    }

    async fn import(&self, kek: &Kek) -> Result<[u8; 32], VaultError> {
        Ok(*kek.expose())
    }

    async fn seal(&self, aes: &[u8; 32], job: &Job) -> Result<Vec<u8>, VaultError> {
        Ok([job.input.as_slice(), &tag(aes, job, &job.input)].concat())
    }

    async fn open(&self, aes: &[u8; 32], job: &Job) -> Result<Option<Vec<u8>>, VaultError> {
        let Some(length) = job.input.len().checked_sub(16) else { return Ok(None) };
        let (text, sealed) = job.input.split_at(length);
        Ok((sealed == tag(aes, job, text)).then(|| text.to_vec()))
    }
}

fn tag(aes: &[u8; 32], job: &Job, text: &[u8]) -> Vec<u8> {
    sha256(&[aes.as_slice(), &job.iv, &job.aad, text].concat()).0[..16].to_vec()
}

impl Edge for Fake {
    fn is_online(&self) -> bool {
        true
    }

    fn own_origin(&self) -> String {
        "https://sidecite.example".into()
    }

    fn chance(&self) -> f64 {
        0.5
    }

    async fn local_access(&self, _url: &Url) -> LocalAccess {
        LocalAccess::Unknown
    }

    async fn site_file(&self, _path: &str) -> Option<Vec<u8>> {
        None
    }
}

// ---------------------------------------------------------------- what is asked

pub fn endpoint(base_url: &str) -> Endpoint {
    Endpoint { id: 1, name: "host".into(), base_url: base_url.into(), ..Endpoint::default() }
}

/// "Why?" for a model at a host.
pub fn chat(base_url: &str, model: &str) -> Chat {
    Chat {
        endpoint: endpoint(base_url),
        model: model.into(),
        prompt: PromptSpec::Messages(vec![Message { role: Role::User, content: "Why?".into() }]),
        parameters: Parameters::default(),
        omit: Vec::new(),
        context_tokens: None,
    }
}

/// What was reported of a call, with when.
#[derive(Default)]
pub struct Report(pub RefCell<Vec<(f64, ChatUpdate)>>);

impl Report {
    pub fn messages(&self) -> Vec<(f64, Vec<TimedEvent>)> {
        let updates = self.0.borrow();
        let events = updates.iter().filter_map(|(at, update)| match update {
            ChatUpdate::Events(events) => Some((*at, events.clone())),
            _ => None,
        });
        events.collect()
    }

    pub fn events(&self) -> Vec<ChatEvent> {
        self.messages().into_iter().flat_map(|(_, events)| events).map(|timed| timed.event).collect()
    }

    pub fn text(&self) -> String {
        let texts = self.events().into_iter().filter_map(|event| match event {
            ChatEvent::TextDelta(text) => Some(text),
            _ => None,
        });
        texts.collect()
    }

    pub fn end(&self) -> CallEnd {
        match self.0.borrow().last() {
            Some((_, ChatUpdate::Ended(end))) => end.clone(),
            other => panic!("it has not ended: {other:?}"),
        }
    }

    pub fn failure(&self) -> sidecite::types::CallFailure {
        match self.events().pop() {
            Some(ChatEvent::Failed(failure)) => failure,
            other => panic!("no failure: {other:?}"),
        }
    }

    /// When the first text came.
    pub fn first_text(&self) -> f64 {
        let is_text = |timed: &TimedEvent| matches!(timed.event, ChatEvent::TextDelta(_));
        self.messages().into_iter().find(|(_, events)| events.iter().any(is_text)).expect("no text").0
    }
}

/// Asks, and reports.
pub async fn ask(courier: &Courier<Fake>, world: &World, asked: &Chat, stop: &Stop) -> Report {
    let report = Report::default();
    courier.chat(asked, stop, &|update| report.0.borrow_mut().push((world.now(), update))).await;
    report
}
