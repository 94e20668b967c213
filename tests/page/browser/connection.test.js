// Tokens, a program that is started again, what is missing, and many modems.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, Window } from "../support/browser.js";
import { folder, Program, stopAll } from "../support/program.js";

let browser;

before(async () => {
  browser = await launch();
});

after(async () => {
  await browser?.close();
  stopAll();
});

test("the token leaves the address, outlives a reload, and is asked for if it is wrong", async () => {
  const program = await Program.serve({});
  const window = await Window.open(browser, program.address, { modem: null });
  await window.row("← OK");
  assert.equal(new URL(window.page.url()).hash, "#modem=pump-7");
  await window.page.reload();
  await window.row("← OK");
  await window.page.evaluate(() => sessionStorage.clear());
  await window.page.reload();
  await window.says("#token-why", "the token is missing");
  await window.page.fill("#token-line", "wrong");
  await window.press("Enter");
  await window.says("#token-why", "the token is wrong");
  await window.page.fill("#token-line", program.address);
  await window.press("Enter");
  await window.row("← OK");
  await window.page.locator("#banner").waitFor({ state: "hidden" });
  await window.close();
  await program.stop();
});

test("a program that is gone is told, and one that comes back is read from its start", async () => {
  const first = await Program.serve({});
  const window = await Window.open(browser, first.address);
  await window.row("← OK");
  await first.stop();
  await window.says("#banner", "This page has no stream");
  const second = await Program.serve({ port: first.port });
  await window.page.locator("#banner").waitFor({ state: "hidden" });
  await window.row("the program was started again");
  await second.host.say("AT+CGMM");
  const rows = await window.until("the new run", (all) => all.some((row) => row.includes("AT+CGMM")));
  assert.ok(rows.some((row) => row.startsWith("→ ATE0")), "the old run is still there");
  assert.equal(await window.page.locator(".row.lost").count(), 1);
  await window.close();
  await second.stop();
});

test("what the program could not keep for a page is told where it is missing", async () => {
  const program = await Program.serve({}, "--inspect-memory", "1M");
  const window = await Window.open(browser, program.address);
  await window.row("← OK");
  await window.press("m");
  await window.page.locator("#modems-rows a").waitFor();
  await program.host.hurry(15_000, 3);
  await window.page.click("#modems-rows a");
  await window.until("the newest", (rows) => rows.at(-1) === "← OK" && rows.at(-2) === "→ AT");
  await window.page.focus("#list");
  await window.press("Home");
  const row = await window.row("events were not sent to this page");
  const [, events] = /([\d,]+) events/.exec(await row.textContent());
  const { text } = await window.download("#download-jsonl");
  const [, ...lines] = text.trim().split("\n").map((line) => JSON.parse(line));
  const at = lines.findIndex(({ type }) => type === "lost");
  assert.equal(lines[at].count, Number(events.replaceAll(",", "")));
  assert.equal(lines[at].from, lines[at - 1].seq + 1);
  assert.equal(lines[at + 1].seq, lines[at].from + lines[at].count);
  await window.says("#modem-counts", `lost ${events}`);
  await window.close();
  await program.stop();
});

test("ten thousand modems are searched, sorted and paged through", async () => {
  const script = join(folder(), "idle.chat");
  writeFileSync(script, "# Idle\n> AT\n< OK\n");
  const words = ["fleet", "--modems", "10000", "--name", "pump-{index}", "--rate", "10000"];
  words.push("--script", script, "--every", "3600");
  const program = await Program.start(words);
  const window = await Window.open(browser, program.address, { modem: null });
  await window.says("#modems-range", "1–100 of 10,000");
  await window.picture("modems");
  assert.equal(await window.page.locator("#modems-rows tr").count(), 100);
  await window.page.click("#modems-after");
  await window.says("#modems-range", "101–200 of 10,000");
  await window.page.fill("#modems-search", "pump-0123");
  await window.says("#modems-range", "1–10 of 10");
  await window.page.selectOption("#modems-sort", "-name");
  await window.says("#modems-rows tr:first-child a", "pump-01239");
  await window.page.selectOption("#modems-state", "connected");
  await window.says("#modems-empty", "No modem is like that.");
  await window.page.selectOption("#modems-state", "");
  await window.page.click("text=pump-01234");
  await window.says("#modem-name", "pump-01234");
  await window.row("power on");
  await window.page.goBack();
  await window.page.locator("#modems-rows tr").first().waitFor();
  await window.close();
  await program.stop();
});
