use super::protocol::{Call, CallId, Wire};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use wasm_bindgen::{JsCast, JsValue};

/// One reply and the buffers that came with it.
pub struct Reply<R> {
    /// What was said.
    pub body: R,
    /// Buffers that changed hands.
    pub attachments: Vec<Uint8Array>,
}

/// A call whose replies are awaited. Dropping it stops listening; the worker does not learn of it.
pub struct OpenCall<R> {
    /// Its number, to stop it.
    pub id: CallId,
    replies: UnboundedReceiver<RawReply>,
    speaks: PhantomData<fn() -> R>,
}

impl<R: DeserializeOwned> OpenCall<R> {
    /// The next reply; nothing when the worker died or was stopped, or says what cannot be read.
    pub async fn next(&mut self) -> Option<Reply<R>> {
        let raw = self.replies.next().await?;
        match postcard::from_bytes::<Wire<R>>(&raw.head) {
            Ok(Wire::Body(_, body)) => Some(Reply { body, attachments: raw.attachments }),
            Ok(Wire::Hello(_) | Wire::Stop(_)) | Err(_) => None,
        }
    }

    /// The body of the next reply.
    pub async fn body(&mut self) -> Option<R> {
        self.next().await.map(|reply| reply.body)
    }
}

/// A reply before its body is read.
struct RawReply {
    head: Vec<u8>,
    attachments: Vec<Uint8Array>,
}

/// The calls that are open at one end of a channel.
#[derive(Default)]
pub(super) struct Calls {
    pending: RefCell<BTreeMap<CallId, UnboundedSender<RawReply>>>,
    last: Cell<CallId>,
}

impl Calls {
    /// Opens a call: it, and the message that asks.
    pub fn open<C: Call>(&self, call: C, attachments: &[JsValue]) -> (OpenCall<C::Reply>, Option<Message>)
    where
        C::Message: Serialize,
    {
        let id = self.last.get().wrapping_add(1);
        self.last.set(id);
        let (sender, replies) = unbounded();
        self.pending.borrow_mut().insert(id, sender);
        let message = Message::new(&Wire::Body(id, call.into()), attachments);
        (OpenCall { id, replies, speaks: PhantomData }, message)
    }

    /// Hands a reply to its call.
    pub fn deliver(&self, id: CallId, head: Vec<u8>, parts: &Array) {
        let attachments = parts.iter().skip(1).map(|part| Uint8Array::new(&part)).collect();
        let mut pending = self.pending.borrow_mut();
        let taken = pending
            .get(&id)
            .is_some_and(|sender| sender.unbounded_send(RawReply { head, attachments }).is_ok());
        if !taken {
            pending.remove(&id);
        }
    }

    /// Ends every call.
    pub fn clear(&self) {
        self.pending.borrow_mut().clear();
    }
}

/// A head, its attachments, and those among them that change hands.
pub(super) struct Message {
    pub parts: Array,
    pub transfer: Array,
}

impl Message {
    /// Nothing for what cannot be encoded.
    pub fn new<T: Serialize>(head: &Wire<T>, attachments: &[JsValue]) -> Option<Self> {
        let head = Uint8Array::from(postcard::to_allocvec(head).ok()?.as_slice());
        let (parts, transfer) = (Array::of1(&head), Array::of1(&head.buffer()));
        for attached in attachments {
            match attached.dyn_ref::<ArrayBuffer>() {
                Some(buffer) => parts.push(&Uint8Array::new(buffer)),
                None => parts.push(attached),
            };
            transfer.push(attached);
        }
        Some(Self { parts, transfer })
    }
}

/// The bytes of a message's head, and all its parts.
pub(super) fn parts(data: &JsValue) -> (Vec<u8>, Array) {
    let parts = Array::from(data);
    (Uint8Array::new(&parts.get(0)).to_vec(), parts)
}
