// The fakes' own arithmetic, against published values: a fake that is wrong proves nothing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { FIXTURES, fixtureFile } from "./fake_fixtures.mjs";
import { crc32, frame, refusal, signature } from "./wire.mjs";

describe("the fakes' arithmetic", () => {
  it("computes CRC-32 as everybody does", () => {
    assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
  });

  it("frames as AWS does: the checksums of a recorded first frame", () => {
    const bytes = frame(
      { ":event-type": "messageStart", ":content-type": "application/json", ":message-type": "event" },
      '{"p":"abcd","role":"assistant"}',
    );
    assert.equal(bytes.length, 0x81);
    assert.equal(bytes.readUInt32BE(4), 0x52);
    assert.equal(bytes.readUInt32BE(8).toString(16), "6cc17693");
    assert.equal(bytes.readUInt32BE(bytes.length - 4).toString(16), "f512a005");
  });

  it("signs as AWS does: the vector get-vanilla of its signature test suite", () => {
    const made = signature({
      method: "GET",
      target: "/",
      headers: { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" },
      signed: ["host", "x-amz-date"],
      body: "",
      secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      date: "20150830T123600Z",
      region: "us-east-1",
      service: "service",
    });
    assert.equal(made, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
  });

  it("takes a good signature and refuses one over another body", () => {
    const request = { method: "POST", target: "/model/a.b-v1%3A0/converse-stream", body: "{}" };
    const headers = { host: "127.0.0.1:1", "x-amz-date": "20260102T030405Z" };
    const keys = { id: "AKID", secret: "s" };
    const now = Date.UTC(2026, 0, 2, 3, 4, 5);
    const made = signature({
      ...request, headers, signed: ["host", "x-amz-date"], secret: "s", date: "20260102T030405Z", region: "r", service: "bedrock",
    });
    headers.authorization = `AWS4-HMAC-SHA256 Credential=AKID/20260102/r/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=${made}`;
    assert.equal(refusal({ ...request, headers, keys, now }), null);
    assert.match(refusal({ ...request, body: "{ }", headers, keys, now }), /does not match/);
    assert.match(refusal({ ...request, headers, keys, now: now + 301_000 }), /five minutes/);
  });

  it("makes the kept streams byte for byte", () => {
    for (const { name, bytes } of FIXTURES) {
      assert.ok(readFileSync(fixtureFile(name)).equals(bytes), `${name}: run node tests/e2e/fake_fixtures.mjs`);
    }
  });
});
