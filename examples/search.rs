//! `search DIR --mode dense|lexical|hybrid --fusion rrf|convex|default --k N`: ranks the documents of a test collection for its queries and
//! prints one JSON object with `nDCG@10`, `recall@10`, `recall@100`, `MRR@10`, `documents` and `queries`.
//!
//! `DIR` holds `corpus.jsonl {id, title, text}`, `queries.jsonl {id, text}` and `qrels.tsv` (query, document, grade;
//! TREC's four columns and a header line are understood too). The unit is the whole document, title before text;
//! the embedder reads its first 256 tokens. Queries without judgments are left out. Rankings are `max(k, 100)` deep,
//! so that recall@100 means the same for every `--k`. Without options it retrieves as the page does.
//!
//! `--half 0|1` takes the queries whose id hashes (SHA-256, second byte) to an even or odd number: what is tuned on one half is
//! reported on the other.

use serde::Deserialize;
use sidecite::embed::{DIMENSIONS, Minilm, Scratch};
use sidecite::evaluate::ranking::{ndcg, recall, reciprocal_rank};
use sidecite::index::{Flat, VectorIndex};
use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
use sidecite::messages::ENGLISH;
use sidecite::retrieve::{Weights, dense_weight, fuse};
use sidecite::types::{RetrievalMode, RetrievalSettings, sha256};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const MODEL_FILE: &str = "minilm-l6-v2.int8.bin";

#[derive(Deserialize)]
struct Text {
    #[serde(alias = "_id")]
    id: serde_json::Value,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
}

impl Text {
    fn id(&self) -> String {
        self.id.as_str().map_or_else(|| self.id.to_string(), str::to_owned)
    }

    fn whole(&self) -> String {
        [self.title.as_deref(), self.text.as_deref()]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

struct Options {
    folder: String,
    settings: RetrievalSettings,
    depth: usize,
    half: Option<u8>,
}

type Judgments = HashMap<String, HashMap<String, i32>>;

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("search: {message}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let usage = "usage: search DIR [--mode dense|lexical|hybrid] [--fusion rrf|convex|default] [--half 0|1] [--k N] [--k1 X] [--b X] [--rrf-k X]";
    let mut settings = RetrievalSettings::default();
    let (mut folder, mut k, mut fusion, mut half) = (None, 10usize, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if !argument.starts_with("--") {
            folder = Some(argument);
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("{argument} needs a value; {usage}"))?;
        let number = || value.parse::<f32>().map_err(|_| format!("{argument} {value} is not a number"));
        match argument.as_str() {
            "--mode" => {
                settings.mode = RetrievalMode::from_name(&value)
                    .ok_or_else(|| format!("no mode {value}; use dense, lexical or hybrid"))?;
            }
            "--k" => {
                k = value
                    .parse()
                    .ok()
                    .filter(|k| *k > 0)
                    .ok_or_else(|| format!("--k {value} is not a count"))?;
            }
            "--fusion" => {
                let rrf = RetrievalMode::Rrf;
                let known =
                    [("rrf", rrf), ("convex", RetrievalMode::Hybrid), ("default", RetrievalMode::Hybrid)];
                let found = known.iter().find(|(name, _)| *name == value);
                fusion = Some(found.ok_or_else(|| format!("no fusion {value}; {usage}"))?.1);
            }
            "--half" => {
                half = Some(
                    value
                        .parse()
                        .ok()
                        .filter(|half| *half < 2)
                        .ok_or_else(|| format!("--half {value}; {usage}"))?,
                );
            }
            "--k1" => settings.k1 = number()?,
            "--b" => settings.b = number()?,
            "--rrf-k" => settings.rrf_k = number()?,
            _ => return Err(format!("unknown option {argument}; {usage}")),
        }
    }
    let folder = folder.ok_or_else(|| usage.to_owned())?;
    if let Some(fusion) = fusion.filter(|_| settings.mode == RetrievalMode::Hybrid) {
        settings.mode = fusion;
    }
    sidecite::retrieve::validate(&settings).map_err(|error| ENGLISH.sentences(error))?;
    Ok(Options { folder, settings, depth: k.max(100), half })
}

fn run(options: &Options) -> Result<serde_json::Value, String> {
    let folder = Path::new(&options.folder);
    let corpus: Vec<Text> = json_lines(&folder.join("corpus.jsonl"))?;
    let judgments = judgments(&folder.join("qrels.tsv"))?;
    let mut queries: Vec<Text> = json_lines(&folder.join("queries.jsonl"))?;
    queries.retain(|query| judgments.contains_key(&query.id()));
    if let Some(half) = options.half {
        queries.retain(|query| sha256(query.id().as_bytes()).0.get(1).is_some_and(|byte| byte % 2 == half));
    }
    if queries.is_empty() {
        return Err(format!("{}: no query has judgments", options.folder));
    }
    let rankings = rankings(options, &corpus, &queries)?;

    let mut sums = [0f64; 4];
    for (query, ranking) in queries.iter().zip(&rankings) {
        let Some(judged) = judgments.get(&query.id()) else { continue };
        let scores = [
            ndcg(ranking, judged, 10),
            recall(ranking, judged, 10),
            recall(ranking, judged, 100),
            reciprocal_rank(ranking, judged, 10),
        ];
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
    }
    let [ndcg, recall_10, recall_100, mrr] = sums.map(|sum| (sum / queries.len() as f64 * 1e5).round() / 1e5);
    Ok(serde_json::json!({
        "nDCG@10": ndcg,
        "recall@10": recall_10,
        "recall@100": recall_100,
        "MRR@10": mrr,
        "documents": corpus.len(),
        "queries": queries.len(),
    }))
}

/// Document ids for each query, best first.
fn rankings(options: &Options, corpus: &[Text], queries: &[Text]) -> Result<Vec<Vec<String>>, String> {
    let RetrievalSettings { mode, rrf_k, k1, b, .. } = options.settings;
    let texts: Vec<String> = corpus.iter().map(Text::whole).collect();
    let questions: Vec<String> = queries.iter().map(|query| query.text.clone().unwrap_or_default()).collect();

    let mut words = Bm25::new();
    if mode != RetrievalMode::Dense {
        let start = Instant::now();
        for (key, text) in (0u32..).zip(&texts) {
            words.insert(key, text);
        }
        eprintln!("{} documents, {} terms indexed in {:?}", words.len(), words.terms(), start.elapsed());
    }
    let dense = if mode == RetrievalMode::Lexical { None } else { Some(dense(&texts, &questions)?) };

    let start = Instant::now();
    let mut rankings = Vec::with_capacity(questions.len());
    for (at, question) in questions.iter().enumerate() {
        let lexical = words.search(question, options.depth, Weighting { k1, b }, None);
        let neighbours = match &dense {
            Some(Dense { index, questions, .. }) => match questions.get(at).and_then(Option::as_deref) {
                Some(vector) => {
                    index.nearest(vector, options.depth, None).map_err(|error| ENGLISH.sentences(error))?
                }
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let pieces = dense.as_ref().and_then(|dense| dense.pieces.get(at).copied());
        let weights = Weights { rrf_k, dense: dense_weight(question, pieces) };
        let ranked = fuse(&neighbours, &lexical, mode, weights);
        let id = |key: u32| corpus.get(key as usize).map(Text::id);
        rankings.push(ranked.into_iter().take(options.depth).filter_map(|scored| id(scored.key)).collect());
    }
    eprintln!("{} queries answered in {:?}", questions.len(), start.elapsed());
    Ok(rankings)
}

/// The documents' vectors, indexed, and the questions' vectors; `None` for what has no words.
struct Dense {
    index: Flat,
    questions: Vec<Option<Vec<f32>>>,
    /// Word pieces of each question.
    pieces: Vec<usize>,
}

fn dense(texts: &[String], questions: &[String]) -> Result<Dense, String> {
    let path = models_folder()?.join(MODEL_FILE);
    let bytes = std::fs::read(&path).map_err(|error| {
        format!(
            "{}: {error}; `cargo xtask serve` prepares the embedding model, or set SIDECITE_TOOLS",
            path.display()
        )
    })?;
    let model =
        Minilm::load(&bytes).map_err(|error| format!("{}: {}", path.display(), ENGLISH.sentences(error)))?;
    let mut index = Flat::new(DIMENSIONS).map_err(|error| ENGLISH.sentences(error))?;
    index.reserve(texts.len());
    for (key, vector) in (0u32..).zip(embed(&model, texts)) {
        if let Some(vector) = vector {
            index.insert(key, &vector).map_err(|error| ENGLISH.sentences(error))?;
        }
    }
    let pieces = questions.iter().map(|question| model.tokenizer().token_spans(question).len()).collect();
    Ok(Dense { index, questions: embed(&model, questions), pieces })
}

/// Embeds on two threads, longest texts first so that texts of a batch are alike in length.
fn embed(model: &Minilm, texts: &[String]) -> Vec<Option<Vec<f32>>> {
    const BATCH: usize = 32;
    const THREADS: usize = 2;
    let mut order: Vec<(usize, &String)> =
        texts.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()).collect();
    order.sort_by_key(|(_, text)| std::cmp::Reverse(text.len()));
    let batches: Vec<&[(usize, &String)]> = order.chunks(BATCH).collect();
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    let work = || {
        let (mut scratch, mut done) = (Scratch::default(), Vec::new());
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let inputs: Vec<&str> = batch.iter().map(|(_, text)| text.as_str()).collect();
            let vectors = model.embed(&inputs, &mut scratch);
            done.extend(batch.iter().map(|(at, _)| *at).zip(vectors));
            let taken = next.load(Ordering::Relaxed).min(batches.len());
            if taken.is_multiple_of(16) || taken == batches.len() {
                eprintln!(
                    "embedded {} of {} texts, {:.0?}",
                    (taken * BATCH).min(order.len()),
                    order.len(),
                    start.elapsed()
                );
            }
        }
        done
    };
    let mut vectors = vec![None; texts.len()];
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        for (at, vector) in workers.into_iter().filter_map(|worker| worker.join().ok()).flatten() {
            if let Some(slot) = vectors.get_mut(at) {
                *slot = Some(vector.0);
            }
        }
    });
    vectors
}

/// Where `cargo xtask` puts prepared models.
fn models_folder() -> Result<PathBuf, String> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("SIDECITE_TOOLS")
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("sidecite")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/sidecite")))
        .map(|tools| tools.join("models"))
        .ok_or_else(|| "neither SIDECITE_TOOLS, XDG_CACHE_HOME nor HOME is set".to_owned())
}

fn json_lines<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| format!("{}:{}: {error}", path.display(), at + 1))
        })
        .collect()
}

fn judgments(path: &Path) -> Result<Judgments, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut found = Judgments::new();
    for (at, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (query, document, grade) = match fields.as_slice() {
            [] => continue,
            [query, document, grade] | [query, _, document, grade] => (query, document, grade),
            _ => return Err(format!("{}:{}: not query, document, grade", path.display(), at + 1)),
        };
        match grade.parse::<f64>() {
            Ok(grade) => {
                found.entry((*query).to_owned()).or_default().insert((*document).to_owned(), grade as i32);
            }
            Err(_) if at == 0 => {} // the header
            Err(_) => {
                return Err(format!("{}:{}: the grade {grade} is not a number", path.display(), at + 1));
            }
        }
    }
    Ok(found)
}
