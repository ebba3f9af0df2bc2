//! The built-in chat model: file, tokenizer, forward pass, generation. A tiny model is made up here and computed a
//! second time in plain loops; the real one is compared with recorded results where its file is there.

use sidecite::kernel::q4::{Activations, Q4Matrix, Q8Matrix, Scratch, half};
use sidecite::local_model::tokenizer::Decoder;
use sidecite::local_model::{Cache, Error, Generation, Model, Step};
use sidecite::types::{ChatRequest, Message, Parameters, Role};
use std::collections::HashMap;

// ---- a made-up model ----

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    fn float(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }
}

const WIDTH: usize = 64;
const HEADS: usize = 4;
const KV_HEADS: usize = 2;
const HEAD: usize = 16;
const HIDDEN: usize = 96;
const LAYERS: usize = 2;

/// Halves that have few bits, so that writing them is easy: `mantissa / 1024 × 2^exponent`.
fn half_bytes(exponent: i32, mantissa: u16) -> [u8; 2] {
    (((exponent + 15) as u16) << 10 | mantissa & 0x3ff).to_le_bytes()
}

/// Random weights in the storage of GGML type `kind`.
fn weights(kind: u32, count: usize, random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    if kind == 0 {
        (0..count).for_each(|_| bytes.extend((random.float() * 0.3 + 1.0).to_le_bytes()));
        return bytes;
    }
    if kind == 1 {
        (0..count).for_each(|_| bytes.extend(half_bytes(-4, random.next() as u16)));
        return bytes;
    }
    for _ in 0..count / 32 {
        bytes.extend(half_bytes(if kind == 8 { -10 } else { -6 }, random.next() as u16));
        if kind == 3 {
            let mut minimum = half_bytes(-3, random.next() as u16);
            minimum[1] |= 0x80;
            bytes.extend(minimum);
        }
        (0..if kind == 8 { 32 } else { 16 }).for_each(|_| bytes.push(random.next() as u8));
    }
    bytes
}

fn widen(kind: u32, bytes: &[u8]) -> Vec<f32> {
    let mut out = Vec::new();
    match kind {
        0 => out.extend(bytes.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()))),
        1 => out.extend(bytes.chunks(2).map(|b| half(b).unwrap())),
        8 => bytes
            .chunks(34)
            .for_each(|b| out.extend(b[2..].iter().map(|q| f32::from(*q as i8) * half(&b[..2]).unwrap()))),
        _ => {
            let (size, head) = if kind == 3 { (20, 4) } else { (18, 2) };
            for b in bytes.chunks(size) {
                let d = half(&b[..2]).unwrap();
                let m = if kind == 3 { half(&b[2..4]).unwrap() } else { -8.0 * d };
                out.extend(b[head..].iter().map(|q| f32::from(q & 15) * d + m));
                out.extend(b[head..].iter().map(|q| f32::from(q >> 4) * d + m));
            }
        }
    }
    out
}

/// A GGUF file in the making.
#[derive(Default)]
struct File {
    keys: Vec<u8>,
    key_count: u64,
    table: Vec<u8>,
    data: Vec<u8>,
    tensors: HashMap<String, Vec<f32>>,
}

impl File {
    fn key(&mut self, key: &str, kind: u32, value: &[u8]) {
        self.keys.extend((key.len() as u64).to_le_bytes());
        self.keys.extend(key.as_bytes());
        self.keys.extend(kind.to_le_bytes());
        self.keys.extend(value);
        self.key_count += 1;
    }
    fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4, &value.to_le_bytes());
    }
    fn text(&mut self, key: &str, value: &str) {
        self.key(key, 8, &text(value));
    }
    fn texts(&mut self, key: &str, values: &[String]) {
        let mut bytes = 8u32.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| bytes.extend(text(value)));
        self.key(key, 9, &bytes);
    }
    fn tensor(&mut self, name: &str, kind: u32, rows: usize, columns: usize, random: &mut Random) {
        let bytes = weights(kind, rows * columns, random);
        self.table.extend(text(name));
        if rows == 1 {
            self.table.extend(1u32.to_le_bytes());
            self.table.extend((columns as u64).to_le_bytes());
        } else {
            self.table.extend(2u32.to_le_bytes());
            self.table.extend((columns as u64).to_le_bytes());
            self.table.extend((rows as u64).to_le_bytes());
        }
        self.table.extend(kind.to_le_bytes());
        self.table.extend((self.data.len() as u64).to_le_bytes());
        self.data.extend(&bytes);
        self.data.resize(self.data.len().next_multiple_of(32), 0);
        self.tensors.insert(name.to_owned(), widen(kind, &bytes));
    }
    fn bytes(&self) -> Vec<u8> {
        let mut all = b"GGUF".to_vec();
        all.extend(3u32.to_le_bytes());
        all.extend((self.tensors.len() as u64).to_le_bytes());
        all.extend(self.key_count.to_le_bytes());
        all.extend(&self.keys);
        all.extend(&self.table);
        all.resize(all.len().next_multiple_of(32), 0);
        all.extend(&self.data);
        all
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// A model of two layers whose matrices have GGML type `kind`.
fn tiny(kind: u32) -> File {
    let (mut file, mut random) = (File::default(), Random(7));
    file.text("general.architecture", "llama");
    for (key, value) in [
        ("block_count", LAYERS),
        ("embedding_length", WIDTH),
        ("feed_forward_length", HIDDEN),
        ("attention.head_count", HEADS),
        ("attention.head_count_kv", KV_HEADS),
        ("rope.dimension_count", HEAD),
        ("context_length", 256),
    ] {
        file.number(&format!("llama.{key}"), value as u32);
    }
    file.key("llama.attention.layer_norm_rms_epsilon", 6, &1e-5f32.to_le_bytes());
    file.key("llama.rope.freq_base", 6, &1000f32.to_le_bytes());
    file.text("tokenizer.ggml.model", "gpt2");
    file.text("tokenizer.ggml.pre", "smollm");
    let mut tokens: Vec<String> = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(str::to_owned).to_vec();
    let mut next = 0x100;
    for byte in 0..=255u8 {
        let shown = match byte {
            b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => char::from(byte),
            _ => {
                next += 1;
                char::from_u32(next - 1).unwrap()
            }
        };
        tokens.push(shown.to_string());
    }
    tokens.extend(["he", "ll", "hell"].map(str::to_owned));
    let mut kinds = 5u32.to_le_bytes().to_vec();
    kinds.extend((tokens.len() as u64).to_le_bytes());
    (0..tokens.len()).for_each(|at| kinds.extend(if at < 3 { 3i32 } else { 1 }.to_le_bytes()));
    file.texts("tokenizer.ggml.tokens", &tokens);
    file.key("tokenizer.ggml.token_type", 9, &kinds);
    file.texts("tokenizer.ggml.merges", &["h e", "l l", "he ll"].map(str::to_owned));
    file.number("tokenizer.ggml.eos_token_id", 2);
    file.tensor("token_embd.weight", 8, tokens.len(), WIDTH, &mut random);
    for layer in 0..LAYERS {
        let mut add = |name: &str, kind, rows, columns| {
            file.tensor(&format!("blk.{layer}.{name}.weight"), kind, rows, columns, &mut random);
        };
        add("attn_norm", 0, 1, WIDTH);
        add("attn_q", kind, WIDTH, WIDTH);
        add("attn_k", kind, KV_HEADS * HEAD, WIDTH);
        add("attn_v", kind, KV_HEADS * HEAD, WIDTH);
        add("attn_output", kind, WIDTH, WIDTH);
        add("ffn_norm", 0, 1, WIDTH);
        add("ffn_gate", kind, HIDDEN, WIDTH);
        add("ffn_up", kind, HIDDEN, WIDTH);
        add("ffn_down", kind, WIDTH, HIDDEN);
    }
    file.tensor("output_norm.weight", 0, 1, WIDTH, &mut random);
    file
}

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

fn logits(model: &mut Model, slices: &[&[u32]]) -> Vec<f64> {
    let mut cache = Cache::new(model.config(), 64);
    let mut last = vec![];
    for slice in slices {
        last = model.forward(slice, &mut cache, true).iter().map(|x| f64::from(*x)).collect();
    }
    last
}

fn request(content: &str, parameters: Parameters) -> ChatRequest {
    let messages = vec![Message { role: Role::User, content: content.to_owned() }];
    ChatRequest { model: "tiny".to_owned(), messages, parameters, ..ChatRequest::default() }
}

fn run(model: &mut Model, request: &ChatRequest) -> (String, String) {
    let mut generation = Generation::start(model, request).unwrap();
    let (mut text, mut read) = (String::new(), 0);
    loop {
        match generation.step(model) {
            Step::Prefilling { done, total } => {
                assert!(done > read && done <= total);
                read = done;
            }
            Step::Text(delta) => text.push_str(&delta),
            Step::Done { finish_reason, usage } => {
                assert_eq!(usage.input_tokens, Some(u64::from(read)));
                assert_eq!(
                    generation.step(model),
                    Step::Done { finish_reason: finish_reason.clone(), usage }
                );
                return (text, finish_reason);
            }
        }
    }
}

// ---- forward pass ----

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

// ---- kernels ----

#[test]
fn twins_agree_exactly_on_integers() {
    let mut random = Random(3);
    for (rows, columns, tokens) in
        [(8, 32, 1), (24, 576, 5), (13, 96, 2), (192, 576, 3), (576, 1536, 4), (1, 64, 1)]
    {
        // Scale 1, minimum 0 and activations of whole numbers up to 127: every result is a whole number.
        let mut bytes = vec![];
        for _ in 0..rows * columns / 32 {
            bytes.extend([0x00, 0x3c, 0, 0]);
            (0..16).for_each(|_| bytes.push(random.next() as u8));
        }
        let matrix = Q4Matrix::from_q4_1(rows, columns, &bytes).unwrap();
        let wide = widen(3, &bytes);
        let mut values: Vec<f32> =
            (0..tokens * columns).map(|_| (random.next() % 255) as f32 - 127.0).collect();
        values.iter_mut().step_by(32).for_each(|value| *value = 127.0);
        let (mut activations, mut scratch) = (Activations::default(), Scratch::default());
        activations.set(&values, columns);
        let (mut fast, mut plain) = (vec![0.0; tokens * rows], vec![1.0; tokens * rows]);
        matrix.multiply(&activations, &mut scratch, &mut fast);
        matrix.multiply_portable(&activations, &mut scratch, &mut plain);
        assert_eq!(fast, plain);
        for (token, out) in values.chunks(columns).zip(fast.chunks(rows)) {
            for (row, out) in wide.chunks(columns).zip(out) {
                assert_eq!(row.iter().zip(token).map(|(a, b)| a * b).sum::<f32>(), *out);
            }
        }
    }
}

#[test]
fn fine_activations_are_finer() {
    let (mut random, mut scratch, mut activations) = (Random(9), Scratch::default(), Activations::default());
    let bytes = weights(3, 64 * 64, &mut random);
    let matrix = Q4Matrix::from_q4_1(64, 64, &bytes).unwrap();
    let values: Vec<f32> = (0..64).map(|_| random.float()).collect();
    let exact: Vec<f32> =
        widen(3, &bytes).chunks(64).map(|row| row.iter().zip(&values).map(|(a, b)| a * b).sum()).collect();
    let error = |out: &[f32]| out.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0f32, f32::max);
    let mut once = vec![0.0; 64];
    activations.set(&values, 64);
    matrix.multiply(&activations, &mut scratch, &mut once);
    let mut twice = vec![0.0; 128];
    activations.set_fine(&values, 64);
    matrix.multiply(&activations, &mut scratch, &mut twice);
    let sum: Vec<f32> = (0..64).map(|at| twice[at] + twice[at + 64]).collect();
    assert!(error(&sum) * 20.0 < error(&once), "{} {}", error(&sum), error(&once));
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    assert!(Q4Matrix::from_q4_1(8, 32, &[0; 159]).is_none());
    assert!(Q4Matrix::from_q4_1(8, 33, &[0; 160]).is_none());
    assert!(Q4Matrix::from_q4_0(0, 32, &[]).is_none());
    assert!(Q8Matrix::from_q8_0(usize::MAX, 64, &[0; 34]).is_none());
    assert!(Q8Matrix::from_f32(1, 32, &[0.0; 31]).is_none());
    let matrix = Q4Matrix::from_q4_1(8, 32, &[0; 160]).unwrap();
    let mut out = [5.0; 7];
    let mut activations = Activations::default();
    activations.set(&[1.0; 32], 32);
    matrix.multiply(&activations, &mut Scratch::default(), &mut out);
    assert_eq!(out, [5.0; 7]);
}

#[test]
fn halves() {
    for (bits, value) in [
        (0x3c00u16, 1.0),
        (0xc000, -2.0),
        (0x7bff, 65504.0),
        (0x0001, 5.960_464_5e-8),
        (0x8000, -0.0),
        (0x7c00, f32::INFINITY),
    ] {
        assert_eq!(half(&bits.to_le_bytes()), Some(value));
    }
    assert!(half(&0x7e00u16.to_le_bytes()).unwrap().is_nan());
}

// ---- file ----

#[test]
fn a_damaged_file_is_an_error_and_nothing_worse() {
    let whole = tiny(3).bytes();
    let mut random = Random(11);
    for length in (0..whole.len()).step_by(97).chain(0..64) {
        assert!(Model::load(whole[..length].to_vec()).is_err(), "cut to {length}");
    }
    let header = whole.len() - tiny(3).data.len();
    for _ in 0..3000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + random.next() % 4 {
            let at = random.next() as usize % header;
            bytes[at] = if random.next().is_multiple_of(2) { 0xff } else { random.next() as u8 };
        }
        match Model::load(bytes) {
            Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
            Ok(mut model) => {
                if let Ok(mut generation) = Generation::start(
                    &model,
                    &request("hi", Parameters { max_tokens: Some(1), ..Parameters::default() }),
                ) {
                    (0..4).for_each(|_| drop(generation.step(&mut model)));
                }
            }
        }
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let load = |bytes: Vec<u8>| Model::load(bytes).err().unwrap();
    assert_eq!(load(b"PK\x03\x04 not a model".to_vec()), Error::NotGguf);
    assert_eq!(load(b"GGUF\x01\0\0\0".to_vec()), Error::Version { version: 1 });
    let mut huge = b"GGUF\x03\0\0\0".to_vec();
    huge.extend(u64::MAX.to_le_bytes());
    huge.extend(u64::MAX.to_le_bytes());
    assert!(matches!(load(huge), Error::Truncated { .. }));
    let mut other = tiny(3);
    other.text("general.architecture", "bert");
    assert!(matches!(load(other.bytes()), Error::Unsupported { .. }));
    let mut split = tiny(3);
    split.text("tokenizer.ggml.pre", "llama-bpe");
    assert!(matches!(load(split.bytes()), Error::Unsupported { .. }));
    let mut kinds = tiny(3);
    kinds.number("llama.feed_forward_length", 128);
    assert!(matches!(load(kinds.bytes()), Error::Malformed { .. }));
}

// ---- tokenizer ----

#[test]
fn merges_in_the_order_of_training_and_never_makes_special_tokens() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    let encode = |text: &str| {
        let mut tokens = vec![];
        model.tokenizer().encode(text, &mut tokens);
        tokens
    };
    assert_eq!(encode("hello"), [261, 3 + u32::from(b'o')]);
    assert_eq!(encode("<|im_start|>").len(), 12);
    assert!(encode("<|im_start|>system\n<|im_end|><|endoftext|>").iter().all(|token| *token > 2));
    assert_eq!(model.count_tokens("hello"), 2);
    let text = "héllo 日本 \u{1f600}\n";
    let bytes: Vec<u8> =
        encode(text).iter().flat_map(|token| model.tokenizer().bytes_of(*token).to_vec()).collect();
    assert_eq!(String::from_utf8(bytes).unwrap(), text);
    assert_eq!(model.tokenizer().bytes_of(u32::MAX), b"");
}

#[test]
fn a_megabyte_without_a_space_is_encoded_in_time() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    assert_eq!(model.count_tokens(&"hell".repeat(250_000)), 250_000);
}

#[test]
fn decoding_never_gives_half_a_character() {
    let text = "aé日\u{1f600}z";
    for size in 1..=5 {
        let mut decoder = Decoder::default();
        let pieces: Vec<String> = text.as_bytes().chunks(size).map(|chunk| decoder.push(chunk)).collect();
        assert_eq!(pieces.concat() + &decoder.finish(), text);
    }
    let mut decoder = Decoder::default();
    assert_eq!(decoder.push(b"a\xffb\xe6\x97"), "a\u{fffd}b");
    assert_eq!(decoder.push(b"x"), "\u{fffd}x");
    assert_eq!(decoder.push(b"\xf0\x9f"), "");
    assert_eq!(decoder.finish(), "\u{fffd}");
}

// ---- generation ----

#[test]
fn generation_is_deterministic_and_ends() {
    let mut model = Model::load(tiny(3).bytes()).unwrap();
    let parameters =
        |temperature, seed| Parameters { max_tokens: Some(20), temperature, seed, ..Parameters::default() };
    let greedy = run(&mut model, &request("hello", parameters(None, None)));
    assert_eq!(greedy, run(&mut model, &request("hello", parameters(Some(0.0), Some(5)))));
    let drawn = run(&mut model, &request("hello", parameters(Some(1.5), Some(5))));
    assert_eq!(drawn, run(&mut model, &request("hello", parameters(Some(1.5), Some(5)))));
    let others: Vec<_> =
        (6..12).map(|seed| run(&mut model, &request("hello", parameters(Some(1.5), Some(seed))))).collect();
    assert!(others.iter().any(|other| *other != drawn));
    let one = Parameters { top_p: Some(0.0), ..parameters(Some(1.5), Some(5)) };
    assert_eq!(run(&mut model, &request("hello", one)), greedy);
}

#[test]
fn a_last_message_of_the_assistant_is_continued() {
    let mut model = Model::load(tiny(3).bytes()).unwrap();
    let mut request = request("hello", Parameters { max_tokens: Some(12), ..Parameters::default() });
    request.messages.push(Message { role: Role::Assistant, content: "he said: ".to_owned() });
    assert!(run(&mut model, &request).0.starts_with("he said: "));
}

#[test]
fn a_prompt_that_is_too_long_is_refused_with_numbers() {
    let model = Model::load(tiny(3).bytes()).unwrap();
    let error = Generation::start(&model, &request(&"x".repeat(400), Parameters::default())).err().unwrap();
    assert!(matches!(error, Error::PromptTooLong { tokens, limit: 192 } if tokens > 400), "{error}");
    let nothing = ChatRequest { messages: vec![], ..request("", Parameters::default()) };
    assert_eq!(Generation::start(&model, &nothing).err(), Some(Error::NoMessages));
}

// ---- the real model ----

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
    for row in rows(include_str!("../data/smollm2_tokens.json")) {
        let text = row["text"].as_str().unwrap();
        let expected: Vec<u32> =
            row["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect();
        assert_eq!(encode(&model, text), expected, "{text:?}");
    }
    // Made with a NumPy forward pass in f32 over the dequantised weights: every 512th logit, and greedy tokens.
    for row in rows(include_str!("../data/smollm2_logits.json")) {
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
