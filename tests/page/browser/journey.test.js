// A session is seen, broken by a button, exported as a chat, and played again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { launch, Window } from "../support/browser.js";
import { mosquitto, Program, stopAll } from "../support/program.js";

let browser;

after(async () => {
  await browser?.close();
  stopAll();
});

test("what was broken by a button is a test that plays", async () => {
  browser = await launch();
  const broker = await mosquitto();
  const program = await Program.serve({});
  const window = await Window.open(browser, program.address);
  await program.host.online(broker.port);
  await program.host.say('AT+MQTTPUB="level",1,0,"37"');
  await window.row("← PUBACK");
  await window.page.click("#fault-buttons >> text=net reset");
  await program.host.hears(/\+MQTTDISCONNECTED:24/);
  await window.row("← +MQTTDISCONNECTED:24");
  await window.page.fill("#note-line", "the network was gone");
  await window.page.press("#note-line", "Enter");
  await window.row("the network was gone");
  // A filter does not take from a chat what it needs to play.
  await window.filter("is:error");
  const chat = await window.download("#download-chat");
  assert.match(chat.name, /^pump-7-.*\.chat$/);
  for (const line of ['> AT+MQTTPUB="level",1,0,"37"', "broker > PUBACK", "broker reset", "< +MQTTDISCONNECTED:24"]) {
    assert.ok(chat.text.includes(line), `${line} in\n${chat.text}`);
  }
  execFileSync(process.env.MQMODEM, ["chat", "run", chat.path]);
  const capture = await window.download("#download-pcapng");
  assert.equal(readFileSync(capture.path).subarray(0, 4).toString("hex"), "0a0d0d0a");
  await window.close();
  await program.stop();
  await broker.stop();
});
