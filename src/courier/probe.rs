//! Why a request brought no usable answer: the browser does not say, but a second one, without body and key, helps to tell.

use super::whole::CHECK_MILLIS;
use super::{
    Courier, EgressEnd, HostFacts, LocalAccess, Observation, Ports, Probe, Purpose, Reply, diagnose,
};
use crate::provider::HttpRequest;
use crate::types::{CallFailure, Endpoint, FailureCause, problem};
use futures_util::future::{Either, select};
use std::pin::pin;
use url::Url;

impl<P: Ports> Courier<P> {
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

    /// The true cause. `page_origin` is empty for this site's own.
    pub(super) async fn why(
        &self,
        http: &HttpRequest,
        page_origin: &str,
        reply: Reply,
        elapsed_millis: f64,
        known: &HostFacts,
    ) -> CallFailure {
        let own_origin = self.port.own_origin();
        let (mut probe, mut keyless) = (Probe::NotMade, Probe::NotMade);
        let mut local_access = LocalAccess::Unknown;
        if !matches!(reply, Reply::Status(..)) {
            if let Ok(url) = Url::parse(&http.url) {
                local_access = self.port.local_access(&url).await;
            }
            probe = self.probe(&http.url, true).await;
            if probe == Probe::Resolved && http.key().is_some() {
                keyless = self.probe(&http.url, false).await;
            }
        }
        diagnose(&Observation {
            online: self.port.is_online(),
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
        .unwrap_or_else(unknown)
    }

    async fn probe(&self, url: &str, blind: bool) -> Probe {
        let bare = HttpRequest { method: "GET".into(), url: url.to_owned(), ..HttpRequest::default() };
        let entry = self.egress.borrow_mut().sent(&bare, Purpose::Probe, self.port.epoch_millis());
        let asked = pin!(self.port.probe(url, blind));
        let (probe, end) = match select(asked, pin!(self.port.sleep(CHECK_MILLIS))).await {
            Either::Left((Ok(()), _)) => (Probe::Resolved, EgressEnd::Complete),
            Either::Left((Err(_), _)) => (Probe::NetworkError, EgressEnd::Blocked),
            Either::Right(_) => (Probe::NetworkError, EgressEnd::Aborted),
        };
        if let Some(entry) = entry {
            self.egress.borrow_mut().ended(entry, end, self.port.epoch_millis());
        }
        probe
    }
}

/// Nothing explains it.
fn unknown() -> CallFailure {
    CallFailure::new(FailureCause::Unreachable, problem::reach::unknown())
}
