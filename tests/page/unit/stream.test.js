// Reading: lines out of pieces, the run and the number to go on from, what is exported.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName, jsonLines, lastRun } from "../../page/downloads.js";
import { Metrics, quantile } from "../../page/metrics.js";
import { Lines, Stream } from "../../page/stream.js";
import { Store } from "../../page/store.js";
import { Waiting } from "../../page/waiting.js";

const bytes = (text) => new TextEncoder().encode(text);

test("lines are whole wherever the pieces end", () => {
  const text = '{"a":"ä€😀"}\n\n{"b":2}\n{"rest":';
  const all = bytes(text);
  for (let cut = 0; cut <= all.length; cut += 1) {
    const lines = new Lines();
    const found = [...lines.push(all.subarray(0, cut)), ...lines.push(all.subarray(cut))];
    assert.deepEqual(found, ['{"a":"ä€😀"}', '{"b":2}'], String(cut));
    assert.deepEqual(lines.push(bytes("3}\n")), ['{"rest":3}']);
  }
});

/** A program that answers each request for events with the next of these. */
function program(answers) {
  const asked = [];
  const api = {
    token: "t",
    about: async () => ({ run: answers[0].run }),
    events: async (modem, from) => {
      const { run, seqs } = answers.shift();
      asked.push(from);
      const lines = [{ type: "trace", run }, ...seqs.map((seq) => ({ type: "note", seq }))];
      return new Blob(lines.map((line) => `${JSON.stringify(line)}\n`)).stream();
    },
  };
  return { api, asked };
}

test("a stream that ends is taken up where it ended, in the same run", async () => {
  const { api, asked } = program([
    { run: "a", seqs: [1, 2] }, { run: "a", seqs: [3] }, { run: "b", seqs: [1] }, { run: "b", seqs: [] },
  ]);
  const got = [];
  const runs = [];
  await new Promise((done) => {
    const stream = new Stream(api, "pump-7", {
      next: () => (got.at(-1) ?? -1) + 1,
      events: (events) => got.push(...events.map(({ seq }) => seq)),
      header: ({ run }) => runs.push(run),
      up: () => {},
      down: () => {
        if (asked.length === 4) done(stream.close());
      },
    });
  });
  assert.deepEqual(got, [1, 2, 3, 1]);
  assert.deepEqual(runs, ["a", "b"]);
  assert.deepEqual(asked, [0, 3, 0, 2]);
});

test("an export has the header and each event on a line of its own", () => {
  const events = [{ seq: 1, text: "a\nb" }, { seq: 2 }];
  assert.equal(jsonLines({ type: "trace" }, events), '{"type":"trace"}\n{"seq":1,"text":"a\\nb"}\n{"seq":2}\n');
  assert.deepEqual(lastRun([{ seq: 9 }, { type: "trace" }, { seq: 1 }]), [{ seq: 1 }]);
  assert.deepEqual(lastRun(events), events);
  const now = new Date("2026-11-30T18:17:39Z");
  assert.equal(fileName("pump-7", now), "pump-7-2026-11-30T18-17-39");
  assert.equal(fileName("../..", now), "modem-2026-11-30T18-17-39");
  assert.equal(fileName("a/b\\c:d", now), "a_b_c_d-2026-11-30T18-17-39");
});

test("rates are of what was counted since, latencies of the commands of a second", () => {
  const metrics = new Metrics();
  metrics.count({ t: 1e6, at: 10, packets: 5 });
  metrics.count({ t: 3e6, at: 30, packets: 5 });
  assert.deepEqual(metrics.rates, [{ x: 3, at: 10, mqtt: 0 }]);
  for (let at = 1; at <= 10; at += 1) {
    metrics.row({ event: { kind: "result", t: 3.5e6 }, took: at * 1_000 });
  }
  metrics.row({ event: { kind: "urc", t: 3.5e6 }, took: 1e9 });
  metrics.count({ t: 4e6, at: 30, packets: 5 });
  assert.deepEqual(metrics.latencies, [{ x: 3, p50: 5, p90: 9 }]);
  assert.equal(metrics.quantile(0.9), 9_000);
  assert.equal(quantile([3], 0.5), 3);
  assert.equal(new Metrics().quantile(0.5), undefined);
});

test("of too much that waits the oldest goes, and is told once by its numbers", () => {
  const waiting = new Waiting(10);
  for (let seq = 1; seq <= 25; seq += 1) waiting.push([{ type: "note", seq, t: seq }]);
  const store = new Store();
  store.add([{ type: "note", seq: 0, t: 0 }]);
  store.add(waiting.take());
  const events = store.events({ all: true });
  const [, lost, next] = events;
  assert.deepEqual([lost.type, lost.from, lost.why], ["lost", 1, "page"]);
  assert.equal(next.seq, 1 + lost.count);
  assert.equal(events.length, 2 + 25 - lost.count);
  assert.deepEqual([store.lost, waiting.length], [lost.count, 0]);
});
