//! The Check button: list the models, try the named one, or find out why not.

use super::exchange::{Exchange, Outcome};
use super::{CourierState, scope, unknown};
use crate::browser::clock::{epoch_millis, now_millis, sleep};
use crate::browser::fetch::{Body, Options, error_words, send};
use crate::browser::permission;
use crate::courier::{
    Deadlines, EgressEnd, HostFacts, Limits, LocalAccess, Observation, Probe, Purpose, Reply, Stream,
    diagnose, plan, plan_models, read_models,
};
use crate::provider::{HttpRequest, Target};
use crate::types::{CallFailure, ChatEvent, ChatRequest, Endpoint, Message, ModelEntry, Role};
use crate::worker::Outbox;
use crate::worker::protocol::{Checked, FromCourier};
use futures_util::future::{Either, select};
use std::cell::Cell;
use std::pin::pin;
use url::Url;

/// How long a check waits for an answer, and then for each probe.
const CHECK_MILLIS: f64 = 15_000.0;
/// What a model is asked to see whether it answers.
const TRIAL: &str = "Say OK.";
/// A model list longer than this is not one.
const MAX_LIST_BYTES: usize = 16 << 20;

impl CourierState {
    /// Lists the models, then puts one word to the named one: only an answer proves that key, model, quota and this page's
    /// right to call it are all in order.
    pub(super) async fn check(
        &self,
        endpoint: &Endpoint,
        model: &str,
        page_origin: &str,
        reply: &Outbox<FromCourier>,
    ) {
        let tell = |checked| reply.send(&FromCourier::Checked(checked));
        let target = match self.target(endpoint) {
            Ok(target) => target,
            Err(error) => return tell(Checked::Failed(error.to_failure())),
        };
        let known = self.known(endpoint);
        self.close_vault_in_time();
        let planned = plan_models(&target, &self.keyring.borrow());
        match planned {
            Some(http) => match self.models(&http, page_origin, &known).await {
                Ok(models) => tell(Checked::Models(self.priced(&target, models))),
                Err(failure) => return tell(Checked::Failed(failure)),
            },
            None => {
                let row = self.catalogue().and_then(|catalogue| catalogue.find(&endpoint.provider));
                tell(Checked::Unlisted(row.map(|row| row.models).unwrap_or_default()));
            }
        }
        if !model.trim().is_empty() {
            tell(self.trial(&target, model, page_origin, &known).await);
        }
    }

    async fn models(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        known: &HostFacts,
    ) -> Result<Vec<ModelEntry>, CallFailure> {
        let started = now_millis();
        let entry = self.egress.borrow_mut().sent(http, Purpose::Models, epoch_millis() as f64);
        let reply = fetch_whole(http).await;
        self.fetched(entry, &reply);
        if let Reply::Status(status, body) = &reply
            && (200..300).contains(status)
        {
            return read_models(http, *status, body);
        }
        let elapsed = now_millis() - started;
        Err(self.why(http, page_origin, reply, elapsed, known).await.unwrap_or_else(unknown))
    }

    /// One word, put to the model.
    async fn trial(&self, target: &Target, model: &str, page_origin: &str, known: &HostFacts) -> Checked {
        let request = ChatRequest {
            model: model.to_owned(),
            messages: vec![Message { role: Role::User, content: TRIAL.into() }],
            ..ChatRequest::default()
        };
        let started = now_millis();
        let planned = plan(target, &request, &self.keyring.borrow(), epoch_millis() / 1000);
        let http = match planned {
            Ok(http) => http,
            Err(error) => return Checked::Failed(error.to_failure()),
        };
        let Ok(controller) = web_sys::AbortController::new() else { return Checked::Failed(unknown()) };
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Chat, epoch_millis() as f64);
        // The first word is enough: what else would come need not be paid for.
        let aborts = controller.clone();
        let spoke = Cell::new(None);
        let mut hear = |event: ChatEvent| {
            if matches!(event, ChatEvent::TextDelta(_) | ChatEvent::ReasoningDelta(_)) {
                spoke.set(Some(now_millis() - started));
                aborts.abort();
            }
        };
        let mut exchange = Exchange {
            stream: Stream::new(target.dialect, &http),
            deadlines: Deadlines::new(Limits::for_request(&http.url, true), started),
            controller,
            headers: None,
            hear: &mut hear,
            note: &|status, bytes| self.note(entry, status, bytes),
        };
        let outcome = exchange.run(&http).await;
        self.ended(entry, &outcome, true);
        let elapsed = now_millis() - started;
        match (spoke.get(), outcome) {
            (Some(millis), _) => Checked::Answered { millis },
            (None, Outcome::Complete | Outcome::Stopped) => Checked::Answered { millis: elapsed },
            (None, Outcome::Failed(failure)) => Checked::Failed(failure),
            (None, Outcome::Unexplained) => {
                let why = self.why(&http, page_origin, Reply::NetworkError, elapsed, known).await;
                Checked::Failed(why.unwrap_or_else(unknown))
            }
        }
    }

    /// Models with the price that lists know, where the host states none.
    fn priced(&self, target: &Target, models: Vec<ModelEntry>) -> Vec<ModelEntry> {
        let priced = |mut model: ModelEntry| {
            model.price = model.price.or_else(|| self.price(&target.provider, &model.name));
            model
        };
        models.into_iter().map(priced).collect()
    }

    /// What the catalogue knows of an endpoint's host.
    pub(super) fn known(&self, endpoint: &Endpoint) -> HostFacts {
        let row = self.catalogue().and_then(|catalogue| {
            let row = catalogue.find(&endpoint.provider)?;
            Some((row, catalogue.litellm(&endpoint.provider)))
        });
        match row {
            // What is known of a host says nothing about a gateway in front of it.
            Some((row, litellm)) if endpoint.base_url.trim().is_empty() => HostFacts {
                name: row.name,
                cors: Some(row.cors),
                litellm: litellm.to_owned(),
                dialect: endpoint.dialect,
            },
            _ => HostFacts { dialect: endpoint.dialect, ..HostFacts::default() },
        }
    }

    /// The true cause of a request that brought no usable answer.
    pub(super) async fn why(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        reply: Reply,
        elapsed_millis: f64,
        known: &HostFacts,
    ) -> Option<CallFailure> {
        let own_origin = scope().location().origin();
        let (mut probe, mut keyless) = (Probe::NotMade, Probe::NotMade);
        let mut local_access = LocalAccess::Unknown;
        if !matches!(reply, Reply::Status(..)) {
            if let Ok(url) = Url::parse(&http.url) {
                local_access = permission::local_access(&own_origin, &url).await;
            }
            probe = self.probe(&http.url, true).await;
            if probe == Probe::Resolved && http.key().is_some() {
                keyless = self.probe(&http.url, false).await;
            }
        }
        diagnose(&Observation {
            online: scope().navigator().on_line(),
            page_origin: if page_origin.is_empty() { &own_origin } else { page_origin },
            url: &http.url,
            had_key: http.key().is_some(),
            reply,
            probe,
            keyless,
            local_access,
            elapsed_millis,
            known,
        })
    }

    /// Whether anything answers at `url`, asked without key and body: blindly (without CORS, so that nothing can be read),
    /// or readably.
    async fn probe(&self, url: &str, blind: bool) -> Probe {
        let bare = HttpRequest { method: "GET".into(), url: url.to_owned(), ..HttpRequest::default() };
        let entry = self.egress.borrow_mut().sent(&bare, Purpose::Probe, epoch_millis() as f64);
        let options = Options { opaque: blind, ..Options::default() };
        let answer = pin!(send(url, &options));
        let (probe, end) = match select(answer, pin!(sleep(CHECK_MILLIS as i32))).await {
            Either::Left((Ok(_), _)) => (Probe::Resolved, EgressEnd::Complete),
            Either::Left((Err(_), _)) => (Probe::NetworkError, EgressEnd::Blocked),
            Either::Right(_) => (Probe::NetworkError, EgressEnd::Aborted),
        };
        self.end(entry, end);
        probe
    }
}

/// The whole answer to a small request.
pub(super) async fn fetch_whole(http: &HttpRequest) -> Reply {
    let Ok(controller) = web_sys::AbortController::new() else { return Reply::NetworkError };
    let signal = controller.signal();
    let options = super::options(http, Some(&signal));
    let whole = async {
        let response = send(&http.url, &options).await?;
        let mut body = Body::of(&response);
        let mut bytes = Vec::new();
        while let Some(piece) = body.next().await? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MAX_LIST_BYTES {
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
