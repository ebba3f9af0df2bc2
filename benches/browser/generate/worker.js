// Times one engine. Message in: {engine, words, max}; out: one result.
onmessage = async ({ data: { engine, words, max } }) => {
  try {
    const prompt = 'Summarise this:\n' + Array.from({ length: words }, (_, i) => WORDS[(i * 7 + (i >> 3)) % WORDS.length]).join(' ')
    const file = await (await fetch('/model.gguf')).arrayBuffer()
    postMessage(await (engine === 'wllama' ? wllama : ours)(engine, file, prompt, max))
  } catch (error) {
    postMessage({ engine, error: String(error?.stack ?? error) })
  }
}

const WORDS = 'the river carries cold water from a high mountain valley down to old towns where people built stone bridges and mills many years before anyone wrote about them in letters or books'.split(' ')

async function ours(engine, file, prompt, max) {
  const module = await import(`/${engine}/bench.js`)
  const wasm = await module.default()
  const begun = performance.now()
  const model = new module.Engine(new Uint8Array(file))
  const load_ms = performance.now() - begun
  model.start(prompt, max)
  let tokens = 0, made = 0, text = '', prefill_ms = 0, since = performance.now(), longest_step_ms = 0
  for (;;) {
    const before = performance.now()
    const [kind, a, b] = model.step()
    longest_step_ms = Math.max(longest_step_ms, performance.now() - before)
    if (kind === 'prefill' && a === b) { tokens = +b; prefill_ms = performance.now() - since; since = performance.now() }
    else if (kind === 'text') { made++; text += a }
    else if (kind === 'done') break
  }
  const decode_ms = performance.now() - since
  return result(engine, { load_ms, tokens, prefill_ms, made, decode_ms, longest_step_ms, memory_mb: wasm.memory.buffer.byteLength / 2 ** 20, text })
}

async function wllama(engine, file, prompt, max) {
  const { Wllama } = await import('/wllama/index.js')
  const silent = { debug() {}, log() {}, warn() {}, error() {} }
  const model = new Wllama({ default: `${location.origin}/wllama/wasm/wllama.wasm` }, { logger: silent, allowOffline: true })
  const begun = performance.now()
  await model.loadModel([new Blob([file])], { n_threads: 1, n_ctx: 2048, n_batch: 512 })
  const load_ms = performance.now() - begun
  let made = 0, text = '', first = 0, last = 0, tokens = 0
  const since = performance.now()
  await model.createChatCompletion({
    messages: [{ role: 'user', content: prompt }], max_tokens: max, temperature: 0, stream: true, stream_options: { include_usage: true },
    onData(chunk) {
      const delta = chunk.choices?.[0]?.delta?.content
      if (delta) { last = performance.now(); first ||= last; made++; text += delta }
      tokens = chunk.usage?.prompt_tokens ?? chunk.timings?.prompt_n ?? tokens
    },
  })
  // The first piece arrives when the prompt has been read; the others are timed from it.
  return result(engine, { load_ms, tokens, prefill_ms: first - since, made: made - 1, decode_ms: last - first, text })
}

function result(engine, r) {
  return { engine, ...r, prefill_tok_s: r.tokens * 1000 / r.prefill_ms, decode_tok_s: r.made * 1000 / r.decode_ms }
}
