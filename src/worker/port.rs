use super::calls::{Calls, Message, OpenCall, parts};
use super::protocol::{Call, CallId, Wire};
use serde::{Serialize, de::DeserializeOwned};
use std::marker::PhantomData;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// One worker's end of a port at whose other end another worker answers. Dropping it ends every open call.
pub struct PortClient<M> {
    port: web_sys::MessagePort,
    calls: Rc<Calls>,
    speaks: PhantomData<fn(M)>,
    // Kept so that the browser can call it for as long as the port is open.
    _on_message: Closure<dyn FnMut(web_sys::MessageEvent)>,
}

impl<M> Drop for PortClient<M> {
    fn drop(&mut self) {
        self.port.set_onmessage(None);
        self.port.close();
        self.calls.clear();
    }
}

impl<M: Serialize> PortClient<M> {
    /// Asks at the other end of `port`.
    pub fn new(port: web_sys::MessagePort) -> Self {
        let calls = Rc::new(Calls::default());
        let replies = Rc::clone(&calls);
        let on_message = Closure::new(move |event: web_sys::MessageEvent| {
            let (head, parts) = parts(&event.data());
            if let Ok((Wire::Body(id, ()), _)) = postcard::take_from_bytes::<Wire<()>>(&head) {
                replies.deliver(id, head, &parts);
            }
        });
        port.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self { port, calls, speaks: PhantomData, _on_message: on_message }
    }

    /// Asks.
    pub fn call<C: Call<Message = M>>(&self, call: C) -> OpenCall<C::Reply>
    where
        C::Reply: DeserializeOwned,
    {
        let (open, message) = self.calls.open(call, &[]);
        self.post(message);
        open
    }

    /// Gives up a call; of one that has ended nothing happens.
    pub fn stop(&self, call: CallId) {
        self.post(Message::new(&Wire::<()>::Stop(call), &[]));
    }

    /// Ends every open call: nobody is at the other end any more.
    pub fn end_calls(&self) {
        self.calls.clear();
    }

    fn post(&self, message: Option<Message>) {
        if let Some(Message { parts, transfer }) = message {
            let _ = self.port.post_message_with_transferable(&parts, &transfer);
        }
    }
}
