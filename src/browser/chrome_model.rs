//! Chrome's built-in model (`LanguageModel`, the Prompt API): there since Chrome 148 on desktops, for windows only.
//!
//! Everything is looked up by name at the time of asking, so that a browser without it is distinguished from one that
//! refuses. Names of older builds (`inputUsage`, whole text instead of new text) are understood.

use crate::types::UserError;
use crate::types::problem::{advice, chrome};
use js_sys::{Array, Function, Object, Promise, Reflect};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Whether the browser has a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// The browser has no such API.
    NoApi,
    /// The API is there, the model cannot be had on this machine.
    Unavailable,
    /// It can be downloaded.
    Downloadable,
    /// It is being downloaded.
    Downloading,
    /// It is here.
    Available,
}

impl Availability {
    /// What that means, in one sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::NoApi => {
                n!(
                    "This browser has no built-in model: it needs Chrome 148 or newer on Windows, macOS, Linux or Chromebook Plus."
                )
            }
            Self::Unavailable => {
                n!(
                    "Chrome cannot run its model here: it needs 22 GB of free disk space, and more than 4 GB of video memory or 16 GB of memory and 4 cores."
                )
            }
            Self::Downloadable => n!("Adding this column starts the download of the model (several GB)."),
            Self::Downloading => n!("Chrome is downloading the model."),
            Self::Available => n!("Ready: runs on this device; no key, no network."),
        }
    }

    /// Whether a column of it can answer, now or after a download.
    pub fn can_answer(self) -> bool {
        matches!(self, Self::Downloadable | Self::Downloading | Self::Available)
    }
}

/// What the browser threw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thrown {
    name: String,
    message: String,
}

impl Thrown {
    fn of(value: &JsValue) -> Self {
        let text = |name: &str| field(value, name).as_string().unwrap_or_default();
        Self { name: text("name"), message: text("message") }
    }
}

impl From<Thrown> for UserError {
    fn from(thrown: Thrown) -> Self {
        let advice = match thrown.name.as_str() {
            "NotAllowedError" => advice::click_again(),
            "QuotaExceededError" => advice::lower_top_k(),
            "NotSupportedError" => advice::other_language(),
            "AbortError" => advice::again(),
            "InvalidStateError" => advice::reload_chrome(),
            _ => advice::chrome_internals(),
        };
        chrome::failed(thrown.name, thrown.message, advice)
    }
}

/// Asks the browser; an answer that is not known counts as unavailable.
pub async fn availability() -> Availability {
    let Some(api) = api() else { return Availability::NoApi };
    let Ok(availability) = call(&api, "availability", &Array::of1(&languages())) else {
        return Availability::Unavailable;
    };
    match settled(availability).await.ok().and_then(|value| value.as_string()).as_deref() {
        Some("available") => Availability::Available,
        Some("downloading") => Availability::Downloading,
        Some("downloadable") => Availability::Downloadable,
        _ => Availability::Unavailable,
    }
}

/// What is expected of the model: Chrome warns when no output language is named.
fn languages() -> Object {
    let (options, output) = (Object::new(), Object::new());
    set(&output, "type", &"text".into());
    set(&output, "languages", &Array::of1(&"en".into()));
    set(&options, "expectedOutputs", &Array::of1(&output));
    options
}

/// A conversation with the model.
pub struct Session {
    value: JsValue,
    // Kept so that the browser can call it for as long as the session lives.
    _monitor: Closure<dyn FnMut(JsValue)>,
}

impl Session {
    /// Asks for a session with standing instructions. The browser is asked before this returns, so that it still
    /// knows of the click; `progress` hears the share of the download, 0 to 1.
    pub fn create(
        system: &str,
        signal: Option<&web_sys::AbortSignal>,
        progress: Rc<dyn Fn(f64)>,
    ) -> impl Future<Output = Result<Self, Thrown>> + use<> {
        let on_progress = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some(share) = field(&event, "loaded").as_f64() {
                progress(share);
            }
        });
        let on_progress = on_progress.into_js_value();
        let monitor = Closure::<dyn FnMut(JsValue)>::new(move |monitor: JsValue| {
            let listen = Array::of2(&"downloadprogress".into(), &on_progress);
            let _ = call(&monitor, "addEventListener", &listen);
        });
        let options = languages();
        set(&options, "monitor", monitor.as_ref());
        if let Some(signal) = signal {
            set(&options, "signal", signal);
        }
        if !system.is_empty() {
            let message = Object::new();
            set(&message, "role", &"system".into());
            set(&message, "content", &system.into());
            set(&options, "initialPrompts", &Array::of1(&message));
        }
        let asked = match api() {
            Some(api) => call(&api, "create", &Array::of1(&options)),
            None => Err(js_sys::Error::new(Availability::NoApi.message()).into()),
        };
        async move {
            let value = settled(asked.map_err(|error| Thrown::of(&error))?).await;
            Ok(Self { value: value.map_err(|error| Thrown::of(&error))?, _monitor: monitor })
        }
    }

    /// Puts `prompt`; `said` hears each new piece of text.
    ///
    /// # Errors
    /// What the browser throws, an abort included.
    pub async fn prompt(
        &self,
        prompt: &str,
        signal: &web_sys::AbortSignal,
        said: impl Fn(String),
    ) -> Result<(), Thrown> {
        let options = Object::new();
        set(&options, "signal", signal);
        let stream = call(&self.value, "promptStreaming", &Array::of2(&prompt.into(), &options));
        let reader = stream.and_then(|stream| call(&stream, "getReader", &Array::new()));
        let reader = reader.map_err(|error| Thrown::of(&error))?;
        let mut text = Pieces::default();
        loop {
            let read = call(&reader, "read", &Array::new()).map_err(|error| Thrown::of(&error))?;
            let read = settled(read).await.map_err(|error| Thrown::of(&error))?;
            if field(&read, "done").is_truthy() {
                return Ok(());
            }
            let new = field(&read, "value").as_string().and_then(|chunk| text.take(&chunk));
            if let Some(new) = new {
                said(new);
            }
        }
    }

    /// Tokens of prompt and answer in the model's context.
    pub fn used_tokens(&self) -> Option<u64> {
        let count = field(&self.value, "contextUsage").as_f64();
        let count = count.or_else(|| field(&self.value, "inputUsage").as_f64())?;
        (count > 0.0).then_some(count as u64)
    }

    /// Gives the memory back.
    pub fn close(self) {
        let _ = call(&self.value, "destroy", &Array::new());
    }
}

/// Chunks → new text. Older builds repeat all text so far in each chunk.
#[derive(Debug, Default)]
struct Pieces {
    so_far: String,
    new_text_only: bool,
}

impl Pieces {
    fn take(&mut self, chunk: &str) -> Option<String> {
        let rest = chunk.strip_prefix(self.so_far.as_str());
        let new = match rest {
            // An equal chunk is a word said twice, as in "ha" "ha".
            Some(rest) if !self.new_text_only && !self.so_far.is_empty() && !rest.is_empty() => rest,
            _ => {
                self.new_text_only |= !self.so_far.is_empty();
                chunk
            }
        };
        self.so_far.push_str(new);
        (!new.is_empty()).then(|| new.to_owned())
    }
}

fn api() -> Option<JsValue> {
    let api = field(&js_sys::global(), "LanguageModel");
    (!api.is_falsy()).then_some(api)
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &Object, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn call(object: &JsValue, name: &str, arguments: &Array) -> Result<JsValue, JsValue> {
    let function: Function = field(object, name).dyn_into().map_err(|_| {
        JsValue::from(js_sys::Error::new(&format!("this browser's built-in model has no {name}")))
    })?;
    function.apply(object, arguments)
}

async fn settled(value: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&value)).await
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    fn text(chunks: &[&str]) -> String {
        let mut pieces = Pieces::default();
        chunks.iter().filter_map(|chunk| pieces.take(chunk)).collect()
    }

    #[test]
    fn new_text_and_whole_text_come_to_the_same() {
        assert_eq!(text(&["The ", "lamp ", "burns."]), "The lamp burns.");
        assert_eq!(text(&["The ", "The lamp ", "The lamp burns."]), "The lamp burns.");
        assert_eq!(text(&["", "The ", "", "lamp"]), "The lamp");
        assert_eq!(text(&["ha", "ha", "haha"]), "hahahaha");
        assert_eq!(text(&[]), "");
    }
}
