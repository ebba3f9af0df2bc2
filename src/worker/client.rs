use super::calls::{Calls, Message, OpenCall, parts};
use super::protocol::{Call, CallId, VERSION, Wire};
use serde::{Serialize, de::DeserializeOwned};
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The page's end of a worker. Starts it at the first call; when it dies, every open call ends and the next call
/// starts a new one.
pub struct Client<M> {
    inner: Rc<Inner>,
    speaks: PhantomData<fn(M)>,
}

impl<M> Clone for Client<M> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner), speaks: PhantomData }
    }
}

/// What does not depend on the language spoken: one copy of it serves all workers.
struct Inner {
    url: String,
    live: RefCell<Option<Live>>,
    calls: Calls,
    /// How often it was started.
    starts: Cell<u32>,
    exit_reason: RefCell<Option<String>>,
}

struct Live {
    worker: web_sys::Worker,
    ready: bool,
    queue: Vec<Message>,
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

impl<M: Serialize> Client<M> {
    /// A worker whose script lies at `url`; not started yet.
    pub fn new(url: String) -> Self {
        let inner = Inner {
            url,
            live: RefCell::default(),
            calls: Calls::default(),
            starts: Cell::new(0),
            exit_reason: RefCell::default(),
        };
        Self { inner: Rc::new(inner), speaks: PhantomData }
    }

    /// Asks.
    pub fn call<C: Call<Message = M>>(&self, call: C) -> OpenCall<C::Reply>
    where
        C::Reply: DeserializeOwned,
    {
        self.call_with(call, &[])
    }

    /// Asks, handing over buffers or ports.
    pub fn call_with<C: Call<Message = M>>(&self, call: C, attachments: &[JsValue]) -> OpenCall<C::Reply>
    where
        C::Reply: DeserializeOwned,
    {
        let (open, message) = self.inner.calls.open(call, attachments);
        self.inner.post(message);
        open
    }

    /// Gives up a call; of one that has ended nothing happens.
    pub fn stop(&self, call: CallId) {
        if self.is_running() {
            self.inner.post(Message::new(&Wire::<()>::Stop(call), &[]));
        }
    }

    /// Whether the worker is up or starting.
    pub fn is_running(&self) -> bool {
        self.inner.live.borrow().is_some()
    }

    /// Starts the worker unless it runs. Which of its lives this is: the number rises with each start.
    pub fn start(&self) -> u32 {
        self.inner.start();
        self.inner.starts.get()
    }

    /// Ends the worker now; open calls end. The next call starts it again.
    pub fn terminate(&self) {
        self.inner.shut_down("stopped");
    }

    /// What the worker last said before it died.
    pub fn exit_reason(&self) -> Option<String> {
        self.inner.exit_reason.borrow().clone()
    }
}

impl Inner {
    fn start(self: &Rc<Self>) {
        if self.live.borrow().is_some() {
            return;
        }
        match self.spawn() {
            Ok(live) => {
                *self.live.borrow_mut() = Some(live);
                self.starts.set(self.starts.get().wrapping_add(1));
            }
            Err(error) => self.shut_down(&format!("{error:?}")),
        }
    }

    fn post(self: &Rc<Self>, message: Option<Message>) {
        let Some(message) = message else {
            return self.shut_down("a message could not be sent");
        };
        self.start();
        let mut live = self.live.borrow_mut();
        let Some(live) = live.as_mut() else { return };
        if live.ready {
            let _ = live.worker.post_message_with_transfer(&message.parts, &message.transfer);
        } else {
            live.queue.push(message);
        }
    }

    fn spawn(self: &Rc<Self>) -> Result<Live, JsValue> {
        let options = web_sys::WorkerOptions::new();
        options.set_type(web_sys::WorkerType::Module);
        let worker = web_sys::Worker::new_with_options(&self.url, &options)?;
        let weak = Rc::downgrade(self);
        let on_message = Closure::new(move |event: web_sys::MessageEvent| {
            if let Some(inner) = weak.upgrade() {
                inner.receive(&event.data());
            }
        });
        let weak = Rc::downgrade(self);
        let on_error = Closure::new(move |event: web_sys::Event| {
            if let Some(inner) = weak.upgrade() {
                let reason = event.dyn_ref::<web_sys::ErrorEvent>().map(web_sys::ErrorEvent::message);
                // The closure that is running must outlive this call, so the worker is dropped in the next task.
                let reason = reason.unwrap_or_else(|| "it could not be loaded".into());
                wasm_bindgen_futures::spawn_local(async move { inner.shut_down(&reason) });
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Live { worker, ready: false, queue: Vec::new(), _on_message: on_message, _on_error: on_error })
    }

    fn receive(&self, data: &JsValue) {
        let (head, parts) = parts(data);
        // The head begins with the wire's tag and the version or the call: enough to know whom it is for.
        match postcard::take_from_bytes::<Wire<()>>(&head) {
            Ok((Wire::Hello(VERSION), _)) => self.flush(),
            Ok((Wire::Body(id, ()), _)) => self.calls.deliver(id, head, &parts),
            Ok((Wire::Hello(other), _)) => {
                self.exit_reason.replace(Some(format!(
                    "worker version {other}, page version {VERSION}: reload the page"
                )));
                self.calls.clear();
            }
            Ok((Wire::Stop(_), _)) => {}
            Err(error) => {
                self.exit_reason.replace(Some(format!("a reply could not be read: {error}")));
                self.calls.clear();
            }
        }
    }

    fn flush(&self) {
        if let Some(live) = self.live.borrow_mut().as_mut() {
            live.ready = true;
            for message in live.queue.drain(..) {
                let _ = live.worker.post_message_with_transfer(&message.parts, &message.transfer);
            }
        }
    }

    fn shut_down(&self, reason: &str) {
        self.exit_reason.replace(Some(reason.to_owned()));
        drop(self.live.borrow_mut().take());
        self.calls.clear();
    }
}
