// Hosts of embeddings and rerankers that behave as configured, for browser tests. No dependencies, no randomness: the same
// text gets the same vector, so that texts that share words are near each other.
//
//   import { startVectors } from './fake_vectors.mjs'
//   const fake = await startVectors({ key: 'sk-test', width: 96 })
//   fake.url         `http://127.0.0.1:PORT`; what each API wants as base URL follows below
//   fake.requests    [{ method, path, headers, json, status, texts }], newest last
//   fake.texts()     every text that got a vector as a passage, in the order of asking
//   fake.questions() every text that got one as a question, where the API tells them apart, else as a passage
//   fake.behave({ limitAt, wait, breakAt, width, refuse })   change what happens from now on
//   await fake.close()
//
// Embeddings                         base URL         Rerank                      base URL
//   POST /v1/embeddings   OpenAI     fake.url + /v1     POST /v1/rerank  Jina      fake.url + /v1
//   POST /v2/embed        Cohere     fake.url           POST /v2/rerank  Cohere    fake.url
//   POST /models/M:batchEmbedContents  Gemini  fake.url POST /rerank     TEI       fake.url
//   POST /api/embed       Ollama     fake.url
//   POST /embed           TEI        fake.url
//
//   limitAt   the request for vectors of this number (from 1) gets a 429 that says "try again in <wait>s", once
//   breakAt   the one of this number gets a 400, which nobody tries again by itself
//   refuse    a status for all of them, from now on
//   width     numbers in a vector
// A reranker scores a passage by the times it says `favourite`.

import http from 'node:http'

/** A bag of words, hashed into `width` places. */
export function vectorOf(text, width) {
  const vector = new Array(width).fill(0.01)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 2166136261
    for (const character of word) hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0
    vector[hash % width] += 1
  }
  return vector
}

export async function startVectors({ key = null, width = 96, favourite = 'favourite' } = {}) {
  const requests = []
  const behaviour = { limitAt: 0, wait: 0.3, breakAt: 0, width, refuse: 0 }
  let asked = 0

  const server = http.createServer((request, response) => {
    const chunks = []
    const record = { method: request.method, path: request.url, headers: { ...request.headers }, json: null, status: null, texts: null, question: false }
    requests.push(record)
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      try { record.json = JSON.parse(Buffer.concat(chunks).toString('utf8')) } catch { record.json = null }
      answer(request, response, record)
    })
  })
  // A connection that is closed just as a request leaves on it looks like a dead host.
  server.keepAliveTimeout = 120_000

  function answer(request, response, record) {
    const headers = request.headers.origin ? { 'access-control-allow-origin': request.headers.origin, vary: 'origin' } : {}
    const reply = (status, body) => {
      record.status = status
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
    if (request.method === 'OPTIONS') {
      record.status = 204
      response.writeHead(204, {
        ...headers,
        'access-control-allow-methods': 'POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type, x-goog-api-key',
        'access-control-max-age': '0',
      })
      return response.end()
    }
    const shown = request.headers['x-goog-api-key'] ?? request.headers.authorization?.replace(/^Bearer /, '')
    if (key !== null && shown !== key) return reply(401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } })
    const json = record.json ?? {}
    const path = new URL(request.url, 'http://fake').pathname
    const asksForVectors = EMBED.find(([pattern]) => pattern.test(path))
    if (request.method === 'POST' && asksForVectors) {
      const [, read, write, isQuestion] = asksForVectors
      asked += 1
      if (asked === behaviour.breakAt) return reply(400, { error: { message: 'This batch is not to my taste, says the fake.' } })
      if (behaviour.refuse) return reply(behaviour.refuse, { error: { message: 'The model is overloaded, says the fake.' } })
      if (asked === behaviour.limitAt) return reply(429, { error: { message: `Rate limit reached. Please try again in ${behaviour.wait}s.`, code: 'rate_limit_exceeded' } })
      record.texts = read(json)
      record.question = isQuestion(json)
      return reply(200, write(record.texts.map((text) => vectorOf(text, behaviour.width))))
    }
    if (request.method === 'POST' && /\/rerank$/.test(path)) {
      const passages = json.documents ?? json.texts
      const score = (text) => text.split(favourite).length - 1
      const scored = passages.map((text, index) => ({ index, score: score(text) })).sort((a, b) => b.score - a.score)
      if (json.texts) return reply(200, scored)
      return reply(200, { results: scored.map(({ index, score }) => ({ index, relevance_score: score })) })
    }
    reply(404, { error: { message: `Unknown request URL: ${request.method} ${path}` } })
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const answered = (question) => requests.filter(({ texts, question: of }) => texts && of === question).flatMap(({ texts }) => texts)
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    texts: () => answered(false),
    questions: () => answered(true),
    reranks: () => requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/rerank')),
    behave(changes) {
      asked = 0
      Object.assign(behaviour, changes)
    },
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  }
}

const never = () => false
/** Path; texts of a request; answer of vectors; whether it is for a question. */
const EMBED = [
  [/^\/v1\/embeddings$/, ({ input }) => input, (vectors) => ({ data: vectors.map((embedding, index) => ({ index, embedding })).reverse(), usage: { prompt_tokens: 1 } }), never],
  [/^\/v2\/embed$/, ({ texts }) => texts, (vectors) => ({ embeddings: { float: vectors } }), ({ input_type }) => input_type === 'search_query'],
  [/:batchEmbedContents$/, ({ requests }) => requests.map(({ content }) => content.parts[0].text), (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }), ({ requests }) => requests[0].taskType === 'RETRIEVAL_QUERY'],
  [/^\/api\/embed$/, ({ input }) => input, (vectors) => ({ embeddings: vectors }), never],
  [/^\/embed$/, ({ inputs }) => inputs, (vectors) => vectors, never],
]
