//! Hashing, chance and AES-GCM, by WebCrypto. A page has none when it is served over plain http from another host than
//! this machine.

use crate::courier::vault::{Error, Job, Kek};
use crate::types::Sha256;
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// SHA-256 of `buffer` by WebCrypto, which does not hold up the page; nothing where a page has none.
pub async fn digest(buffer: &ArrayBuffer) -> Option<Sha256> {
    let promise = subtle()?.digest_with_str_and_buffer_source("SHA-256", buffer).ok()?;
    let digest = JsFuture::from(promise).await.ok()?;
    <[u8; 32]>::try_from(Uint8Array::new(&digest).to_vec()).ok().map(Sha256)
}

/// Random bytes for keys, salts and vectors; `false` where there are none.
pub fn fill_random(bytes: &mut [u8]) -> bool {
    crypto().is_some_and(|crypto| crypto.get_random_values_with_u8_array(bytes).is_ok())
}

/// A key of AES-256-GCM that cannot be read out again.
pub struct Aes(web_sys::CryptoKey);

impl Aes {
    /// Takes in a vault's key; the copy given is the caller's to drop.
    ///
    /// # Errors
    /// Where the browser has no WebCrypto.
    pub async fn import(kek: &Kek) -> Result<Self, Error> {
        let uses: Array = ["encrypt", "decrypt"].into_iter().map(JsValue::from_str).collect();
        let bytes = Uint8Array::from(kek.expose().as_slice());
        let promise =
            subtle().ok_or_else(missing)?.import_key_with_str("raw", &bytes, "AES-GCM", false, &uses);
        let key = JsFuture::from(promise.map_err(|error| failed(&error))?).await;
        bytes.fill(0, 0, bytes.length());
        Ok(Self(key.map_err(|error| failed(&error))?.unchecked_into()))
    }

    /// Encrypts: the sealed text with its tag.
    ///
    /// # Errors
    /// Where the browser refuses.
    pub async fn seal(&self, job: &Job) -> Result<Vec<u8>, Error> {
        let input = Uint8Array::from(job.input.as_slice());
        let promise = subtle().ok_or_else(missing)?.encrypt_with_object_and_js_u8_array(
            &algorithm(job),
            &self.0,
            &input,
        );
        let sealed = JsFuture::from(promise.map_err(|error| failed(&error))?).await;
        Ok(Uint8Array::new(&sealed.map_err(|error| failed(&error))?).to_vec())
    }

    /// Decrypts; nothing where the tag does not fit.
    ///
    /// # Errors
    /// Where the browser refuses for another reason.
    pub async fn open(&self, job: &Job) -> Result<Option<Vec<u8>>, Error> {
        let input = Uint8Array::from(job.input.as_slice());
        let promise = subtle().ok_or_else(missing)?.decrypt_with_object_and_js_u8_array(
            &algorithm(job),
            &self.0,
            &input,
        );
        match JsFuture::from(promise.map_err(|error| failed(&error))?).await {
            Ok(text) => Ok(Some(Uint8Array::new(&text).to_vec())),
            // Web Cryptography, §27: a tag that does not fit, and a text shorter than a tag, are OperationErrors.
            Err(error) if is_operation_error(&error) => Ok(None),
            Err(error) => Err(failed(&error)),
        }
    }
}

fn algorithm(job: &Job) -> Object {
    let algorithm = Object::new();
    let parts: [(&str, JsValue); 3] = [
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(job.iv.as_slice()).into()),
        ("additionalData", Uint8Array::from(job.aad.as_slice()).into()),
    ];
    for (name, value) in parts {
        // A plain object of our own takes any property.
        let _ = Reflect::set(&algorithm, &name.into(), &value);
    }
    algorithm
}

fn crypto() -> Option<web_sys::Crypto> {
    Reflect::get(&js_sys::global(), &"crypto".into()).ok()?.dyn_into().ok()
}

fn subtle() -> Option<web_sys::SubtleCrypto> {
    Reflect::get(crypto()?.as_ref(), &"subtle".into()).ok()?.dyn_into().ok()
}

fn is_operation_error(error: &JsValue) -> bool {
    error.dyn_ref::<web_sys::DomException>().is_some_and(|error| error.name() == "OperationError")
}

fn missing() -> Error {
    Error::Crypto { reason: "not available on this page".into() }
}

fn failed(error: &JsValue) -> Error {
    Error::Crypto { reason: super::fetch::error_message(error) }
}
