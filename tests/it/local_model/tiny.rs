//! A tiny random model in a file of its own, in each storage; the helpers that ask it.

use sidecite::kernel::q4::half;
use sidecite::local_model::{Cache, Generation, Model, Step};
use sidecite::types::{ChatRequest, Message, Parameters, Role};
use std::collections::HashMap;

pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }
    pub fn float(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }
}

pub const WIDTH: usize = 64;

pub const HEADS: usize = 4;

pub const KV_HEADS: usize = 2;

pub const HEAD: usize = 16;

pub const HIDDEN: usize = 96;

pub const LAYERS: usize = 2;

/// Halves that have few bits, so that writing them is easy: `mantissa / 1024 × 2^exponent`.
pub fn half_bytes(exponent: i32, mantissa: u16) -> [u8; 2] {
    (((exponent + 15) as u16) << 10 | mantissa & 0x3ff).to_le_bytes()
}

/// Random weights in the storage of GGML type `kind`.
pub fn weights(kind: u32, count: usize, random: &mut Random) -> Vec<u8> {
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

pub fn widen(kind: u32, bytes: &[u8]) -> Vec<f32> {
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
pub struct File {
    pub keys: Vec<u8>,
    pub key_count: u64,
    pub table: Vec<u8>,
    pub data: Vec<u8>,
    pub tensors: HashMap<String, Vec<f32>>,
}

impl File {
    pub fn key(&mut self, key: &str, kind: u32, value: &[u8]) {
        self.keys.extend((key.len() as u64).to_le_bytes());
        self.keys.extend(key.as_bytes());
        self.keys.extend(kind.to_le_bytes());
        self.keys.extend(value);
        self.key_count += 1;
    }
    pub fn number(&mut self, key: &str, value: u32) {
        self.key(key, 4, &value.to_le_bytes());
    }
    pub fn text(&mut self, key: &str, value: &str) {
        self.key(key, 8, &text(value));
    }
    pub fn texts(&mut self, key: &str, values: &[String]) {
        let mut bytes = 8u32.to_le_bytes().to_vec();
        bytes.extend((values.len() as u64).to_le_bytes());
        values.iter().for_each(|value| bytes.extend(text(value)));
        self.key(key, 9, &bytes);
    }
    pub fn tensor(&mut self, name: &str, kind: u32, rows: usize, columns: usize, random: &mut Random) {
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
    pub fn bytes(&self) -> Vec<u8> {
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

pub fn text(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// A model of two layers whose matrices have GGML type `kind`.
pub fn tiny(kind: u32) -> File {
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

pub fn logits(model: &mut Model, slices: &[&[u32]]) -> Vec<f64> {
    let mut cache = Cache::new(model.config(), 64);
    let mut last = vec![];
    for slice in slices {
        last = model.forward(slice, &mut cache, true).iter().map(|x| f64::from(*x)).collect();
    }
    last
}

pub fn request(content: &str, parameters: Parameters) -> ChatRequest {
    let messages = vec![Message { role: Role::User, content: content.to_owned() }];
    ChatRequest { model: "tiny".to_owned(), messages, parameters, ..ChatRequest::default() }
}

pub fn run(model: &mut Model, request: &ChatRequest) -> (String, String) {
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
