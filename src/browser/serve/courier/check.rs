//! The Check button: list the models, try the named one, or find out why not.

use super::{Place, scope, unknown};
use crate::browser::clock::{now_millis, sleep};
use crate::browser::fetch::{Body, Options, error_words, send};
use crate::browser::permission;
use crate::courier::{
    Known, LocalAccess, Observation, Probe, Purpose, Reply, diagnose, plan_models, read_models,
};
use crate::provider::HttpRequest;
use crate::types::{Endpoint, Failure};
use crate::worker::protocol::Checked;
use futures_util::future::{Either, select};
use std::pin::pin;
use url::Url;

/// How long a check waits for an answer, and then for each probe.
const CHECK_MILLIS: f64 = 15_000.0;
/// A model list longer than this is not one.
const MOST_LIST_BYTES: usize = 16 << 20;

impl Place {
    pub(super) async fn check(&self, endpoint: &Endpoint, _model: &str, page_origin: &str) -> Checked {
        let target = match self.target(endpoint) {
            Ok(target) => target,
            Err(error) => return Checked::Failed(error.to_failure()),
        };
        let Some(http) = plan_models(&target, &self.keyring.borrow()) else {
            let row = self.catalogue().and_then(|catalogue| catalogue.find(&endpoint.provider));
            return Checked::Unlisted(row.map(|row| row.models).unwrap_or_default());
        };
        let started = now_millis();
        let entry = self.egress.borrow_mut().sent(&http, Purpose::Models, started);
        let reply = fetch_whole(&http).await;
        if let Reply::Status(status, body) = &reply {
            self.note(entry, *status, body.len());
        }
        if let Reply::Status(status, body) = &reply
            && (200..300).contains(status)
        {
            return match read_models(&http, *status, body) {
                Ok(models) => Checked::Models(models),
                Err(failure) => Checked::Failed(failure),
            };
        }
        let known = self.known(endpoint);
        let elapsed = now_millis() - started;
        Checked::Failed(self.why(&http, page_origin, reply, elapsed, &known).await.unwrap_or_else(unknown))
    }

    /// What the catalogue knows of an endpoint's host.
    pub(super) fn known(&self, endpoint: &Endpoint) -> Known {
        let row = self.catalogue().and_then(|catalogue| {
            let row = catalogue.find(&endpoint.provider)?;
            Some((row, catalogue.litellm(&endpoint.provider)))
        });
        match row {
            // What is known of a host says nothing about a gateway in front of it.
            Some((row, litellm)) if endpoint.base_url.trim().is_empty() => Known {
                name: row.name,
                cors: Some(row.cors),
                litellm: litellm.to_owned(),
                dialect: endpoint.dialect,
            },
            _ => Known { dialect: endpoint.dialect, ..Known::default() },
        }
    }

    /// The true cause of a request that brought no usable answer.
    pub(super) async fn why(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        reply: Reply,
        elapsed_millis: f64,
        known: &Known,
    ) -> Option<Failure> {
        let own_origin = scope().location().origin();
        let (mut probe, mut keyless) = (Probe::NotMade, Probe::NotMade);
        let mut local_access = LocalAccess::Unknown;
        if !matches!(reply, Reply::Status(..)) {
            if let Ok(url) = Url::parse(&http.url) {
                local_access = permission::local_access(&url).await;
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
        self.egress.borrow_mut().sent(&bare, Purpose::Probe, now_millis());
        let options = Options { opaque: blind, ..Options::default() };
        let answer = pin!(send(url, &options));
        match select(answer, pin!(sleep(CHECK_MILLIS as i32))).await {
            Either::Left((Ok(_), _)) => Probe::Resolved,
            Either::Left((Err(_), _)) | Either::Right(_) => Probe::NetworkError,
        }
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
