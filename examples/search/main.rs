//! `search DIR --mode dense|lexical|hybrid --fusion rrf|convex|default --k N`: ranks the documents of a test collection for its queries and
//! prints one JSON object with `nDCG@10`, `recall@10`, `recall@100`, `MRR@10`, `documents` and `queries`.
//!
//! `DIR` holds `corpus.jsonl {id, title, text}`, `queries.jsonl {id, text}` and `qrels.tsv` (query, document, grade;
//! TREC's four columns and a header line are understood too). The unit is the whole document, title before text;
//! the embedder reads its first 256 tokens. Queries without judgments are left out. Rankings are `max(k, 100)` deep,
//! so that recall@100 means the same for every `--k`. Without options it retrieves as the page does.
//!
//! `--rerank local` puts the first 50 into the order of late interaction; the object then has the figures without it too (`before`) and
//! the probability that the difference in nDCG@10 is chance (`p`, two-sided paired randomization test).
//!
//! `--index hnsw|instant` looks meanings up in a graph; the object then has `recall_vs_exact`, recall@10 against the exact index over the
//! queries, and standard error says how long building took.
//!
//! `--half 0|1` takes the queries whose id hashes (SHA-256, second byte) to an even or odd number: what is tuned on one half is
//! reported on the other.

mod collection;
mod graph;
mod late;

use collection::{Text, json_lines, judgments};
use graph::Compared;
use late::Late;
use sidecite::embed::{DIMENSIONS, Minilm, Scratch};
use sidecite::evaluate::ranking::{ndcg, recall, reciprocal_rank};
use sidecite::evaluate::significance::randomization_test;
use sidecite::index::{Flat, VectorIndex};
use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
use sidecite::messages::ENGLISH;
use sidecite::retrieve::{ScoredKey, Weights, dense_weight, fuse, late_weight, rerank_late};
use sidecite::types::{RetrievalMode, RetrievalSettings, sha256};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Candidates that the local reranker reads.
const RERANKED: usize = 50;
/// Of the randomization test; printed with its result.
const SEED: u64 = 2026;
const MODEL_FILE: &str = "minilm-l6-v2.int8.bin";

struct Options {
    folder: String,
    settings: RetrievalSettings,
    depth: usize,
    half: Option<u8>,
    /// Whether late interaction orders the first candidates.
    rerank: bool,
}

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
    let usage = "usage: search DIR [--mode dense|lexical|hybrid] [--fusion rrf|convex|default] [--rerank local] [--index exact|hnsw|instant] [--half 0|1] [--k N] [--k1 X] [--b X] [--rrf-k X] [--title-weight X] [--dense-weight X]";
    let mut settings = RetrievalSettings::default();
    let (mut folder, mut k, mut fusion, mut half, mut rerank) = (None, 10usize, None, None, false);
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
            "--index" => {
                settings.engine =
                    graph::engine(&value).ok_or_else(|| format!("no index {value}; {usage}"))?;
            }
            "--rerank" if value == "local" => rerank = true,
            "--rerank" => return Err(format!("no reranker {value}; {usage}")),
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
            "--title-weight" => settings.title_weight = number()?,
            "--dense-weight" => settings.dense_weight = Some(number()?),
            "--rrf-k" => settings.rrf_k = number()?,
            _ => return Err(format!("unknown option {argument}; {usage}")),
        }
    }
    let folder = folder.ok_or_else(|| usage.to_owned())?;
    if let Some(fusion) = fusion {
        if settings.mode != RetrievalMode::Hybrid {
            return Err(format!("--fusion joins two rankings, and --mode {} has one", settings.mode.name()));
        }
        settings.mode = fusion;
    }
    sidecite::retrieve::validate(&settings).map_err(|error| ENGLISH.sentences(error))?;
    Ok(Options { folder, settings, depth: k.max(100), half, rerank })
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
    let Rankings { before, after, recall_vs_exact } = rankings(options, &corpus, &queries)?;
    let scores = |rankings: &[Vec<String>]| -> Vec<[f64; 4]> {
        let scored = queries.iter().zip(rankings).filter_map(|(query, ranking)| {
            let judged = judgments.get(&query.id())?;
            Some([
                ndcg(ranking, judged, 10),
                recall(ranking, judged, 10),
                recall(ranking, judged, 100),
                reciprocal_rank(ranking, judged, 10),
            ])
        });
        scored.collect()
    };
    let (before, after) = (scores(&before), after.as_deref().map(scores));
    let mut report = means(after.as_ref().unwrap_or(&before));
    report.insert("documents".to_owned(), corpus.len().into());
    report.insert("queries".to_owned(), queries.len().into());
    if let Some(recall) = recall_vs_exact {
        report.insert("recall_vs_exact".to_owned(), recall.into());
    }
    if let Some(after) = after {
        let first = |scores: &[[f64; 4]]| -> Vec<f64> { scores.iter().map(|[ndcg, ..]| *ndcg).collect() };
        report.insert("before".to_owned(), means(&before).into());
        let p = randomization_test(&first(&after), &first(&before), SEED);
        report.insert("p".to_owned(), p.into());
        report.insert("seed".to_owned(), SEED.into());
    }
    Ok(report.into())
}

fn means(scores: &[[f64; 4]]) -> serde_json::Map<String, serde_json::Value> {
    let mut sums = [0f64; 4];
    for scores in scores {
        sums.iter_mut().zip(scores).for_each(|(sum, score)| *sum += score);
    }
    let mean = |sum: f64| (sum / scores.len().max(1) as f64 * 1e5).round() / 1e5;
    let names = ["nDCG@10", "recall@10", "recall@100", "MRR@10"];
    names.into_iter().zip(sums).map(|(name, sum)| (name.to_owned(), mean(sum).into())).collect()
}

/// Document ids for each query, best first, and the same reranked where that is asked for; a graph's recall against the exact index.
struct Rankings {
    before: Vec<Vec<String>>,
    after: Option<Vec<Vec<String>>>,
    recall_vs_exact: Option<f64>,
}

fn rankings(options: &Options, corpus: &[Text], queries: &[Text]) -> Result<Rankings, String> {
    let RetrievalSettings { mode, rrf_k, k1, b, title_weight: title, .. } = options.settings;
    let texts: Vec<String> = corpus.iter().map(Text::whole).collect();
    let questions: Vec<String> = queries.iter().map(|query| query.text.clone().unwrap_or_default()).collect();

    let mut words = Bm25::new();
    if mode != RetrievalMode::Dense || options.rerank {
        let start = Instant::now();
        for (key, text) in (0u32..).zip(corpus) {
            words.insert(key, text.title(), text.body());
        }
        eprintln!("{} documents, {} terms indexed in {:?}", words.len(), words.terms(), start.elapsed());
    }
    let needs_model = mode != RetrievalMode::Lexical || options.rerank;
    let model = if needs_model { Some(load_model()?) } else { None };
    let dense = match &model {
        Some(model) if mode != RetrievalMode::Lexical => Some(dense(model, &texts, &questions)?),
        _ => None,
    };
    let mut graph = dense.as_ref().and_then(|Dense { index, .. }| {
        Compared::build(options.settings.engine, index, u32::try_from(texts.len()).ok()?)
    });
    let mut late = model.as_ref().filter(|_| options.rerank).map(|model| Late::new(model, &texts));

    let start = Instant::now();
    let mut found =
        Rankings { before: Vec::new(), after: options.rerank.then(Vec::new), recall_vs_exact: None };
    for (at, question) in questions.iter().enumerate() {
        let lexical = words.search(question, options.depth, Weighting { k1, b, title }, None);
        let neighbours = match &dense {
            Some(Dense { index, questions }) => match questions.get(at).and_then(Option::as_deref) {
                Some(vector) => match &mut graph {
                    Some(graph) => graph.nearest(index, vector, options.depth),
                    None => index.nearest(vector, options.depth, None),
                }
                .map_err(|error| ENGLISH.sentences(error))?,
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let pieces = model.as_ref().map(|model| model.tokenizer().token_spans(question).len());
        let weights =
            Weights { rrf_k, dense: options.settings.dense_weight.unwrap_or(dense_weight(question, pieces)) };
        let mut ranked = fuse(&neighbours, &lexical, mode, weights);
        ranked.truncate(options.depth);
        let ids = |ranked: &[ScoredKey]| {
            ranked.iter().filter_map(|scored| corpus.get(scored.key as usize).map(Text::id)).collect()
        };
        found.before.push(ids(&ranked));
        if let (Some(after), Some(late)) = (&mut found.after, &mut late) {
            let first = ranked.len().min(RERANKED);
            let candidates = ranked.get_mut(..first).unwrap_or_default();
            let scores = late.scores(question, candidates, &words);
            rerank_late(candidates, &scores, late_weight(question, pieces));
            after.push(ids(&ranked));
        }
    }
    found.recall_vs_exact = graph.as_ref().map(Compared::recall);
    eprintln!("{} queries answered in {:?}", questions.len(), start.elapsed());
    Ok(found)
}

/// The documents' vectors, indexed, and the questions' vectors; `None` for what has no words.
struct Dense {
    index: Flat,
    questions: Vec<Option<Vec<f32>>>,
}

fn load_model() -> Result<Minilm, String> {
    let path = models_folder()?.join(MODEL_FILE);
    let bytes = std::fs::read(&path).map_err(|error| {
        format!(
            "{}: {error}; `cargo xtask serve` prepares the embedding model, or set SIDECITE_TOOLS",
            path.display()
        )
    })?;
    Minilm::load(&bytes).map_err(|error| format!("{}: {}", path.display(), ENGLISH.sentences(error)))
}

fn dense(model: &Minilm, texts: &[String], questions: &[String]) -> Result<Dense, String> {
    let mut index = Flat::new(DIMENSIONS).map_err(|error| ENGLISH.sentences(error))?;
    index.reserve(texts.len());
    for (key, vector) in (0u32..).zip(embed(model, texts)) {
        if let Some(vector) = vector {
            index.insert(key, &vector).map_err(|error| ENGLISH.sentences(error))?;
        }
    }
    Ok(Dense { index, questions: embed(model, questions) })
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
