// What one sees of a modem while it works.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "../support/browser.js";
import { mosquitto, Program, stopAll } from "../support/program.js";

let browser, broker, program;

before(async () => {
  [browser, broker] = [await launch(), await mosquitto()];
  program = await Program.serve({});
  await program.host.online(broker.port);
});

after(async () => {
  await browser?.close();
  stopAll();
});

test("lines and packets appear as they pass, in their order", async () => {
  const window = await Window.open(browser, program.address);
  await window.says("#modem-state", "● connected");
  await window.says("#modem-peer", `127.0.0.1:${broker.port} MQTT 3.1.1`);
  await program.host.say('AT+MQTTPUB="meters/1/level",1,0,"37"');
  const rows = await window.until("the publish", (all) => all.at(-1) === "← OK" && all.some((row) => row.startsWith("→ AT+MQTTPUB")));
  const from = rows.findLastIndex((row) => row.startsWith("→ AT+MQTTPUB"));
  assert.deepEqual(rows.slice(from), [
    '→ AT+MQTTPUB="meters/1/level",1,0,"37"',
    rows[from + 1],
    rows[from + 2],
    "← OK",
  ]);
  assert.match(rows[from + 1], /^→ PUBLISH qos=1 id=\d+ topic="meters\/1\/level" payload="37"$/);
  assert.match(rows[from + 2], /^← PUBACK id=\d+$/);
  await window.says("#modem-counts", /AT\/s \d+ +MQTT\/s \d+ +errors 0 +lost 0/);
  await window.close();
});

test("a paused list stands still, and has what came when it goes on", async () => {
  const window = await Window.open(browser, program.address);
  await window.row("CONNACK");
  await window.press("Space");
  await window.says("#pause", "Go on");
  const still = await window.rows();
  await program.host.say("AT+MQTTSTATE");
  await window.says("#pause", "(3 new)");
  assert.deepEqual(await window.rows(), still);
  await window.press("Space");
  await window.row("+MQTTSTATE:1");
  await window.close();
});

test("a filter hides the rest, marks it, or says what is wrong with it", async () => {
  const window = await Window.open(browser, program.address);
  await program.host.say("AT+NOSUCH");
  await window.row("ERROR");
  await window.filter("name:CONN*");
  await window.until("two packets", (rows) => rows.length === 2 && rows.every((row) => /CONN/.test(row)));
  await window.filter("is:error");
  await window.until("errors", (rows) => rows.length > 0 && rows.every((row) => row.startsWith("←✗ ERROR")));
  await window.filter("topc:a");
  await window.says("#filter-error", "there is no topc: in a filter");
  await window.filter("nosuchword");
  await window.says("#list-empty", "No event matches the filter.");
  await window.page.uncheck("#hide");
  await window.filter("CONNECT");
  await window.until("all rows", (rows) => rows.length > 10);
  assert.ok((await window.page.locator(".row.marked").count()) >= 2);
  await window.close();
});

test("sides are hidden, bytes shown, and times counted in three ways", async () => {
  const window = await Window.open(browser, program.address);
  await window.row("CONNACK");
  await window.page.uncheck("#show-mqtt");
  await window.until("no packets", (rows) => !rows.some((row) => /CONNACK/.test(row)));
  await window.page.check("#show-hex");
  await window.until("bytes", (rows) => rows.some((row) => row === "→ 41 54 2b 4d 51 54 54 43 4f 4e 4e 45 43 54 0d"));
  await window.page.uncheck("#show-hex");
  await window.page.check("#show-mqtt");
  await window.page.uncheck("#show-at");
  await window.until("no lines", (rows) => !rows.some((row) => /AT\+/.test(row)));
  await window.page.check("#show-at");
  const time = async () => (await window.row("CONNACK")).locator(".time").textContent();
  assert.match(await time(), /^\+[\d.]+ (µs|ms|s)$/);
  await window.page.selectOption("#time", "clock");
  await window.page.waitForFunction(() => /^\d\d:\d\d:\d\d\.\d{3}$/.test(document.querySelector(".row .time").textContent));
  await window.page.selectOption("#time", "selected");
  await (await window.row("CONNACK")).click();
  await window.page.locator(".row.picked .time", { hasText: "+0 µs" }).waitFor();
  await window.close();
});

test("details have it all, and lead to the answer and back", async () => {
  const window = await Window.open(browser, program.address);
  const body = JSON.stringify({ device: "pump-7", readings: [1, 2, 3], unit: "bar" });
  await program.host.say(`AT+MQTTPUB="meters/2",1,0,"${body.replaceAll('"', '\\"')}"`);
  await (await window.row('→ PUBLISH qos=1')).waitFor();
  await window.filter("name:PUBLISH topic:meters/2");
  await (await window.row('topic="meters/2"')).click();
  await window.says("#detail h3", "PUBLISH to the broker");
  await window.says("#detail dd", "meters/2");
  await window.page.click("#detail .forms .json");
  await window.says("#detail .content", '"device": "pump-7"');
  assert.ok(!(await window.text("#detail .content")).includes("bar"), "it is folded");
  await window.page.click("text=Show all 9 lines");
  await window.says("#detail .content", '"unit": "bar"');
  await window.page.click("#detail .forms .hex");
  await window.says("#detail .content", "0000  7b 22 64 65 76 69 63 65");
  await window.page.click("text=Show the packet in hex");
  await window.says("#detail .content", "0000  32 3f 00 08 6d 65 74 65 72 73 2f 32");
  // The answer is not among what the filter shows, which is told.
  await window.page.click("text=Go to its answer");
  await window.says("#detail h3", "PUBACK from the broker");
  assert.equal(await window.page.inputValue("#filter"), "");
  await window.press("a");
  await window.says("#detail h3", "PUBLISH to the broker");
  await (await window.row('→ AT+MQTTPUB="meters/2"')).click();
  await window.page.click("text=Only this command");
  await window.until("command and result", (rows) => rows.length === 2 && rows[1] === "← OK");
  await window.close();
});

test("hostile topics and payloads are text", async () => {
  const window = await Window.open(browser, program.address);
  const evil = "<img src=x onerror=alert(1)>";
  await program.host.say('AT+MQTTSUB="evil/#",0');
  await program.host.say(`AT+MQTTPUB="evil/${evil}\u202egnp.exe",0,0,"<script>alert(2)</script>"`);
  await window.filter("is:in topic:evil/*");
  const row = await window.row(evil);
  assert.match(await row.textContent(), /<img src=x onerror=alert\(1\)>.*\\u202egnp\.exe.*<script>alert\(2\)<\/script>/);
  await row.click();
  await window.says("#detail .content", "<script>alert(2)</script>");
  assert.equal(await window.page.locator("img, body script").count(), 0);
  await window.close();
});

test("a list that is scrolled back stands still while more comes", async () => {
  const window = await Window.open(browser, program.address);
  await program.host.hurry(300, 0.3);
  await window.page.waitForFunction(() => Number(document.querySelector("#filter-count").textContent.replace(/\D/g, "")) > 600);
  await window.page.focus("#list");
  await window.press("Home");
  await window.page.locator("#newest").waitFor();
  const still = await window.rows();
  await program.host.hurry(300, 0.3);
  await window.says("#newest", /↓ newest \(\d+ new\)/);
  assert.deepEqual(await window.rows(), still);
  await window.page.click("#newest");
  await window.page.locator("#newest").waitFor({ state: "hidden" });
  await window.until("the newest", (rows) => rows.at(-1) === "← OK");
  await window.close();
});
