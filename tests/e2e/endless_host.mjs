// A host whose answers have a shape and a size, at a steady rate: OpenAI-compatible, for browser tests. The model's name is
// the shape.
//
//   const host = await startEndless();
//   host.bytes = 400_000;      // of the answers to come; Infinity: until somebody stops
//   host.rate = 100_000;       // bytes a second
//   host.sent(shape)           // { bytes, letters, isOpen } of the newest answer of that shape

import { createServer } from "node:http";

const WORDS = "the keeper of the lighthouse writes what the weather was into a blue book at six in the morning and lights the lamp".split(" ");
const DELTA_BYTES = 100;
const TICK_MILLIS = 10;

/** Words from the `at`th on, about `bytes` long. */
function words(at, bytes) {
  let text = "";
  for (let next = at; text.length < bytes; next += 1) text += `${WORDS[(next * 7) % WORDS.length]} `;
  return text;
}

/** Pieces of an endless answer, by its shape: what begins it, then the `at`th piece. */
export const SHAPES = {
  paragraph: { piece: (at) => `${words(at, 180)}**${at}** and [1]. ` },
  paragraphs: { piece: (at) => `Day ${at}: ${words(at, 50)}[1].\n\n` },
  list: { piece: (at) => `- item ${at}: ${words(at, 60)}\n` },
  table: { head: "| day | weather | keeper |\n|---|---|---|\n", piece: (at) => `| ${at} | ${words(at, 20)} | ${words(at + 3, 30)} |\n` },
  code: { head: "```rust\n", piece: (at) => `let day_${at} = "${words(at, 50)}";\n` },
  reasoning: { field: "reasoning_content", piece: (at) => `${words(at, 90)}so far ${at}.\n` },
};

const letters = (text) => text.replace(/[^\p{L}]/gu, "").length;

export async function startEndless() {
  const host = { bytes: Infinity, rate: 100_000 };
  const answers = new Map();

  async function stream(response, shape) {
    const { head = "", piece, field = "content" } = SHAPES[shape];
    const answer = { bytes: 0, letters: 0, isOpen: true };
    answers.set(shape, answer);
    const { bytes: size, rate } = host;
    const began = performance.now();
    const write = (text) => {
      response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { [field]: text } }] })}\n\n`);
      answer.bytes += text.length;
      answer.letters += letters(text);
    };
    let at = 0;
    let rest = head;
    while (answer.bytes < size && !response.destroyed) {
      // What the other side does not read is not sent: an answer that is held up does not gather here.
      const due = Math.min(size, ((performance.now() - began) / 1000) * rate);
      while (answer.bytes < due && !response.writableNeedDrain) {
        while (rest.length < DELTA_BYTES) rest += piece(at++);
        write(rest.slice(0, DELTA_BYTES));
        rest = rest.slice(DELTA_BYTES);
      }
      await new Promise((done) => setTimeout(done, TICK_MILLIS));
    }
    answer.isOpen = false;
    if (field !== "content") response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "So it is." } }] })}\n\n`);
    response.end(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`);
  }

  const server = createServer((request, response) => {
    const headers = { "access-control-allow-origin": request.headers.origin ?? "*", "access-control-allow-headers": "authorization, content-type", "access-control-allow-methods": "*" };
    if (request.method === "OPTIONS") return response.writeHead(204, headers).end();
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { model } = JSON.parse(Buffer.concat(chunks).toString("utf8") || "{}");
      if (!(model in SHAPES)) return response.writeHead(404, headers).end();
      response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
      return stream(response, model);
    });
    response.on("error", () => {});
    return undefined;
  });
  server.on("connection", (socket) => socket.setNoDelay(true));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const sent = (shape) => answers.get(shape) ?? { bytes: 0, letters: 0, isOpen: false };
  const close = () => (server.closeAllConnections(), new Promise((done) => server.close(done)));
  return Object.assign(host, { origin, base: `${origin}/v1`, sent, close });
}
