// A browser on the page, which watches that nothing goes wrong.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";
import { PATIENCE } from "./program.js";

/** What a browser says when the program is gone, or refuses: the page shows that itself. */
const EXPECTED = /Failed to load resource/;

export async function launch() {
  const root = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args: root });
}

/** The page in a window of its own. */
export class Window {
  #errors = [];
  #foreign = [];

  /**
   * @param {import("playwright-core").Browser} browser
   * @param {string} address with the token
   * @param {object} [options] of the window
   */
  static async open(browser, address, options = {}) {
    const window = new Window();
    const { modem = "pump-7", ...rest } = options;
    const viewport = { width: 1400, height: 820 };
    window.context = await browser.newContext({ viewport, reducedMotion: "reduce", ...rest });
    window.page = await window.context.newPage();
    window.page.setDefaultTimeout(PATIENCE);
    window.#watch(new URL(address).origin);
    await window.page.goto(modem === null ? address : `${address}&modem=${modem}`);
    return window;
  }

  #watch(origin) {
    this.page.on("pageerror", (error) => this.#errors.push(String(error.stack)));
    this.page.on("console", (message) => {
      if (["error", "warning"].includes(message.type()) && !EXPECTED.test(message.text())) {
        this.#errors.push(message.text());
      }
    });
    this.page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) this.#foreign.push(url);
    });
  }

  /** Closes it; nothing may have gone wrong and nothing foreign been asked for. */
  async close() {
    await this.context.close();
    assert.deepEqual(this.#errors, []);
    assert.deepEqual(this.#foreign, []);
  }

  /** The texts of the rows in sight, from top to bottom. */
  rows() {
    return this.page.$$eval("#list .row:not([hidden])", (rows) =>
      rows
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((row) => row.querySelector(".text").textContent),
    );
  }

  /** Waits for a row in sight that has this text. */
  async row(text) {
    const row = this.page.locator("#list .row:not([hidden])", { hasText: text }).first();
    await row.waitFor();
    return row;
  }

  /** Waits until the rows in sight are like this. */
  async until(what, test) {
    const begin = performance.now();
    let rows;
    do {
      rows = await this.rows();
      if (test(rows)) return rows;
      await this.page.waitForTimeout(30);
    } while (performance.now() - begin < PATIENCE);
    throw new Error(`${what}: ${JSON.stringify(rows, null, 1)}`);
  }

  /** Waits until this element has this text. */
  async says(selector, text) {
    await this.page.locator(selector, { hasText: text }).first().waitFor();
  }

  text(selector) {
    return this.page.textContent(selector);
  }

  /** Types a filter and has it applied. */
  async filter(words) {
    await this.page.fill("#filter", words);
    await this.page.press("#filter", "Enter");
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  /** Presses a button that makes a file, and returns what is in it. */
  async download(selector) {
    const [made] = await Promise.all([this.page.waitForEvent("download"), this.page.click(selector)]);
    return { name: made.suggestedFilename(), path: await made.path(), text: readFileSync(await made.path(), "utf8") };
  }

  /** What axe finds. Our own policy forbids scripts of others: it comes by the debugger. */
  async accessible() {
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document));
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    assert.deepEqual(found, []);
  }

  /** Whether one has to scroll sideways. */
  async isTooWide() {
    return this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }

  /** Keeps a picture, for people to look at. */
  async picture(name, fullPage = false) {
    mkdirSync(process.env.PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(process.env.PICTURES, `${name}.png`), fullPage });
  }
}
