//! The forward pass against a second computation in plain loops; the real model against recorded results.

use super::tiny::*;
use sidecite::local_model::{Cache, Model};

/// The forward pass written a second time, in f64 and plain loops.
fn reference(file: &File, tokens: &[u32]) -> Vec<f64> {
    let get = |name: &str| -> Vec<f64> { file.tensors[name].iter().map(|x| f64::from(*x)).collect() };
    let times = |matrix: &[f64], x: &[f64]| -> Vec<f64> {
        matrix.chunks(x.len()).map(|row| row.iter().zip(x).map(|(a, b)| a * b).sum()).collect()
    };
    let norm = |x: &[f64], gain: &[f64]| -> Vec<f64> {
        let scale = (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64 + 1e-5).sqrt();
        x.iter().zip(gain).map(|(x, g)| x / scale * g).collect()
    };
    let rotate = |x: &mut [f64], position: usize| {
        for head in x.chunks_mut(HEAD) {
            for pair in 0..HEAD / 2 {
                let angle = position as f64 * 1000f64.powf(-2.0 * pair as f64 / HEAD as f64);
                let (a, b) = (head[2 * pair], head[2 * pair + 1]);
                head[2 * pair] = a * angle.cos() - b * angle.sin();
                head[2 * pair + 1] = a * angle.sin() + b * angle.cos();
            }
        }
    };
    let embedding = get("token_embd.weight");
    let mut xs: Vec<Vec<f64>> =
        tokens.iter().map(|t| embedding[*t as usize * WIDTH..][..WIDTH].to_vec()).collect();
    for layer in 0..LAYERS {
        let get = |name: &str| get(&format!("blk.{layer}.{name}.weight"));
        let (mut keys, mut values) = (vec![], vec![]);
        for (position, x) in xs.iter_mut().enumerate() {
            let h = norm(x, &get("attn_norm"));
            let (mut q, mut k) = (times(&get("attn_q"), &h), times(&get("attn_k"), &h));
            rotate(&mut q, position);
            rotate(&mut k, position);
            keys.push(k);
            values.push(times(&get("attn_v"), &h));
            let mut attended = vec![];
            for (head, q) in q.chunks(HEAD).enumerate() {
                let at = head / (HEADS / KV_HEADS) * HEAD;
                let scores: Vec<f64> = keys
                    .iter()
                    .map(|k: &Vec<f64>| {
                        let dot: f64 = q.iter().zip(&k[at..]).map(|(a, b)| a * b).sum();
                        (dot / (HEAD as f64).sqrt()).exp()
                    })
                    .collect();
                let total: f64 = scores.iter().sum();
                attended
                    .extend((0..HEAD).map(|d| {
                        scores.iter().zip(&values).map(|(s, v)| s / total * v[at + d]).sum::<f64>()
                    }));
            }
            times(&get("attn_output"), &attended).iter().zip(x.iter_mut()).for_each(|(y, x)| *x += y);
            let h = norm(x, &get("ffn_norm"));
            let (gate, up) = (times(&get("ffn_gate"), &h), times(&get("ffn_up"), &h));
            let inner: Vec<f64> = gate.iter().zip(up).map(|(g, u)| g / (1.0 + (-g).exp()) * u).collect();
            times(&get("ffn_down"), &inner).iter().zip(x.iter_mut()).for_each(|(y, x)| *x += y);
        }
    }
    times(&embedding, &norm(xs.last().unwrap(), &get("output_norm.weight")))
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn forward_pass_agrees_with_plain_loops_in_every_storage() {
    for (kind, least) in [(3, 0.999), (2, 0.999), (8, 0.9999), (1, 0.9999)] {
        let file = tiny(kind);
        let mut model = Model::load(file.bytes()).unwrap();
        let tokens = [1, 80, 90, 100, 2, 13, 258, 44, 45, 46, 47, 200];
        let expected = reference(&file, &tokens);
        let found = logits(&mut model, &[&tokens]);
        assert!(cosine(&found, &expected) > least, "type {kind}: {}", cosine(&found, &expected));
        // Slices and single tokens give what the whole gives.
        let sliced = logits(&mut model, &[&tokens[..5], &tokens[5..11], &tokens[11..]]);
        assert!(cosine(&found, &sliced) > 0.999_999);
    }
}

#[test]
fn a_full_cache_reads_nothing() {
    let mut model = Model::load(tiny(3).bytes()).unwrap();
    let mut cache = Cache::new(model.config(), 2);
    assert!(model.forward(&[1, 2, 3], &mut cache, true).is_empty());
    assert!(!model.forward(&[1, 99_999], &mut cache, true).is_empty());
    assert_eq!((cache.len(), model.forward(&[1], &mut cache, true).len()), (2, 0));
}

fn real() -> Option<Model> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let tools = set("SIDECITE_TOOLS")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| format!("{cache}/sidecite")))
        .or_else(|| set("HOME").map(|home| format!("{home}/.cache/sidecite")))?;
    let path = format!("{tools}/models/smollm2-135m-instruct.q4_1.gguf");
    match std::fs::read(&path) {
        Ok(bytes) => Some(Model::load(bytes).unwrap()),
        Err(_) => {
            eprintln!("skipped: {path} not found");
            None
        }
    }
}

#[test]
fn real_tokens_and_logits_are_the_recorded_ones() {
    let Some(mut model) = real() else { return };
    let rows = |text: &str| -> Vec<serde_json::Value> { serde_json::from_str(text).unwrap() };
    let encode = |model: &Model, text: &str| {
        let mut tokens = vec![];
        model.tokenizer().encode(text, &mut tokens);
        tokens
    };
    // Made with Hugging Face's tokenizers and equal in llama.cpp.
    for row in rows(include_str!("../../data/smollm2_tokens.json")) {
        let text = row["text"].as_str().unwrap();
        let expected: Vec<u32> =
            row["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
        assert_eq!(encode(&model, text), expected, "{text:?}");
    }
    // Made with a NumPy forward pass in f32 over the dequantised weights: every 512th logit, and greedy tokens.
    for row in rows(include_str!("../../data/smollm2_logits.json")) {
        let text = row["text"].as_str().unwrap();
        let tokens = encode(&model, text);
        let mut cache = Cache::new(model.config(), tokens.len() + 8);
        let mut found = model.forward(&tokens, &mut cache, true).to_vec();
        let sample: Vec<f64> = found.iter().step_by(512).map(|x| f64::from(*x)).collect();
        let expected: Vec<f64> =
            row["logits"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
        assert!(cosine(&sample, &expected) > 0.999, "{text}: {}", cosine(&sample, &expected));
        for expected in row["greedy"].as_array().unwrap() {
            let best = (0..found.len()).max_by(|a, b| found[*a].total_cmp(&found[*b])).unwrap();
            assert_eq!(best as u64, expected.as_u64().unwrap(), "{text}");
            found = model.forward(&[best as u32], &mut cache, true).to_vec();
        }
    }
}
