use crate::parse::{Error, ParseOptions, parse};
use crate::types::problem;
use crate::worker::protocol::{Parsed, ToReader, Unreadable};
use crate::worker::{Request, serve};

/// Bytes in, a document or a reason out. Knows nothing but the file in hand.
pub fn reader() {
    serve(|request: Request<ToReader>| {
        let bytes = request.bytes();
        let ToReader::ReadFile(call) = request.body;
        let reply = request.reply.to(&call);
        let parsed = parse(&call.name, &bytes, &ParseOptions { password: call.password });
        drop(bytes);
        match parsed {
            Ok(mut parsed) => {
                parsed.document.id = call.id;
                let head = Parsed {
                    format: parsed.document.format,
                    pages: u32::try_from(parsed.document.pages.len()).unwrap_or(u32::MAX),
                    warnings: parsed.warnings,
                };
                match postcard::to_allocvec(&parsed.document) {
                    Ok(document) => reply.send_with(&Ok(head), &document),
                    Err(error) => {
                        let user_error = problem::parse::not_encoded(error.to_string());
                        reply.send(&Err(Unreadable { user_error, password: false }));
                    }
                }
            }
            Err(error) => {
                let password = matches!(error, Error::PasswordNeeded | Error::WrongPassword);
                reply.send(&Err(Unreadable { user_error: error.into(), password }));
            }
        }
    });
}
