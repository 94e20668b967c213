// Five thousand events a second, for ten seconds.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { launch, Window } from "../support/browser.js";
import { Program, stopAll } from "../support/program.js";

let browser;

after(async () => {
  await browser?.close();
  stopAll();
});

const SECONDS = 10;
/** Each is a command and its result. */
const COMMANDS = 2_500 * SECONDS;

test("whatever is missing of 5,000 events a second is counted as lost", async () => {
  browser = await launch();
  const program = await Program.serve({});
  const window = await Window.open(browser, program.address);
  await window.row("← OK");
  await window.page.evaluate(() => {
    const seen = { frames: 0, long: [] };
    globalThis.seen = seen;
    const frame = () => {
      seen.frames += 1;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => seen.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  const took = await program.host.hurry(COMMANDS, SECONDS);
  const { frames, long } = await window.page.evaluate(() => globalThis.seen);
  await program.host.say("AT+CGMM");
  await window.row("AT+CGMM");
  await window.until("the last result", (rows) => rows.at(-1) === "← OK");
  const { text } = await window.download("#download-jsonl");
  const [, ...events] = text.trim().split("\n").map((line) => JSON.parse(line));
  let [next, lost] = [1, 0];
  for (const event of events) {
    assert.equal(event.seq ?? event.from, next);
    lost += event.count ?? 0;
    next += event.count ?? 1;
  }
  assert.ok(next > 2 * COMMANDS, `${next} events`);
  await window.says("#modem-counts", `lost ${lost.toLocaleString("en")}`);
  const rate = Math.round((2 * COMMANDS) / took);
  const longest = Math.round(Math.max(0, ...long));
  console.log(`${rate} events/s, ${Math.round(frames / took)} frames/s, ${lost} lost, ${long.length} tasks above 50 ms, ${longest} ms at most`);
  await window.picture("load");
  await window.close();
});
