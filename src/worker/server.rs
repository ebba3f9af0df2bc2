use super::calls::{Message, parts};
use super::protocol::{Call, CallId, VERSION, Wire};
use crate::courier::Stop;
use js_sys::{Array, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A call as it reached the worker.
pub struct Request<M> {
    /// What is asked.
    pub body: M,
    /// Where replies go.
    pub reply: Outbox<()>,
    /// The caller's wish that it should end.
    pub stop: Stop,
    attachments: Array,
    _open: Open,
}

impl<M> Request<M> {
    /// The bytes handed over, if any.
    pub fn bytes(&self) -> Vec<u8> {
        self.attachments.get(1).dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
    }

    /// The port handed over, if any.
    pub fn port(&self) -> Option<web_sys::MessagePort> {
        self.attachments.get(1).dyn_into().ok()
    }
}

/// Sends replies to one call.
pub struct Outbox<R> {
    id: CallId,
    channel: Channel,
    out: PhantomData<fn(R)>,
}

impl<R> Clone for Outbox<R> {
    fn clone(&self) -> Self {
        Self { id: self.id, channel: self.channel.clone(), out: PhantomData }
    }
}

impl Outbox<()> {
    /// The same, for replies to `call`.
    pub fn to<C: Call>(&self, _call: &C) -> Outbox<C::Reply> {
        Outbox { id: self.id, channel: self.channel.clone(), out: PhantomData }
    }
}

impl<R: Serialize> Outbox<R> {
    /// Replies with `body`.
    pub fn send(&self, body: &R) {
        self.channel.post(Message::new(&Wire::Body(self.id, body), &[]));
    }

    /// Replies with `body` and hands over `bytes`.
    pub fn send_with(&self, body: &R, bytes: &[u8]) {
        let attached = Uint8Array::from(bytes).buffer();
        self.channel.post(Message::new(&Wire::Body(self.id, body), &[attached.into()]));
    }
}

/// Where calls come from and replies go to.
#[derive(Clone)]
enum Channel {
    Page,
    Port(web_sys::MessagePort),
}

impl Channel {
    fn post(&self, message: Option<Message>) {
        let Some(Message { parts, transfer }) = message else { return };
        let _ = match self {
            Self::Page => scope().post_message_with_transfer(&parts, &transfer),
            Self::Port(port) => port.post_message_with_transferable(&parts, &transfer),
        };
    }
}

/// The calls under way, to stop them.
type Stops = Rc<RefCell<HashMap<CallId, Stop>>>;

/// A call under way. Dropped with its request.
struct Open {
    id: CallId,
    stops: Stops,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stops.borrow_mut().remove(&self.id);
    }
}

/// Makes this worker answer with `handle`, and says hello.
pub fn serve<M: DeserializeOwned + 'static>(handle: impl Fn(Request<M>) + 'static) {
    let on_message = listener(Channel::Page, handle);
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    Channel::Page.post(Message::new(&Wire::<()>::Hello(VERSION), &[]));
}

/// Answers with `handle` at `port`, too, for as long as this worker lives.
pub fn serve_port<M: DeserializeOwned + 'static>(
    port: &web_sys::MessagePort,
    handle: impl Fn(Request<M>) + 'static,
) {
    let on_message = listener(Channel::Port(port.clone()), handle);
    port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
}

fn listener<M: DeserializeOwned + 'static>(
    channel: Channel,
    handle: impl Fn(Request<M>) + 'static,
) -> Closure<dyn Fn(web_sys::MessageEvent)> {
    let stops = Stops::default();
    Closure::new(move |event: web_sys::MessageEvent| {
        let (head, attachments) = parts(&event.data());
        // A page of another build learns so from `Hello`; what it says is not guessed at.
        match postcard::from_bytes::<Wire<M>>(&head) {
            Ok(Wire::Body(id, body)) => {
                let stop = Stop::default();
                stops.borrow_mut().insert(id, stop.clone());
                let reply = Outbox { id, channel: channel.clone(), out: PhantomData };
                let _open = Open { id, stops: Rc::clone(&stops) };
                handle(Request { body, reply, stop, attachments, _open });
            }
            Ok(Wire::Stop(id)) => {
                let stop = stops.borrow().get(&id).cloned();
                if let Some(stop) = stop {
                    stop.stop();
                }
            }
            Ok(Wire::Hello(_)) | Err(_) => {}
        }
    })
}

fn scope() -> web_sys::DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
