// How events, times and bytes look.

import assert from "node:assert/strict";
import { test } from "node:test";
import { dump, hex, payload, visible, wire } from "../../page/bytes.js";
import { carried } from "../../page/capture.js";
import { describe } from "../../page/describe.js";
import { count, duration, since } from "../../page/time.js";

test("durations have about four digits, and are never 60 s or 1000 ms", () => {
  const cases = [
    [0, "0 µs"], [45, "45 µs"], [99, "99 µs"], [100, "0.1 ms"], [300, "0.3 ms"], [20_000, "20.0 ms"],
    [99_949, "99.9 ms"], [99_950, "100 ms"], [999_499, "999 ms"], [999_500, "1.00 s"], [5_000_000, "5.00 s"],
    [59_994_999, "59.99 s"], [59_995_000, "1 min 00 s"], [123_000_000, "2 min 03 s"],
    [3_599_499_999, "59 min 59 s"], [3_599_500_000, "1 h 00 min"], [90_000_000_000, "25 h 00 min"],
  ];
  for (const [micros, text] of cases) assert.equal(duration(micros), text);
  assert.equal(since(300), "+0.3 ms");
  assert.equal(since(-300), "\u22120.3 ms");
  assert.equal(count(1_234_567), "1,234,567");
});

test("what nobody can see is written out", () => {
  assert.equal(visible("a\r\n\tb\0\u202e\ud83d\ude00\u200b"), "a\\r\\n\\tb\\u0000\\u202e\ud83d\ude00\\u200b");
  assert.equal(visible("\ud800x"), "\\ud800x");
  assert.equal(visible("<b>&amp;"), "<b>&amp;");
});

test("the bytes of a line come from its frame, unless a part is hidden", () => {
  const line = { type: "line", kind: "command", text: "AT", bytes: 3 };
  const of = (event) => hex(wire(event) ?? new Uint8Array());
  assert.equal(of(line), "41 54 0d");
  assert.equal(of({ ...line, bytes: 4 }), "41 54 0d 0a");
  assert.equal(of({ ...line, kind: "result", text: "OK", bytes: 6 }), "0d 0a 4f 4b 0d 0a");
  assert.equal(of({ ...line, kind: "data", text: "ä", bytes: 2 }), "c3 a4");
  assert.equal(of({ ...line, raw: "QVQK" }), "41 54 0a");
  assert.equal(wire({ ...line, hidden: 2 }), undefined);
  assert.equal(hex(payload({ type: "packet", payload64: "/wA=" })), "ff 00");
  assert.equal(hex(new Uint8Array(3), 2), "00 00 …");
  const lines = dump(new Uint8Array(17).fill(0x41)).split("\n");
  assert.equal(lines[1], `0010  41${" ".repeat(45)}  A`);
});

test("each kind of event has a column and a sign, and an error is told by both", () => {
  const look = (event) => {
    const { column, sign, head, rest, tone } = describe(event);
    return [column, sign, head + rest, tone].join("|");
  };
  const line = { type: "line", dir: "in", kind: "command", text: "AT" };
  assert.equal(look(line), "at|→|AT|command");
  assert.equal(look({ ...line, via: "inspector" }), "at|→|(sent here) AT|command");
  assert.equal(look({ ...line, dir: "out", kind: "result", text: "ERROR" }), "at|←|ERROR|result error");
  const packet = { type: "packet", dir: "out", name: "PUBACK", link: 1, text: "PUBACK id=1" };
  assert.equal(look(packet), "mqtt|→|PUBACK link=1 id=1|packet");
  const fault = { type: "fault", id: 3, state: "fired", words: "broker lose PUBACK" };
  assert.equal(look(fault), "mqtt|⚡|fault 3 fired broker lose PUBACK|fault fired");
  assert.equal(look({ ...fault, words: "reply late 3s" }).split("|")[0], "at");
  assert.equal(look({ type: "lost", from: 1, count: 1210, why: "reader" }), "both|⋯|1,210 events were not sent to this page|lost");
  assert.equal(look({ type: "link", link: 0, what: "failed", code: 24, text: "reset" }), "mqtt|○|failed: reset, code 24|state error");
  assert.equal(look({ type: "radio", what: "off" }), "at|○|radio off|state");
  assert.equal(look({ type: "setup", set: ["dialect luat", "strict"] }), "at|○|setup dialect luat, strict|state");
  assert.equal(look({ type: "something new" }), "at|○|something new|state");
  assert.equal(describe({ ...line, bytes: 3 }, true).rest, "41 54 0d");
});

/** A block of a capture: type, length, what is in it, length. */
function block(type, inside) {
  const padded = Buffer.concat([inside, Buffer.alloc(-inside.length & 3)]);
  const [head, end] = [Buffer.alloc(8), Buffer.alloc(4)];
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(padded.length + 12, 4);
  end.writeUInt32LE(padded.length + 12, 0);
  return Buffer.concat([head, padded, end]);
}

test("the bytes of a packet are what the last segment of a capture carries", () => {
  const segment = (bytes) => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(40 + bytes.length, 12);
    return block(6, Buffer.concat([head, Buffer.alloc(40), Buffer.from(bytes)]));
  };
  const blocks = [block(0x0a0d0d0a, Buffer.alloc(16)), segment([1]), segment([0x40, 2, 0]), segment([])];
  const capture = (parts) => new Uint8Array(Buffer.concat(parts)).buffer;
  assert.equal(hex(carried(capture(blocks))), "40 02 00");
  assert.equal(carried(capture(blocks.slice(0, 1))), undefined);
  const whole = capture(blocks);
  for (let cut = 0; cut < whole.byteLength; cut += 1) carried(whole.slice(0, cut));
  assert.equal(carried(new ArrayBuffer(64)), undefined);
});
