use super::paint::Painter;
use crate::browser::clock::{now_millis, sleep};
use crate::browser::fetch::{Body, Options, error_words, send};
use crate::courier::{
    Egress, Keyring, Limits, Observation, Origin, Patience, Probe, Purpose, Reply, Stream, diagnose, inspect,
    plan, plan_models, read_models,
};
use crate::prompt::{Budget, Style, build};
use crate::provider::{Error, HttpRequest, Key, Target};
use crate::types::{ChatEvent, Endpoint, Evidence, Failure, ModelEntry, Parameters, Trouble};
use crate::worker::protocol::{CallId, Checked, FromCourier, Sent, ToCourier};
use crate::worker::{Outbox, Request, serve};
use futures_util::future::{Either, select};
use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::pin;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

/// How long a check waits for an answer, and then for its probe.
const CHECK_MILLIS: f64 = 15_000.0;
/// What a token is taken for where the model's own count is not known.
const BYTES_PER_TOKEN: usize = 4;
/// A model list longer than this is not one.
const MOST_LIST_BYTES: usize = 16 << 20;

/// Keys and what is under way, for as long as the worker lives.
#[derive(Default)]
struct Place {
    keyring: RefCell<Keyring>,
    egress: RefCell<Egress>,
    under_way: RefCell<HashMap<CallId, web_sys::AbortController>>,
}

/// A question for a model behind an endpoint.
struct Asked {
    endpoint: Endpoint,
    model: String,
    question: String,
    evidence: Option<Evidence>,
    parameters: Parameters,
}

/// Serves the network.
pub fn courier() {
    let place = Rc::new(Place::default());
    serve(move |request: Request<ToCourier, FromCourier>| {
        let place = Rc::clone(&place);
        let Request { id, body, reply, .. } = request;
        match body {
            ToCourier::SetKey { base_url, key } => reply.send(&place.set_key(&base_url, &key)),
            ToCourier::Stop(call) => {
                if let Some(controller) = place.under_way.borrow_mut().remove(&call) {
                    controller.abort();
                }
            }
            ToCourier::Send { endpoint, model, question, evidence, parameters } => spawn_local(async move {
                let asked = Asked { endpoint, model, question, evidence, parameters };
                place.send(id, &asked, &reply).await;
                place.under_way.borrow_mut().remove(&id);
            }),
            ToCourier::Check { endpoint, page_origin } => spawn_local(async move {
                let checked = match place.check(&endpoint, &page_origin).await {
                    Ok(models) => Checked::Models(models.into_iter().map(|model| model.name).collect()),
                    Err(failure) => Checked::Failed(failure),
                };
                reply.send(&FromCourier::Checked(checked));
            }),
        }
    });
}

impl Place {
    fn set_key(&self, base_url: &str, key: &str) -> FromCourier {
        let kept = Origin::of_endpoint(base_url).and_then(|origin| {
            let mut keyring = self.keyring.borrow_mut();
            if key.is_empty() {
                keyring.forget(&origin);
            } else {
                keyring.put(origin, Key::new(key)?);
            }
            Ok(!key.is_empty())
        });
        match kept {
            Ok(kept) => FromCourier::KeySet(kept),
            Err(error) => FromCourier::Failed(Trouble::new("key", error.to_string(), error.hint())),
        }
    }

    async fn send(&self, call: CallId, asked: &Asked, reply: &Outbox<FromCourier>) {
        let target = target_of(&asked.endpoint);
        let prepared = target.and_then(|target| Ok((self.prepare(asked, &target, reply)?, target.dialect)));
        let ((http, painter), dialect) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                return reply.send(&FromCourier::Failed(Trouble::new(
                    "send",
                    error.to_string(),
                    error.hint(),
                )));
            }
        };
        let Ok(controller) = web_sys::AbortController::new() else { return };
        self.under_way.borrow_mut().insert(call, controller.clone());
        let started = now_millis();
        let mut exchange = Exchange {
            stream: Stream::new(dialect, &http),
            patience: Patience::new(Limits::for_url(&http.url), started),
            controller,
            reply,
            painter,
            started,
        };
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Chat, started);
        let note = |status, bytes| self.note(entry, status, bytes);
        if let Some(failure) = exchange.run(&http, note).await {
            // The browser does not say why a request failed; a second one, without body and key, helps to tell.
            let failure = match failure {
                Some(failure) => failure,
                None => self
                    .why(&http, "", Reply::NetworkError, now_millis() - started)
                    .await
                    .unwrap_or_else(unknown),
            };
            let events = exchange.stream.on_failure(failure);
            exchange.tell(events);
        }
        exchange.painter.paint();
        reply.send(&FromCourier::Ended(now_millis() - started));
    }

    /// Builds the prompt and the request, and tells what will be sent. Nothing is known of the model's context, so all
    /// of the evidence goes.
    fn prepare(
        &self,
        asked: &Asked,
        target: &Target,
        reply: &Outbox<FromCourier>,
    ) -> Result<(HttpRequest, Painter), Error> {
        let count = |text: &str| u32::try_from(text.len().div_ceil(BYTES_PER_TOKEN)).unwrap_or(u32::MAX);
        let budget = Budget { context_tokens: None, reserve_output_tokens: 0, count: &count };
        let (question, evidence) = (&asked.question, asked.evidence.as_ref());
        let prompt = build(question, evidence, &asked.model, &asked.parameters, Style::Standard, &budget);
        let http = plan(target, &prompt.request, &self.keyring.borrow())?;
        reply.send(&FromCourier::Started(Sent {
            request: inspect(&http).to_string(),
            evidence_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }));
        let passages = evidence.map(|evidence| evidence.passages.clone()).unwrap_or_default();
        let reply = reply.clone();
        let painter = Painter::new(passages, prompt.fit.passages_sent, move |painted| {
            reply.send(&FromCourier::Painted(painted));
        });
        Ok((http, painter))
    }

    async fn check(&self, endpoint: &Endpoint, page_origin: &str) -> Result<Vec<ModelEntry>, Failure> {
        let target = target_of(endpoint).map_err(|error| error.to_failure())?;
        let http = plan_models(&target, &self.keyring.borrow());
        let http = http.ok_or_else(|| Error::NoModel.to_failure())?;
        let started = now_millis();
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Models, started);
        let reply = fetch_whole(&http).await;
        if let Reply::Status(status, body) = &reply {
            self.note(entry, *status, body.len());
        }
        match &reply {
            Reply::Status(status, body) if (200..300).contains(status) => read_models(&http, *status, body),
            _ => {
                Err(self.why(&http, page_origin, reply, now_millis() - started).await.unwrap_or_else(unknown))
            }
        }
    }

    fn note(&self, entry: Option<u64>, status: u16, bytes: usize) {
        if let Some(entry) = entry {
            let mut egress = self.egress.borrow_mut();
            egress.answered(entry, status);
            egress.received(entry, bytes);
        }
    }

    /// The true cause of a request that brought no usable answer.
    async fn why(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        reply: Reply,
        elapsed_millis: f64,
    ) -> Option<Failure> {
        let scope: web_sys::WorkerGlobalScope = js_sys::global().unchecked_into();
        let own_origin = scope.location().origin();
        let probe =
            if matches!(reply, Reply::Status(..)) { Probe::NotMade } else { self.probe(&http.url).await };
        diagnose(&Observation {
            online: scope.navigator().on_line(),
            page_origin: if page_origin.is_empty() { &own_origin } else { page_origin },
            url: &http.url,
            had_key: http.key().is_some(),
            reply,
            probe,
            elapsed_millis,
        })
    }

    /// Whether anything answers at `url`: asked without key, body or CORS, so that nothing can be read.
    async fn probe(&self, url: &str) -> Probe {
        let bare = HttpRequest { method: "GET".into(), url: url.to_owned(), ..HttpRequest::default() };
        self.egress.borrow_mut().sent(&bare, Purpose::Probe, now_millis());
        let options = Options { opaque: true, ..Options::default() };
        let answer = pin!(send(url, &options));
        match select(answer, pin!(sleep(CHECK_MILLIS as i32))).await {
            Either::Left((Ok(_), _)) => Probe::Resolved,
            Either::Left((Err(_), _)) | Either::Right(_) => Probe::NetworkError,
        }
    }
}

/// One request and its answer.
struct Exchange<'a> {
    stream: Stream,
    patience: Patience,
    controller: web_sys::AbortController,
    reply: &'a Outbox<FromCourier>,
    painter: Painter,
    started: f64,
}

impl Exchange<'_> {
    /// Sends and reads to the end. `Some(Some(failure))` when patience ran out, `Some(None)` when nothing came at all.
    async fn run(&mut self, http: &HttpRequest, note: impl Fn(u16, usize)) -> Option<Option<Failure>> {
        let signal = self.controller.signal();
        let options = Options {
            method: &http.method,
            headers: &http.headers,
            body: Some(&http.body),
            opaque: false,
            signal: Some(&signal),
        };
        let response = match self.waiting(send(&http.url, &options)).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) if signal.aborted() => return None,
            Ok(Err(_)) => return Some(None),
            Err(failure) => return Some(Some(failure)),
        };
        self.patience.on_response(now_millis());
        let kind = response.headers().get("content-type").ok().flatten();
        let events = self.stream.on_response(response.status(), kind.as_deref());
        self.tell(events);
        let mut body = Body::of(&response);
        while !self.stream.is_over() {
            let piece = match self.waiting(body.next()).await {
                Ok(piece) => piece,
                Err(failure) => return Some(Some(failure)),
            };
            let events = match piece {
                Ok(Some(bytes)) => {
                    self.patience.on_bytes(now_millis());
                    note(response.status(), bytes.len());
                    self.stream.on_bytes(&bytes)
                }
                Ok(None) => self.stream.on_end(),
                Err(_) if signal.aborted() => return None,
                Err(_) => self.stream.on_network_error(),
            };
            self.tell(events);
            if self.stream.is_complete() && !self.stream.is_over() {
                let events = self.stream.on_end();
                self.tell(events);
                // Whatever the host may still send is of no interest.
                self.controller.abort();
            }
        }
        None
    }

    /// `future`, or the failure when patience runs out first.
    async fn waiting<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Failure> {
        let mut future = pin!(future);
        loop {
            let left = self.patience.deadline_millis().map_or(0.0, |deadline| deadline - now_millis());
            match select(future.as_mut(), pin!(sleep(left.max(0.0) as i32 + 1))).await {
                Either::Left((done, _)) => return Ok(done),
                Either::Right(_) => {
                    if let Some(failure) = self.patience.expire(now_millis()) {
                        self.controller.abort();
                        return Err(failure);
                    }
                }
            }
        }
    }

    fn tell(&self, events: Vec<ChatEvent>) {
        let at_millis = now_millis() - self.started;
        for event in events {
            self.painter.hear(&event);
            if let ChatEvent::Failed(_) = event {
                self.painter.paint();
            }
            self.reply.send(&FromCourier::Event(event, at_millis));
        }
    }
}

/// The whole answer to a small request.
async fn fetch_whole(http: &HttpRequest) -> Reply {
    let Ok(controller) = web_sys::AbortController::new() else { return Reply::NetworkError };
    let signal = controller.signal();
    let options =
        Options { method: &http.method, headers: &http.headers, signal: Some(&signal), ..Options::default() };
    let whole = async {
        let response = send(&http.url, &options).await?;
        let mut body = Body::of(&response);
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MOST_LIST_BYTES {
                break;
            }
        }
        Ok::<_, wasm_bindgen::JsValue>(Reply::Status(response.status(), bytes))
    };
    match select(pin!(whole), pin!(sleep(CHECK_MILLIS as i32))).await {
        Either::Left((Ok(reply), _)) => reply,
        Either::Left((Err(error), _)) => {
            web_sys::console::debug_1(&error_words(&error).into());
            Reply::NetworkError
        }
        Either::Right(_) => {
            controller.abort();
            Reply::TimedOut
        }
    }
}

/// Where an endpoint is and how to speak to it.
fn target_of(endpoint: &Endpoint) -> Result<Target, Error> {
    Target::custom(endpoint.dialect, &endpoint.base_url, endpoint.auth)
}

/// Nothing explains it.
fn unknown() -> Failure {
    Failure::new(
        crate::types::FailureCause::Unreachable,
        "The request failed, and the browser does not say why.",
        "Open the browser's network panel and run this column again.",
    )
}
