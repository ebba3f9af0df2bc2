// Runs in the page: loads the engines, then measures them in interleaved rounds.
import { env, pipeline } from "/npm/@huggingface/transformers/dist/transformers.min.js";

const TOKENS = 128, BATCH = 8, DIMENSIONS = 384;

const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

async function ours(name) {
  const module = await import(`/wasm/${name}/embed_bench.js`);
  await module.default();
  const embedder = new module.Embedder(await bytes("/models/minilm-l6-v2.int8.bin"));
  return { embedder, kernel: embedder.kernel(), run: async (texts) => embedder.embed(texts) };
}

async function peer(dtype) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = "/onnx/";
  env.useBrowserCache = false;
  env.backends.onnx.wasm.numThreads = 1;
  env.backends.onnx.wasm.proxy = false;
  env.backends.onnx.wasm.wasmPaths = "/npm/onnxruntime-web/dist/";
  const extract = await pipeline("feature-extraction", "minilm", { dtype, device: "wasm" });
  return { run: async (texts) => (await extract(texts, { pooling: "mean", normalize: true })).data };
}

function meanCosine(found, expected) {
  let sum = 0;
  for (let i = 0; i < found.length; i++) sum += found[i] * expected[i];
  return (sum * DIMENSIONS) / found.length;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

window.bench = async ({ rounds, passages }) => {
  const relaxed = await ours("relaxed");
  const simd128 = await ours("simd128");
  const source = (await (await fetch("/passages.txt")).text()).split("\n");
  const texts = source.map((text) => relaxed.embedder.cut(text, TOKENS - 2)).filter(Boolean).slice(0, passages);
  const batches = [];
  for (let at = 0; at + BATCH <= texts.length; at += BATCH) batches.push(texts.slice(at, at + BATCH));
  const all = async (engine) => {
    const out = [];
    for (const batch of batches) out.push(...(await engine.run(batch)));
    return out;
  };
  const f32 = await peer("fp32");
  const expected = await all(f32);
  const engines = {
    [`ours: ${relaxed.kernel}`]: relaxed,
    [`ours: ${simd128.kernel}`]: simd128,
    "transformers.js q8, 1 thread": await peer("q8"),
  };
  const names = Object.keys(engines);
  const cosine = {}, speed = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) cosine[name] = meanCosine(await all(engines[name]), expected);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length];
      const start = performance.now();
      for (const batch of batches) await engines[name].run(batch);
      speed[name].push((batches.length * BATCH * 1000) / (performance.now() - start));
    }
  }
  const base = speed[names[2]];
  return {
    passages: batches.length * BATCH,
    rows: names.map((name) => ({
      engine: name,
      "best passages/s": Math.max(...speed[name]),
      "median passages/s": median(speed[name]),
      "best ratio": Math.max(...speed[name]) / Math.max(...base),
      "median ratio": median(speed[name].map((value, round) => value / base[round])),
      "mean cosine to f32": cosine[name],
    })),
  };
};
