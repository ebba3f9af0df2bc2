//! `search DIR --mode dense|lexical|hybrid --k N`: ranks the documents of a test collection for its queries and
//! prints one JSON object with `nDCG@10`, `recall@10`, `recall@100`, `MRR@10`, `documents` and `queries`.
//!
//! `DIR` holds `corpus.jsonl {id, title, text}`, `queries.jsonl {id, text}` and `qrels.tsv` (query, document, grade;
//! TREC's four columns and a header line are understood too). The unit is the whole document, title before text;
//! the embedder reads its first 256 tokens. Queries without judgments are left out. Rankings are `max(k, 100)` deep,
//! so that recall@100 means the same for every `--k`.

use serde::Deserialize;
use sidecite::evaluate::ranking::{ndcg, recall, reciprocal_rank};
use sidecite::index::{Flat, VectorIndex};
use sidecite::lexical::{Bm25, LexicalIndex, Weighting};
use sidecite::retrieve::fuse;
use sidecite::types::{RetrievalMode, RetrievalSettings};
use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;

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
    let usage = "usage: search DIR [--mode dense|lexical|hybrid] [--k N] [--k1 X] [--b X] [--rrf-k X]";
    let mut settings = RetrievalSettings::default();
    let (mut folder, mut k) = (None, 10usize);
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
            "--k1" => settings.k1 = number()?,
            "--b" => settings.b = number()?,
            "--rrf-k" => settings.rrf_k = number()?,
            _ => return Err(format!("unknown option {argument}; {usage}")),
        }
    }
    let folder = folder.ok_or_else(|| usage.to_owned())?;
    sidecite::retrieve::validate(&settings).map_err(|error| error.to_string())?;
    Ok(Options { folder, settings, depth: k.max(100) })
}

fn run(options: &Options) -> Result<serde_json::Value, String> {
    let folder = Path::new(&options.folder);
    let corpus: Vec<Text> = json_lines(&folder.join("corpus.jsonl"))?;
    let judgments = judgments(&folder.join("qrels.tsv"))?;
    let mut queries: Vec<Text> = json_lines(&folder.join("queries.jsonl"))?;
    queries.retain(|query| judgments.contains_key(&query.id()));
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
        let start = std::time::Instant::now();
        for (key, text) in (0u32..).zip(&texts) {
            words.insert(key, text);
        }
        eprintln!("{} documents, {} terms indexed in {:?}", words.len(), words.terms(), start.elapsed());
    }
    let dense = if mode == RetrievalMode::Lexical { None } else { Some(dense(&texts, &questions)?) };

    let start = std::time::Instant::now();
    let mut rankings = Vec::with_capacity(questions.len());
    for (at, question) in questions.iter().enumerate() {
        let lexical = words.search(question, options.depth, Weighting { k1, b }, None);
        let neighbours = match &dense {
            Some((index, vectors)) => match vectors.get(at).and_then(Option::as_deref) {
                Some(vector) => {
                    index.search(vector, options.depth, None).map_err(|error| error.to_string())?
                }
                None => Vec::new(),
            },
            None => Vec::new(),
        };
        let ranked = fuse(&neighbours, &lexical, mode, rrf_k);
        let id = |key: u32| corpus.get(key as usize).map(Text::id);
        rankings.push(ranked.into_iter().take(options.depth).filter_map(|scored| id(scored.key)).collect());
    }
    eprintln!("{} queries answered in {:?}", questions.len(), start.elapsed());
    Ok(rankings)
}

fn dense(_texts: &[String], _questions: &[String]) -> Result<(Flat, Vec<Option<Vec<f32>>>), String> {
    Err("dense: wired below".to_owned())
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
