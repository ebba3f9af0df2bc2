//! `quantize MODEL.safetensors VOCAB.txt OUT`: makes the int8 embedder file from the f32 checkpoint.

use sidecite::messages::ENGLISH;
use std::fs;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("quantize: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let [weights, vocab, out] = arguments else {
        return Err("usage: quantize MODEL.safetensors VOCAB.txt OUT".to_owned());
    };
    let weights = fs::read(weights).map_err(|error| format!("{weights}: {error}"))?;
    let vocab = fs::read_to_string(vocab).map_err(|error| format!("{vocab}: {error}"))?;
    let file = sidecite::embed::quantize(&weights, &vocab).map_err(|error| ENGLISH.sentences(error))?;
    fs::write(out, &file).map_err(|error| format!("{out}: {error}"))?;
    Ok(format!("{out}: {} bytes, sha256 {}", file.len(), sidecite::types::sha256(&file)))
}
