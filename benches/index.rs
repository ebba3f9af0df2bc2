//! The exact index and BM25 on this machine: `cargo bench --bench index`.
//!
//! Vectors are real MiniLM embeddings; `-- --write FILE` makes them from data/ir (the first 40 words of each text, the
//! questions first) for this bench and for benches/browser/index. `-- --vectors FILE` reads them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use sidecite::embed::{DIMENSIONS, Minilm, Scratch};
use sidecite::index::{Flat, Quantization, VectorIndex};
use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const COLLECTIONS: [&str; 6] = ["scifact", "cacm", "cranfield", "xquad-en", "xquad-de", "adi"];
const QUERIES: usize = 200;
const ROWS: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        arguments
            .iter()
            .position(|argument| argument == name)
            .and_then(|at| arguments.get(at + 1))
            .map(PathBuf::from)
    };
    if let Some(path) = value("--write") {
        write(&path);
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    dense(&value("--vectors").unwrap_or_else(|| root.join("target/bench-index/embeddings.f32")));
    lexical();
}

fn dense(path: &Path) {
    let Ok(bytes) = std::fs::read(path) else {
        eprintln!("skipped: {} not found (make it with -- --write FILE)", path.display());
        return;
    };
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    let (queries, rows) = numbers.split_at(QUERIES * DIMENSIONS);
    for quantization in [Quantization::Signed, Quantization::Offset] {
        let start = Instant::now();
        let mut index = Flat::with_coding(DIMENSIONS, quantization).unwrap();
        index.reserve(rows.len() / DIMENSIONS);
        for (key, row) in (0u32..).zip(rows.chunks_exact(DIMENSIONS)) {
            index.insert(key, row).unwrap();
        }
        let built = start.elapsed();
        let times = queries.chunks_exact(DIMENSIONS).map(|query| {
            let start = Instant::now();
            std::hint::black_box(index.nearest(query, 10, None).unwrap());
            start.elapsed()
        });
        println!(
            "Flat {quantization:?}: {} vectors in {built:.0?}, search p50 {:.0?}",
            index.len(),
            median(times)
        );
    }
}

fn lexical() {
    let (texts, queries) = texts();
    if texts.is_empty() {
        eprintln!("skipped: data/ir not found (set SIDECITE_DATA)");
        return;
    }
    let start = Instant::now();
    let mut index = Bm25::new();
    for (key, text) in (0u32..).zip(&texts) {
        index.insert(key, "", text);
    }
    let (built, bytes) = (start.elapsed(), texts.iter().map(String::len).sum::<usize>());
    let times = queries.iter().map(|query| {
        let start = Instant::now();
        std::hint::black_box(index.search(query, 100, Weighting::default(), None));
        start.elapsed()
    });
    let p50 = median(times);
    println!(
        "Bm25: {} texts, {:.1} MB in {built:.0?}, search p50 {p50:.0?}",
        index.len(),
        bytes as f64 / 1e6
    );
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// Documents and questions of all collections.
fn texts() -> (Vec<String>, Vec<String>) {
    let data = std::env::var("SIDECITE_DATA")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let read = |file: &str, name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(data.join("ir").join(name).join(file)).unwrap_or_default();
        let lines = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let field = |line: &serde_json::Value, key: &str| line[key].as_str().unwrap_or("").to_owned();
        lines
            .map(|line| format!("{} {}", field(&line, "title"), field(&line, "text")).trim().to_owned())
            .collect()
    };
    let all = |file: &str| -> Vec<String> {
        COLLECTIONS.iter().flat_map(|name| read(file, name)).filter(|text| !text.is_empty()).collect()
    };
    (all("corpus.jsonl"), all("queries.jsonl"))
}

fn write(path: &Path) {
    let (documents, queries) = texts();
    if documents.len() < ROWS || queries.len() < QUERIES {
        eprintln!("skipped: data/ir not found or too small (set SIDECITE_DATA)");
        std::process::exit(1);
    }
    let tools = std::env::var("SIDECITE_TOOLS")
        .or_else(|_| std::env::var("XDG_CACHE_HOME").map(|cache| format!("{cache}/sidecite")))
        .or_else(|_| std::env::var("HOME").map(|home| format!("{home}/.cache/sidecite")))
        .unwrap_or_default();
    let model = Path::new(&tools).join("models/minilm-l6-v2.int8.bin");
    let Ok(bytes) = std::fs::read(&model) else {
        eprintln!("skipped: {} not found", model.display());
        std::process::exit(1);
    };
    let model = Minilm::load(&bytes).expect("a model file");
    let words = |text: &String| text.split_whitespace().take(40).collect::<Vec<_>>().join(" ");
    // Every so many questions, so that each collection is asked about.
    let step = queries.len() / QUERIES;
    let mut inputs: Vec<String> = queries.iter().step_by(step).take(QUERIES).map(words).collect();
    inputs.extend(documents.iter().take(ROWS).map(words));
    let half = inputs.len().div_ceil(2);
    let parts: Vec<Vec<u8>> = std::thread::scope(|scope| {
        let model = &model;
        let workers: Vec<_> =
            inputs.chunks(half).map(|part| scope.spawn(move || embed(model, part))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    std::fs::write(path, parts.concat()).expect("a writable path");
    eprintln!("{} embeddings written to {}", inputs.len(), path.display());
}

fn embed(model: &Minilm, texts: &[String]) -> Vec<u8> {
    let mut scratch = Scratch::default();
    let mut bytes = Vec::with_capacity(texts.len() * DIMENSIONS * 4);
    for (at, batch) in texts.chunks(64).enumerate() {
        let inputs: Vec<&str> = batch.iter().map(String::as_str).collect();
        for vector in model.embed(&inputs, &mut scratch) {
            bytes.extend(vector.0.iter().flat_map(|number| number.to_le_bytes()));
        }
        if at.is_multiple_of(16) {
            eprintln!("{} of {}", at * 64, texts.len());
        }
    }
    bytes
}
