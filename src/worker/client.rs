use super::protocol::{CallId, VERSION, Wire};
use futures_channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures_util::StreamExt;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The page's end of a worker. Starts it at the first call; when it dies, every open call ends and the next call
/// starts a new one.
pub struct Client<Out, In> {
    inner: Rc<Inner>,
    speaks: PhantomData<fn(Out) -> In>,
}

impl<Out, In> Clone for Client<Out, In> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner), speaks: PhantomData }
    }
}

/// One reply and the buffers that came with it.
pub struct Reply<In> {
    /// What was said.
    pub body: In,
    /// Buffers that changed hands.
    pub attachments: Vec<Uint8Array>,
}

/// An open call. Dropping it stops listening; the worker is not told.
pub struct Call<In> {
    /// Its number, for messages about it.
    pub id: CallId,
    replies: UnboundedReceiver<RawReply>,
    speaks: PhantomData<fn() -> In>,
}

impl<In: DeserializeOwned> Call<In> {
    /// The next reply; nothing when the worker died or was stopped, or says what cannot be read.
    pub async fn next(&mut self) -> Option<Reply<In>> {
        let raw = self.replies.next().await?;
        match postcard::from_bytes::<Wire<In>>(&raw.head) {
            Ok(Wire::Body(_, body)) => Some(Reply { body, attachments: raw.attachments }),
            Ok(Wire::Hello(_)) | Err(_) => None,
        }
    }
}

/// A reply before its body is read.
struct RawReply {
    head: Vec<u8>,
    attachments: Vec<Uint8Array>,
}

/// What does not depend on the language spoken: one copy of it serves all workers.
struct Inner {
    url: String,
    live: RefCell<Option<Live>>,
    pending: RefCell<BTreeMap<CallId, UnboundedSender<RawReply>>>,
    last_call: Cell<CallId>,
    exit_reason: RefCell<Option<String>>,
}

struct Live {
    worker: web_sys::Worker,
    ready: bool,
    queue: Vec<(Array, Array)>,
    // Kept so that the browser can call them for as long as the worker lives.
    _on_message: Closure<dyn FnMut(web_sys::MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl<Out: Serialize, In: DeserializeOwned + 'static> Client<Out, In> {
    /// A worker whose script lies at `url`; not started yet.
    pub fn new(url: String) -> Self {
        let inner = Inner {
            url,
            live: RefCell::default(),
            pending: RefCell::default(),
            last_call: Cell::new(0),
            exit_reason: RefCell::default(),
        };
        Self { inner: Rc::new(inner), speaks: PhantomData }
    }

    /// Asks `body`, handing over `attachments`.
    pub fn call(&self, body: &Out, attachments: &[ArrayBuffer]) -> Call<In> {
        let id = self.inner.last_call.get().wrapping_add(1);
        self.inner.last_call.set(id);
        let (sender, replies) = unbounded();
        self.inner.pending.borrow_mut().insert(id, sender);
        self.inner.post(postcard::to_allocvec(&Wire::Body(id, body)).ok(), attachments);
        Call { id, replies, speaks: PhantomData }
    }

    /// Says `body` without waiting for a reply; starts nothing.
    pub fn send(&self, body: &Out) {
        self.send_with(body, &[]);
    }

    /// The same, handing over `attachments`.
    pub fn send_with(&self, body: &Out, attachments: &[ArrayBuffer]) {
        if self.is_running() {
            self.inner.post(postcard::to_allocvec(&Wire::Body(0, body)).ok(), attachments);
        }
    }

    /// Whether the worker is up or starting.
    pub fn is_running(&self) -> bool {
        self.inner.live.borrow().is_some()
    }

    /// Ends the worker now; open calls end. The next call starts it anew.
    pub fn terminate(&self) {
        self.inner.shut_down("stopped");
    }

    /// What the worker last said before it died.
    pub fn exit_reason(&self) -> Option<String> {
        self.inner.exit_reason.borrow().clone()
    }
}

impl Inner {
    fn post(self: &Rc<Self>, head: Option<Vec<u8>>, attachments: &[ArrayBuffer]) {
        let Some(bytes) = head else {
            return self.shut_down("a message could not be sent");
        };
        let message = Array::of1(&Uint8Array::from(bytes.as_slice()));
        let transfer = Array::new();
        for buffer in attachments {
            message.push(&Uint8Array::new(buffer));
            transfer.push(buffer);
        }
        if self.live.borrow().is_none() {
            match self.spawn() {
                Ok(live) => *self.live.borrow_mut() = Some(live),
                Err(error) => return self.shut_down(&format!("{error:?}")),
            }
        }
        let mut live = self.live.borrow_mut();
        let Some(live) = live.as_mut() else { return };
        if live.ready {
            let _ = live.worker.post_message_with_transfer(&message, &transfer);
        } else {
            live.queue.push((message, transfer));
        }
    }

    fn spawn(self: &Rc<Self>) -> Result<Live, JsValue> {
        let options = web_sys::WorkerOptions::new();
        options.set_type(web_sys::WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&self.url, &options)?;
        let weak = Rc::downgrade(self);
        let on_message = Closure::new(move |event: web_sys::MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(&event.data());
            }
        });
        let weak = Rc::downgrade(self);
        let on_error = Closure::new(move |event: web_sys::Event| {
            if let Some(inner) = weak.upgrade() {
                let words = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message);
                // The closure that is running must outlive this call, so the worker is dropped in the next task.
                let words = words.unwrap_or_else(|| "it could not be loaded".into());
                wasm_bindgen_futures::spawn_local(async move { inner.shut_down(&words) });
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Live { worker, ready: false, queue: Vec::new(), _on_message: on_message, _on_error: on_error })
    }

    fn hear(&self, data: &JsValue) {
        let parts = Array::from(data);
        let head = Uint8Array::new(&parts.get(0)).to_vec();
        // The head begins with the wire's tag and the version or the call: enough to know whom it is for.
        match postcard::take_from_bytes::<Wire<()>>(&head) {
            Ok((Wire::Hello(VERSION), _)) => self.flush(),
            Ok((Wire::Body(id, ()), _)) => {
                let attachments = parts.iter().skip(1).map(|part| Uint8Array::new(&part)).collect();
                let mut pending = self.pending.borrow_mut();
                let raw = pending
                    .get(&id)
                    .is_some_and(|sender| sender.unbounded_send(RawReply { head, attachments }).is_ok());
                if !raw {
                    pending.remove(&id);
                }
            }
            Ok((Wire::Hello(other), _)) => {
                self.exit_reason.replace(Some(format!(
                    "worker version {other}, page version {VERSION}: reload the page"
                )));
                self.pending.borrow_mut().clear();
            }
            Err(error) => {
                self.exit_reason.replace(Some(format!("a reply could not be read: {error}")));
                self.pending.borrow_mut().clear();
            }
        }
    }

    fn flush(&self) {
        if let Some(live) = self.live.borrow_mut().as_mut() {
            live.ready = true;
            for (message, transfer) in live.queue.drain(..) {
                let _ = live.worker.post_message_with_transfer(&message, &transfer);
            }
        }
    }

    fn shut_down(&self, words: &str) {
        self.exit_reason.replace(Some(words.to_owned()));
        drop(self.live.borrow_mut().take());
        self.pending.borrow_mut().clear();
    }
}
