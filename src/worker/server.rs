use super::protocol::{CallId, VERSION, Wire};
use js_sys::{Array, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use wasm_bindgen::prelude::*;

/// A request as it reached the worker.
pub struct Request<In, Out> {
    /// Its number; 0 for messages that expect no reply.
    pub id: CallId,
    /// What is asked.
    pub body: In,
    /// Buffers that changed hands.
    pub attachments: Vec<Uint8Array>,
    /// Where replies go.
    pub reply: Outbox<Out>,
}

/// Sends replies to one call.
pub struct Outbox<Out> {
    id: CallId,
    out: PhantomData<fn(Out)>,
}

impl<Out> Clone for Outbox<Out> {
    fn clone(&self) -> Self {
        Self { id: self.id, out: PhantomData }
    }
}

impl<Out: Serialize> Outbox<Out> {
    /// Replies with `body`.
    pub fn send(&self, body: &Out) {
        post(&Wire::Body(self.id, body), None);
    }

    /// Replies with `body` and hands over `bytes`.
    pub fn send_with(&self, body: &Out, bytes: &[u8]) {
        post(&Wire::Body(self.id, body), Some(Uint8Array::from(bytes)));
    }
}

/// Makes this worker answer with `handle`, and says hello.
pub fn serve<In, Out>(handle: impl Fn(Request<In, Out>) + 'static)
where
    In: DeserializeOwned + 'static,
    Out: Serialize + 'static,
{
    let on_message = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        let parts = Array::from(&event.data());
        let head = Uint8Array::new(&parts.get(0)).to_vec();
        // A page of another build is told so by `Hello`; what it says is not guessed at.
        if let Ok(Wire::Body(id, body)) = postcard::from_bytes::<Wire<In>>(&head) {
            let attachments = parts.iter().skip(1).map(|part| Uint8Array::new(&part)).collect();
            handle(Request { id, body, attachments, reply: Outbox { id, out: PhantomData } });
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&Wire::<()>::Hello(VERSION), None);
}

fn post<T: Serialize>(head: &Wire<T>, attachment: Option<Uint8Array>) {
    let Ok(bytes) = postcard::to_allocvec(head) else { return };
    let head = Uint8Array::from(bytes.as_slice());
    let (message, transfer) = (Array::of1(&head), Array::of1(&head.buffer()));
    if let Some(bytes) = attachment {
        message.push(&bytes);
        transfer.push(&bytes.buffer());
    }
    let _ = scope().post_message_with_transfer(&message, &transfer);
}

fn scope() -> web_sys::DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
