//! `request --provider P --model M [--dialect D] [--blank NAME=VALUE] [--base-url URL] [--auth A] [--key K] [--question Q]
//! [--max-tokens N] [--temperature T] [--effort E] [--models]`: prints the exact request that Sidecite would send (method,
//! URL, headers with the key redacted, body), as text; `--json` as one JSON object.
//!
//! `--provider custom --base-url URL` is an address of one's own. Without `--key` a made-up one is used, so that its
//! header can be seen.

use serde_json::json;
use sidecite::courier::{Keyring, Origin, inspect, plan, plan_models};
use sidecite::messages::ENGLISH;
use sidecite::provider::{Catalogue, Key};
use sidecite::types::{AuthKind, ChatRequest, Dialect, Effort, Endpoint, Message, Parameters, Role};
use std::process::ExitCode;

const USAGE: &str = "usage: request --provider P --model M [--dialect D] [--blank NAME=VALUE]… [--base-url URL] \
[--auth A] [--key K] [--question Q] [--max-tokens N] [--temperature T] [--top-p P] [--effort E] [--omit NAME]… \
[--models] [--json]";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("request: {message}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Asked {
    endpoint: Endpoint,
    dialect: Option<Dialect>,
    model: String,
    key: Option<String>,
    question: Option<String>,
    parameters: Parameters,
    omit: Vec<String>,
    models: bool,
    json: bool,
}

fn run(arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let mut asked = read(arguments)?;
    let catalogue = Catalogue::built_in().map_err(|error| error.to_string())?;
    let row = catalogue.find(&asked.endpoint.provider).ok_or_else(|| {
        let ids: Vec<String> = catalogue.rows().into_iter().map(|row| row.id).collect();
        format!("unknown provider {}; known: {}", asked.endpoint.provider, ids.join(", "))
    })?;
    if let Some(route) = row.routes.first() {
        asked.endpoint.dialect = asked.dialect.unwrap_or(route.dialect);
    }
    let shown = |error: sidecite::provider::Error| ENGLISH.sentences(error);
    let mut target = catalogue.target(&asked.endpoint).map_err(shown)?;
    target.quirks.omit.extend(asked.omit);
    let mut keyring = Keyring::default();
    let made_up = if target.auth == AuthKind::SigV4 { "AKIDEXAMPLE:made-up-secret" } else { "made-up-key" };
    let key = Key::new(asked.key.as_deref().unwrap_or(made_up)).map_err(shown)?;
    keyring.put(Origin::of(&target.base).ok_or("the address has no origin")?, key);
    let http = if asked.models {
        plan_models(&target, &keyring).ok_or_else(|| format!("{} lists no models", row.name))?
    } else {
        let message = |role, content: &str| Message { role, content: content.to_owned() };
        let question = asked.question.as_deref().unwrap_or("Why is the sky blue?");
        let messages = vec![message(Role::System, "Answer briefly."), message(Role::User, question)];
        let request = ChatRequest {
            model: asked.model,
            messages,
            parameters: asked.parameters,
            ..ChatRequest::default()
        };
        plan(&target, &request, &keyring, now_secs()).map_err(shown)?
    };
    let shown = inspect(&http);
    if !asked.json {
        return Ok(shown.to_string());
    }
    let body: serde_json::Value = serde_json::from_str(&shown.body).unwrap_or_default();
    Ok(json!({"method": shown.method, "url": shown.url, "headers": shown.headers, "body": body}).to_string())
}

fn now_secs() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value; {USAGE}"));
        let wrong = |value: &str| format!("{argument} does not take {value}; {USAGE}");
        match argument.as_str() {
            "--provider" => asked.endpoint.provider = value()?,
            "--model" => asked.model = value()?,
            "--dialect" => {
                let name = value()?;
                asked.dialect = Some(Dialect::from_name(&name).ok_or_else(|| {
                    let known: Vec<_> = Dialect::ALL.iter().map(|dialect| dialect.name()).collect();
                    format!("unknown dialect {name}; known: {}", known.join(", "))
                })?);
            }
            "--blank" => {
                let pair = value()?;
                let (name, filled) = pair.split_once('=').ok_or_else(|| wrong(&pair))?;
                asked.endpoint.url_params.insert(name.to_owned(), filled.to_owned());
            }
            "--base-url" | "--gateway" => asked.endpoint.base_url = value()?,
            "--auth" => {
                let name = value()?;
                asked.endpoint.auth =
                    serde_json::from_value(json!(name)).map_err(|error| format!("--auth: {error}"))?;
            }
            "--key" => asked.key = Some(value()?),
            "--question" => asked.question = Some(value()?),
            "--max-tokens" => {
                let number = value()?;
                asked.parameters.max_tokens = Some(number.parse().map_err(|_| wrong(&number))?);
            }
            "--temperature" => {
                let number = value()?;
                asked.parameters.temperature = Some(number.parse().map_err(|_| wrong(&number))?);
            }
            "--top-p" => {
                let number = value()?;
                asked.parameters.top_p = Some(number.parse().map_err(|_| wrong(&number))?);
            }
            "--effort" => {
                let name = value()?;
                let effort = Effort::ALL.into_iter().find(|effort| effort.name() == name);
                asked.parameters.effort = Some(effort.ok_or_else(|| wrong(&name))?);
            }
            "--omit" => asked.omit.push(value()?),
            "--models" => asked.models = true,
            "--json" => asked.json = true,
            _ => return Err(format!("unknown option {argument}; {USAGE}")),
        }
    }
    if asked.endpoint.provider.is_empty() || (asked.model.is_empty() && !asked.models) {
        return Err(USAGE.to_owned());
    }
    Ok(asked)
}
