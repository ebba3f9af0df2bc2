// Two things of AWS that a fake host needs: event-stream frames with true checksums, and the check of a signature.
// Written after the public descriptions of both formats; nothing of the application is used, so that a mistake there is not
// repeated here.

import { createHash, createHmac } from "node:crypto";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as in zip and PNG. */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ TABLE[(value ^ byte) & 0xff];
  return (value ^ 0xffffffff) >>> 0;
}

/** Headers (strings only) and a payload → one frame of an AWS event stream. */
export function frame(headers, payload) {
  const parts = [];
  for (const [name, value] of Object.entries(headers)) {
    const [key, text] = [Buffer.from(name), Buffer.from(value)];
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length);
    parts.push(Buffer.from([key.length]), key, Buffer.from([7]), length, text);
  }
  const head = Buffer.concat(parts);
  const body = Buffer.from(payload);
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(16 + head.length + body.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const message = Buffer.concat([prelude, head, body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(message));
  return Buffer.concat([message, sum]);
}

/** An event of Bedrock's ConverseStream. */
export const bedrockEvent = (type, value) =>
  frame({ ":event-type": type, ":content-type": "application/json", ":message-type": "event" }, JSON.stringify(value));

/** An exception in the middle of such a stream. */
export const bedrockException = (type, message) =>
  frame({ ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" }, JSON.stringify({ message }));

const hex = (data) => createHash("sha256").update(data).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The signature (version 4) that AWS computes for a request: `target` is the request line's path and query as sent,
 * `signed` the names of the signed headers. The path is encoded once more, as for every service but S3.
 */
export function signature({ method, target, headers, signed, body, secret, date, region, service }) {
  const [path, query = ""] = target.split("?");
  const canonicalPath = path.split("/").map((part) => encode(part)).join("/");
  const canonicalQuery = query
    .split("&")
    .filter(Boolean)
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
  const lines = signed.map((name) => `${name}:${String(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`).join("");
  const canonical = [method, canonicalPath, canonicalQuery, lines, signed.join(";"), hex(body)].join("\n");
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = ["AWS4-HMAC-SHA256", date, scope, hex(canonical)].join("\n");
  const key = [date.slice(0, 8), region, service, "aws4_request"].reduce((key, part) => mac(key, part), `AWS4${secret}`);
  return createHmac("sha256", key).update(toSign).digest("hex");
}

const FIELDS = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Why a signed request is refused, or nothing when it is good. `keys` = {id, secret, token}. A gateway may stand where AWS
 * is meant: the signature may be for the host that was called, or for `bedrockHost`.
 */
export function refusal({ method, target, headers, body, keys, now = Date.now() }) {
  const found = FIELDS.exec(headers.authorization ?? "");
  if (!found) return "the authorization header is no AWS4 signature";
  const [, id, day, region, service, names, sent] = found;
  const date = headers["x-amz-date"] ?? "";
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) return `x-amz-date is ${date || "missing"}`;
  const at = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Math.abs(now - at) > 300_000) return "the signature is more than five minutes off";
  if (id !== keys.id) return `unknown access key ${id}`;
  if (service !== "bedrock") return `signed for the service ${service}`;
  const signed = names.split(";");
  for (const needed of ["host", "x-amz-date"]) if (!signed.includes(needed)) return `${needed} is not signed`;
  if (keys.token) {
    if (headers["x-amz-security-token"] !== keys.token) return "the session token is missing";
    if (!signed.includes("x-amz-security-token")) return "the session token is not signed";
  }
  const hosts = [headers.host, `bedrock-runtime.${region}.amazonaws.com`];
  const good = hosts.some(
    (host) =>
      signature({ method, target, headers: { ...headers, host }, signed, body, secret: keys.secret, date, region, service }) === sent,
  );
  return good ? null : "The request signature we calculated does not match the signature you provided.";
}
