//! `generate --prompt TEXT [--system TEXT] [--begin TEXT] [--max N] [--temperature T] [--seed N] [--model FILE]`: lets the
//! chat model answer; text on stdout as it comes, speed on stderr.

use sidecite::local_model::{Generation, Model, Step};
use sidecite::messages::ENGLISH;
use sidecite::types::{ChatRequest, Message, Parameters, Role};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("generate: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut messages = Vec::new();
    let (mut parameters, mut model, mut prompt, mut begin) = (Parameters::default(), None, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        let bad = |what: &dyn std::fmt::Display| format!("{name} {value}: {what}");
        match name.as_str() {
            "--prompt" => prompt = Some(value),
            "--system" => messages.push(Message { role: Role::System, content: value }),
            "--begin" => begin = Some(value),
            "--max" => parameters.max_tokens = Some(value.parse().map_err(|error| bad(&error))?),
            "--temperature" => parameters.temperature = Some(value.parse().map_err(|error| bad(&error))?),
            "--seed" => parameters.seed = Some(value.parse().map_err(|error| bad(&error))?),
            "--model" => model = Some(PathBuf::from(value)),
            _ => {
                return Err(format!(
                    "unknown option {name}; known: --prompt --system --begin --max --temperature --seed --model"
                ));
            }
        }
    }
    let content = prompt.ok_or("--prompt TEXT is missing")?;
    messages.push(Message { role: Role::User, content });
    messages.extend(begin.map(|content| Message { role: Role::Assistant, content }));
    let file = model.or_else(default_model).ok_or("no home directory: say --model FILE")?;

    let started = Instant::now();
    let bytes = std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let mut model =
        Model::load(bytes).map_err(|error| format!("{}: {}", file.display(), ENGLISH.sentences(error)))?;
    let loaded = started.elapsed();
    let request = ChatRequest {
        model: "smollm2-135m-instruct".to_owned(),
        messages,
        parameters,
        ..ChatRequest::default()
    };
    let mut generation = Generation::start(&model, &request).map_err(|error| ENGLISH.sentences(error))?;
    let (mut started, mut prefill) = (Instant::now(), 0.0);
    let mut out = std::io::stdout();
    loop {
        match generation.step(&mut model) {
            Step::Prefilling { done, total } if done == total => {
                prefill = started.elapsed().as_secs_f64();
                started = Instant::now();
            }
            Step::Prefilling { .. } => {}
            Step::Text(text) => {
                write!(out, "{text}").and_then(|()| out.flush()).map_err(|error| error.to_string())?
            }
            Step::Done { finish_reason, usage } => {
                let (read, made) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
                println!();
                eprintln!(
                    "loaded in {:.2} s; read {read} tokens at {:.1}/s, made {made} at {:.1}/s; {finish_reason}",
                    loaded.as_secs_f64(),
                    read as f64 / prefill,
                    made as f64 / started.elapsed().as_secs_f64(),
                );
                return Ok(());
            }
        }
    }
}

/// Where `cargo xtask setup` puts the model.
fn default_model() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let tools = set("SIDECITE_TOOLS")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("sidecite")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/sidecite")))?;
    Some(tools.join("models/smollm2-135m-instruct.q4_1.gguf"))
}
