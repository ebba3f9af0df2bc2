// `node bench.mjs [engines…]`: load time, prompt and generation speed of the built-in chat model in headless Chromium,
// one thread, beside wllama (llama.cpp) in the same page. Engines: relaxed simd128 wllama. Build with --no-build to skip cargo.
import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { homedir, tmpdir } from 'node:os'
import { dirname, extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = dirname(fileURLToPath(import.meta.url))
const args = process.argv.slice(2)
const named = args.filter(a => !a.startsWith('--'))
const engines = named.length ? named : ['relaxed', 'simd128', 'wllama']
const tools = process.env.SIDECITE_TOOLS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sidecite')
const model = join(tools, 'models', 'smollm2-135m-instruct.q4_1.gguf')
if (!existsSync(model)) { console.error(`bench: ${model} not found`); process.exit(1) }

const features = { relaxed: '+simd128,+relaxed-simd,+bulk-memory,+sign-ext,+nontrapping-fptoint', simd128: '+simd128,+bulk-memory,+sign-ext,+nontrapping-fptoint' }
const bindgen = process.env.WASM_BINDGEN || join(tools, 'wasm-bindgen-cli-0.2.130', 'bin', 'wasm-bindgen')
for (const engine of engines.filter(e => e in features && !args.includes('--no-build'))) {
  const target = join(here, 'target', engine)
  const env = { ...process.env, CARGO_TARGET_DIR: target, RUSTFLAGS: `-C target-feature=${features[engine]} --cfg getrandom_backend="wasm_js"` }
  execFileSync('cargo', ['build', '--release', '--target', 'wasm32-unknown-unknown'], { cwd: here, env, stdio: ['ignore', 'ignore', 'inherit'] })
  execFileSync(bindgen, ['--target', 'web', '--out-dir', join(here, 'target', 'page', engine), '--out-name', 'bench',
    join(target, 'wasm32-unknown-unknown', 'release', 'sidecite_bench_generate.wasm')])
}

const types = { '.js': 'text/javascript', '.html': 'text/html', '.wasm': 'application/wasm' }
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname)
  if (path === '/') { response.setHeader('content-type', 'text/html'); return response.end('<!doctype html><title>bench</title>') }
  const file = path === '/model.gguf' ? model : path === '/worker.js' ? join(here, 'worker.js')
    : path.startsWith('/wllama/') ? join(here, 'node_modules/@wllama/wllama/esm', path.slice(8)) : join(here, 'target', 'page', path)
  if (!existsSync(file) || !statSync(file).isFile()) { response.statusCode = 404; return response.end() }
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
  createReadStream(file).pipe(response)
})
await new Promise(done => server.listen(0, '127.0.0.1', done))

const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'bench-')), {
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const page = await browser.newPage()
page.on('console', message => { if (process.env.VERBOSE) console.error(message.text()) })
await page.goto(`http://127.0.0.1:${server.address().port}/`)
const number = (x, digits = 0) => (Number.isFinite(x) ? x.toFixed(digits) : '-')
console.log('engine    load ms  prompt tok  prompt tok/s  made  made tok/s  longest step ms  memory MB')
for (const engine of engines) {
  const r = await page.evaluate(message => new Promise(done => {
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => { worker.terminate(); done(data) }
    worker.onerror = error => done({ engine: message.engine, error: String(error.message) })
    worker.postMessage(message)
  }), { engine, words: 560, max: 48 })
  if (r.error) { console.log(engine, 'failed:', r.error); continue }
  console.log(engine.padEnd(9), number(r.load_ms).padStart(7), number(r.tokens).padStart(11), number(r.prefill_tok_s, 1).padStart(13),
    number(r.made).padStart(5), number(r.decode_tok_s, 1).padStart(11), number(r.longest_step_ms).padStart(16), number(r.memory_mb).padStart(10))
  if (process.env.VERBOSE) console.log(JSON.stringify(r.text))
}
await browser.close()
server.close()
