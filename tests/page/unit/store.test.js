// What the page holds: order, holes, answers, what is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../page/filter.js";
import { Store } from "../../page/store.js";

const ALL = { at: true, mqtt: true, hide: true };
const note = (seq, text = `note ${seq}`) => ({ type: "note", seq, t: seq * 1_000, text });
const command = (seq, number) => ({
  ...note(seq, "AT"), type: "line", dir: "in", kind: "command", command: number, bytes: 3,
});
const result = (seq, number) => ({
  ...note(seq, "OK"), type: "line", dir: "out", kind: "result", command: number, bytes: 6,
});
const packet = (seq, dir, name, id) => ({ ...note(seq, name), type: "packet", link: 0, dir, name, id });
const shown = (store) => store.events({ all: false }).map(({ seq, type }) => seq ?? type);

test("a store that is empty has nothing to show, and says where to begin", () => {
  const store = new Store();
  assert.deepEqual([store.length, store.held, store.next, store.at(0)], [0, 0, 0, undefined]);
  store.choose(parse("level"), ALL);
  assert.equal(store.length, 0);
});

test("events come once, and a hole that nobody told is told", () => {
  const store = new Store();
  store.add([note(5), note(6)]);
  store.add([note(6), note(7), note(10)]);
  assert.deepEqual(shown(store), [5, 6, 7, "lost", 10]);
  assert.deepEqual([store.lost, store.next], [2, 11]);
  assert.equal(store.at(3).event.from, 8);
});

test("a hole that was told is told once", () => {
  const store = new Store();
  store.add([{ type: "lost", from: 1, count: 4, why: "reader" }, note(5)]);
  store.add([{ type: "lost", from: 6, count: 10, why: "reader" }, note(16)]);
  assert.deepEqual(shown(store), ["lost", 5, "lost", 16]);
  assert.equal(store.lost, 14);
});

test("another run begins with its own numbers and answers nothing of the one before", () => {
  const store = new Store();
  store.add([note(1), command(2, 1)]);
  store.add([{ type: "trace", run: "b" }, result(1, 1), note(2)]);
  assert.deepEqual(shown(store), [1, 2, "trace", 1, 2]);
  assert.deepEqual([store.lost, store.at(1).answer], [0, undefined]);
});

test("a command has its result, in whatever order they end", () => {
  const store = new Store();
  store.add([command(1, 1), command(4, 2), result(9, 2), result(12, 1)]);
  const [first, , second] = [0, 1, 2].map((place) => store.at(place));
  assert.equal(second.event.type, "line");
  assert.equal(store.row(first.answer).event.seq, 12);
  assert.equal(store.row(first.answer).took, 11_000);
});

test("packets have their answers by identifier, link and direction", () => {
  const store = new Store();
  store.add([
    packet(1, "out", "PUBLISH", 7), packet(2, "in", "PUBLISH", 7), packet(3, "in", "PUBACK", 7),
    packet(4, "out", "PUBACK", 7), packet(5, "in", "PUBACK", 7),
    packet(6, "out", "PUBLISH", 8), packet(7, "in", "PUBREC", 8), packet(8, "out", "PUBREL", 8),
    packet(9, "in", "PUBCOMP", 8), packet(10, "out", "PINGREQ"), packet(11, "in", "PINGRESP"),
  ]);
  const answers = Array.from({ length: store.length }, (_, place) => store.at(place).answer);
  assert.deepEqual(answers.slice(0, 5), [2, 3, undefined, undefined, undefined]);
  assert.deepEqual(answers.slice(5), [6, 7, 8, undefined, 10, undefined]);
});

test("a filter chooses what is shown, now and of what comes", () => {
  const store = new Store();
  store.add([note(1, "a"), command(2, 1), packet(3, "out", "PINGREQ")]);
  store.choose(parse("-PING"), ALL);
  store.add([packet(4, "in", "PINGRESP"), note(5, "b")]);
  assert.deepEqual(shown(store), [1, 2, 5]);
  assert.deepEqual([store.matches, store.held], [3, 5]);
  store.choose(parse(""), { ...ALL, at: false });
  assert.deepEqual(shown(store), [1, 3, 4, 5]);
  store.choose(parse("b"), { ...ALL, hide: false });
  assert.deepEqual([store.length, store.matches], [5, 1]);
  assert.deepEqual([store.find(-1, 1), store.find(4, 1), store.find(5, -1)], [4, undefined, 4]);
});

test("what is missing is shown whatever is looked for", () => {
  const store = new Store();
  store.choose(parse("nosuch"), ALL);
  store.add([note(1), note(9)]);
  assert.deepEqual(shown(store), ["lost"]);
});

test("the oldest events go, places follow, numbers stay", () => {
  const store = new Store(100);
  store.choose(parse("-odd"), ALL);
  const many = Array.from({ length: 100 }, (_, at) => note(at + 1, at % 2 ? "even" : "odd"));
  assert.equal(store.add(many).gone, 0);
  const kept = store.at(49);
  const { added, gone } = store.add([note(101, "even")]);
  assert.equal(added.length, 1);
  assert.equal(gone, 25);
  assert.equal(store.at(49 - gone), kept);
  assert.equal(store.row(kept.n), kept);
  assert.deepEqual([store.held, store.length, store.matches], [51, 26, 26]);
  assert.equal(store.row(0), undefined);
  assert.ok(store.isShown(kept.n));
  assert.equal(store.place(kept.n), 24);
  assert.ok(!store.isShown(0));
});

test("clear drops what is held, and what comes goes on", () => {
  const store = new Store();
  store.add([command(1, 1), note(2)]);
  store.clear();
  store.add([result(3, 1), note(4)]);
  assert.deepEqual(shown(store), [3, 4]);
  assert.deepEqual([store.lost, store.at(0).request], [0, undefined]);
});
