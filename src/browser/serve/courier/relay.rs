//! A model that only the page can call: the prompt is built here, and its answer takes the way of every other.

use super::CourierState;
use super::send::prompt_for;
use crate::browser::clock::now_millis;
use crate::prompt::Style;
use crate::types::{ChatEvent, Evidence, Parameters, Role, Sent};
use crate::worker::Outbox;
use crate::worker::protocol::{CallId, FromCourier};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;

impl CourierState {
    pub(super) async fn relay(
        &self,
        call: CallId,
        model: &str,
        question: &str,
        evidence: Option<Evidence>,
        parameters: &Parameters,
        reply: &Outbox<FromCourier>,
    ) {
        let (sender, mut events) = unbounded();
        self.relays.borrow_mut().insert(call, sender);
        let prompt = prompt_for(question, evidence.as_ref(), model, parameters, Style::Standard);
        let content = |role: Role| {
            let of_role = prompt.request.messages.iter().filter(|message| message.role == role);
            of_role.map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n\n")
        };
        let (system, user) = (content(Role::System), content(Role::User));
        reply.send(&FromCourier::Started(Sent {
            request: format!("{model}\n\n[system]\n{system}\n\n[user]\n{user}"),
            evidence_sha256: evidence.as_ref().map(|evidence| evidence.sha256),
            sent_sha256: prompt.evidence_sha256,
            fit: prompt.fit,
        }));
        reply.send(&FromCourier::Prompt { system, user });
        let mut started = now_millis();
        let mut asked = false;
        while let Some(Some(event)) = events.next().await {
            // The first message says that the model was asked: times count from there, not from its download.
            if !std::mem::replace(&mut asked, true) && event == ChatEvent::TextDelta(String::new()) {
                started = now_millis();
                continue;
            }
            reply.send(&FromCourier::Event(event, now_millis() - started));
        }
        self.relays.borrow_mut().remove(&call);
        reply.send(&FromCourier::Ended { at_millis: now_millis() - started, cost: None, notice: None });
    }

    pub(super) fn relayed(&self, call: CallId, event: Option<ChatEvent>) {
        if let Some(sender) = self.relays.borrow().get(&call) {
            let _ = sender.unbounded_send(event);
        }
    }
}
