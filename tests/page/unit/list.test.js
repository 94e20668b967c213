// Which rows are drawn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ROW, windowOf } from "../../page/list.js";

const HEIGHT = 20 * ROW;

test("nothing is drawn of an empty list", () => {
  assert.deepEqual(windowOf({ count: 0, height: HEIGHT, top: 0 }), { first: 0, end: 0 });
  assert.deepEqual(windowOf({ count: 0, height: HEIGHT, top: 9_999 }), { first: 0, end: 0 });
});

test("a single row is drawn wherever it is scrolled to", () => {
  for (const top of [-5, 0, 500, 1e9]) {
    assert.deepEqual(windowOf({ count: 1, height: HEIGHT, top }), { first: 0, end: 1 });
  }
});

test("after a filter far down the last rows are drawn", () => {
  const { first, end } = windowOf({ count: 30, height: HEIGHT, top: 150_000 * ROW });
  assert.ok(first <= 10 && end === 30, `${first} to ${end}`);
});

test("whatever is in sight is drawn, and not much more", () => {
  for (const count of [1, 19, 20, 21, 200_000]) {
    for (const top of [0, 1, ROW - 1, ROW, 777, (count - 20) * ROW, count * ROW]) {
      const { first, end } = windowOf({ count, height: HEIGHT, top });
      const last = Math.max(0, count * ROW - HEIGHT);
      const place = Math.min(Math.max(top, 0), last);
      assert.ok(first * ROW <= place, `${count} ${top}`);
      assert.ok(end === count || end * ROW >= place + HEIGHT, `${count} ${top}`);
      assert.ok(end - first < 40 && first >= 0 && end <= count, `${count} ${top}`);
    }
  }
});
