// Measures the contestants in one page: each question goes to all of them in turn, in rotating order.

const K = 10;

async function ours(url, rows, dimension) {
  const { instance } = await WebAssembly.instantiateStreaming(fetch(url), {});
  const { memory, reserve, build, search, search_f32, found, twins_that_differ } = instance.exports;
  const differing = twins_that_differ();
  if (differing !== 0) throw new Error(`${url}: ${differing} dot products differ from their scalar twins`);
  const put = (numbers) => {
    const at = reserve(numbers.length);
    new Float32Array(memory.buffer, at, numbers.length).set(numbers);
  };
  const start = performance.now();
  put(rows);
  const taken = build(dimension);
  const buildMillis = performance.now() - start;
  if (taken !== rows.length / dimension) throw new Error(`${url}: took ${taken} vectors`);
  const asker = (verb) => (query) => {
    put(query);
    const count = verb(K);
    return Array.from(new Uint32Array(memory.buffer, found(), count));
  };
  return { buildMillis, ask: asker(search), askF32: asker(search_f32) };
}

async function hnswlib(rows, dimension) {
  const { loadHnswlib } = await import("/npm/hnswlib-wasm/dist/hnswlib.js");
  const lib = await loadHnswlib();
  const count = rows.length / dimension;
  const index = new lib.HierarchicalNSW("ip", dimension, "");
  const start = performance.now();
  index.initIndex(count, 16, 200, 100);
  for (let from = 0; from < count; from += 1000) {
    const labels = [];
    const batch = [];
    for (let i = from; i < Math.min(count, from + 1000); i++) {
      labels.push(i);
      batch.push(rows.subarray(i * dimension, (i + 1) * dimension));
    }
    index.addPoints(batch, labels, false);
  }
  const buildMillis = performance.now() - start;
  const ask = (query) => index.searchKnn(query, K, undefined).neighbors;
  return { buildMillis, ask, setEf: (ef) => index.setEfSearch(ef) };
}

const recall = (ask, queries, truth) => {
  let hits = 0;
  queries.forEach((query, i) => {
    const got = new Set(ask(query));
    hits += truth[i].filter((key) => got.has(key)).length;
  });
  return hits / (K * queries.length);
};

// Collection after collection is the worst order for a graph; a fair one is random (seeded).
function shuffled(rows, dimension) {
  const order = Array.from({ length: rows.length / dimension }, (_, i) => i);
  let state = 1;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const out = new Float32Array(rows.length);
  order.forEach((from, to) => out.set(rows.subarray(from * dimension, (from + 1) * dimension), to * dimension));
  return out;
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];

export async function run({ dimension, queryCount, rounds }) {
  const all = new Float32Array(await (await fetch("/embeddings.f32")).arrayBuffer());
  const queries = Array.from({ length: queryCount }, (_, i) => all.subarray(i * dimension, (i + 1) * dimension));
  const rows = shuffled(all.subarray(queryCount * dimension), dimension);
  const simd = await ours("/simd128.wasm", rows, dimension);
  let relaxed = null;
  try {
    relaxed = await ours("/relaxed.wasm", rows, dimension);
  } catch (error) {
    console.log(`relaxed-simd: ${error}`);
  }
  const truth = queries.map(simd.askF32);
  const peer = await hnswlib(rows, dimension);
  const steps = [];
  let chosen = null;
  for (const ef of [16, 32, 48, 64, 80, 96, 128, 160, 200, 256, 320, 400]) {
    peer.setEf(ef);
    const found = recall(peer.ask, queries, truth);
    steps.push({ ef, recall: found });
    if (found >= 0.99) {
      chosen = ef;
      break;
    }
  }

  const contestants = [
    { name: "Flat, simd128", ...simd },
    ...(relaxed ? [{ name: "Flat, relaxed-simd", ...relaxed }] : []),
    { name: "brute force f32, simd128", ask: simd.askF32, buildMillis: null },
    { name: `hnswlib-wasm, M 16, ef ${chosen}`, ...peer },
  ];
  for (const one of contestants) {
    // The least of all rounds per question: what the code needs, not what the rest of the machine was doing.
    one.times = new Array(queries.length).fill(Infinity);
    queries.forEach(one.ask); // warm
  }
  for (let round = 0; round < rounds; round++) {
    queries.forEach((query, i) => {
      for (let turn = 0; turn < contestants.length; turn++) {
        const one = contestants[(turn + i + round) % contestants.length];
        const start = performance.now();
        one.ask(query);
        one.times[i] = Math.min(one.times[i], performance.now() - start);
      }
    });
  }
  return {
    rows: rows.length / dimension,
    queries: queryCount,
    isolated: globalThis.crossOriginIsolated,
    steps,
    results: contestants.map(({ name, ask, buildMillis, times }) => {
      times.sort((a, b) => a - b);
      return { name, recall: recall(ask, queries, truth), p50: quantile(times, 0.5), p95: quantile(times, 0.95), buildMillis };
    }),
  };
}
