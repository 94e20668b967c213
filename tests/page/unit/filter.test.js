// The filter language, by the table that its twin in Rust is tested by, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FilterError, parse } from "../../page/filter.js";

const { REPOSITORY } = process.env;
const TABLE = `${REPOSITORY}/mqmodem/src/observe/filter/cases.json`;
const cases = JSON.parse(readFileSync(TABLE, "utf8"));

test("each filter of the table matches what it says", () => {
  let matched = 0;
  for (const { filter, event, first, took, matches, error } of cases) {
    if (error !== undefined) continue;
    assert.equal(parse(filter)(event, { first, took }), matches, JSON.stringify({ filter, event }));
    matched += 1;
  }
  assert.ok(matched > 100, `the table has ${matched} of them`);
});

test("what cannot be read is said in one sentence that names it", () => {
  const errors = cases.filter(({ error }) => error !== undefined);
  assert.ok(errors.length > 8);
  for (const { filter, error } of errors) {
    assert.throws(
      () => parse(filter),
      (problem) => problem instanceof FilterError && problem.message === error,
      filter,
    );
  }
});
