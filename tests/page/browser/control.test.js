// What the page does to a modem, and that keys alone do it.

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

test("a line is sent beside the host, and its answer is shown", async () => {
  const window = await Window.open(browser, program.address);
  await window.says("#send-hint", "A host is attached");
  await window.page.fill("#send-line", "AT+MQTTSTATE");
  await window.page.press("#send-line", "Enter");
  await window.says("#answer", "+MQTTSTATE:1");
  assert.equal(await window.page.inputValue("#send-line"), "");
  await window.page.press("#send-line", "ArrowUp");
  assert.equal(await window.page.inputValue("#send-line"), "AT+MQTTSTATE");
  await window.row("+MQTTSTATE:1");
  await window.close();
});

test("a button arms a fault, which is told when it fires, and ends", async () => {
  const window = await Window.open(browser, program.address);
  await window.page.click("text=broker lose PUBACK");
  await window.says("#faults-in-force", /armed broker lose PUBACK/);
  await window.row(/fault \d+ armed broker lose PUBACK/);
  await window.page.click("#faults-in-force li button");
  await window.row(/fault \d+ ended broker lose PUBACK/);
  await window.page.locator("#faults-in-force li").waitFor({ state: "detached" });
  await window.page.fill("#fault-line", "net rest");
  await window.page.press("#fault-line", "Enter");
  await window.says("#answer.error", "did you mean `reset`?");
  assert.equal(await window.page.inputValue("#fault-line"), "net rest");
  await window.page.fill("#fault-line", 'reply instead "ERROR" to=+CSQ');
  await window.page.press("#fault-line", "Enter");
  await window.says("#faults-in-force", "reply instead");
  assert.match(await program.host.say("AT+CSQ"), /ERROR/);
  await window.row(/fault \d+ fired reply instead "ERROR"/);
  await window.close();
});

test("a note stands in the trace, and what is shown is exported", async () => {
  const window = await Window.open(browser, program.address);
  await window.page.fill("#note-line", "step 4: <valve> closed");
  await window.page.press("#note-line", "Enter");
  await window.row("✎ step 4: <valve> closed");
  await window.filter("valve");
  await window.until("the note", (rows) => rows.length === 1);
  const { name, text } = await window.download("#download-jsonl");
  assert.match(name, /^pump-7-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.jsonl$/);
  const [header, note, ...rest] = text.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual([header.type, header.version, note.type, note.modem, rest], ["trace", 1, "note", "pump-7", []]);
  await window.close();
});

test("keys alone do all of it", async () => {
  const window = await Window.open(browser, program.address);
  await window.row("CONNACK");
  await window.press("/");
  await window.page.keyboard.type("CONNECT -is:in");
  await window.until("what matches", (rows) => rows.length > 0 && rows.every((row) => row.includes("CONNECT")));
  await window.press("Escape", "Escape", "End", "Home");
  await window.page.locator('[role="option"][aria-selected="true"][aria-posinset="1"]').waitFor();
  const active = await window.page.getAttribute("#list", "aria-activedescendant");
  assert.equal(await window.page.getAttribute(`#${active}`, "aria-selected"), "true");
  await window.press("PageDown", "ArrowUp", "n", "N", "?");
  await window.page.locator("#help[open]").waitFor();
  await window.press("Escape", "c");
  await window.page.keyboard.type("AT+CSQ");
  await window.press("Enter");
  await window.says("#answer", "+CSQ:");
  await window.press("Escape", "m");
  await window.page.locator("#modems-rows a").waitFor();
  await window.page.focus("#modems-rows a");
  await window.press("Enter");
  await window.row("+CSQ:");
  await window.close();
});

test("every fault that is offered is one", async () => {
  const window = await Window.open(browser, program.address);
  const words = await window.page.$$eval("#fault-buttons button, #fault-words option", (all) =>
    all.map((one) => one.value || one.textContent),
  );
  assert.ok(words.length > 30);
  const { origin, hash } = new URL(program.address);
  const headers = { Authorization: `Bearer ${hash.slice("#token=".length)}` };
  const ask = async (body) => {
    const answer = await fetch(`${origin}/api/control?modem=pump-7`, { method: "POST", headers, body });
    return answer.text();
  };
  for (const each of words) {
    assert.match(await ask(`fault ${each}`), /^ok \d+/, each);
    assert.match(await ask("clear"), /^ok/);
  }
  await window.close();
});

test("an inspector for reading alone has nothing to press", async () => {
  const only = await Program.serve({}, "--inspect-read-only");
  const window = await Window.open(browser, only.address);
  await window.row("← OK");
  await window.says("#read-only", "read only");
  assert.equal(await window.page.locator("#sending:visible, #faults:visible").count(), 0);
  await window.page.fill("#note-line", "notes are allowed");
  await window.page.press("#note-line", "Enter");
  await window.row("notes are allowed");
  await window.close();
  await only.stop();
});
