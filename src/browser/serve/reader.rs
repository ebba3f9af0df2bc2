use crate::parse::{Error, ParseOptions, parse};
use crate::types::UserError;
use crate::worker::protocol::{FromReader, ToReader};
use crate::worker::{Request, serve};

/// Bytes in, a document or a reason out. Knows nothing but the file in hand.
pub fn reader() {
    serve(|request: Request<ToReader, FromReader>| {
        let ToReader::Read { id, name, password } = request.body;
        let bytes = request.attachments.first().map(js_sys::Uint8Array::to_vec).unwrap_or_default();
        let parsed = parse(&name, &bytes, &ParseOptions { password });
        drop(bytes);
        match parsed {
            Ok(mut parsed) => {
                parsed.document.id = id;
                let head = FromReader::Parsed {
                    format: parsed.document.format,
                    pages: u32::try_from(parsed.document.pages.len()).unwrap_or(u32::MAX),
                    warnings: parsed.warnings,
                };
                match postcard::to_allocvec(&parsed.document) {
                    Ok(document) => request.reply.send_with(&head, &document),
                    Err(error) => {
                        let user_error =
                            UserError::new("parse", error.to_string(), "Report this file as a bug.");
                        request.reply.send(&FromReader::Failed { user_error, password: false });
                    }
                }
            }
            Err(error) => {
                let password = matches!(error, Error::PasswordNeeded | Error::WrongPassword);
                request.reply.send(&FromReader::Failed { user_error: error.into(), password });
            }
        }
    });
}
