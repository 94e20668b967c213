// How the page looks: themes, widths, zoom, and for people who do not see it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "../support/browser.js";
import { mosquitto, Program, stopAll } from "../support/program.js";

let browser, broker, program;

before(async () => {
  [browser, broker] = [await launch(), await mosquitto()];
  program = await Program.serve({});
  const { host } = program;
  await host.online(broker.port);
  await host.say('AT+MQTTSUB="meters/#",1');
  await host.say('AT+MQTTPUB="meters/7/level",1,0,"{\\"level\\": 37, \\"unit\\": \\"mm\\", \\"valve\\": {\\"open\\": true}}"');
  await host.hears(/MQTTRECV/);
});

after(async () => {
  await browser?.close();
  stopAll();
});

/** Breaks the session in a way that is worth a picture. */
async function breakIt(window) {
  await window.page.click('#fault-buttons >> text=reply instead "ERROR"');
  await window.says("#faults-in-force", "reply instead");
  await window.page.fill("#note-line", "valve closed");
  await window.page.press("#note-line", "Enter");
  await program.host.say('AT+MQTTPUB="meters/7/level",1,0,"38"');
  await program.host.say("AT+NOSUCH");
}

test("axe finds nothing, and there are two themes", async () => {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    const window = await Window.open(browser, program.address, { colorScheme });
    if (colorScheme === "light") await breakIt(window);
    await (await window.row("→ PUBLISH qos=1")).click();
    await window.says("#modem-counts", "errors 1");
    const ground = await window.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const [red] = /\d+/.exec(ground) ?? [];
    assert.equal(Number(red) < 100, colorScheme === "dark", ground);
    await window.picture(`modem-${colorScheme}`);
    await window.accessible();
    await window.press("?");
    await window.accessible();
    await window.press("Escape", "Escape", "m");
    await window.page.locator("#modems-rows tr").waitFor();
    await window.accessible();
    await window.close();
  }
});

test("nothing is cut off and nothing scrolls sideways, at 1400, 640 and 320 and zoomed", async () => {
  const sizes = [[1400, 820], [640, 900], [320, 640], [350, 205]];
  for (const [width, height] of sizes) {
    const window = await Window.open(browser, program.address, { viewport: { width, height } });
    await window.row("← OK");
    await window.page.focus("#list");
    await window.press("End");
    await window.says("#detail h3", "Result");
    assert.equal(await window.isTooWide(), false, `${width} × ${height}`);
    const box = async (selector) => window.page.locator(selector).boundingBox();
    const [list, aside] = [await box("#list"), await box("aside")];
    assert.ok(list.height >= 150, `${width} × ${height}: the list is ${list.height} high`);
    const stacked = aside.y >= list.y + list.height;
    assert.equal(stacked, width < 1000, `${width} × ${height}`);
    await window.picture(`modem-${width}x${height}`, width < 1000);
    if (width < 400) await window.accessible();
    await window.press("m");
    await window.page.locator("#modems-rows tr").waitFor();
    assert.equal(await window.isTooWide(), false, `modems at ${width} × ${height}`);
    await window.close();
  }
});
