// The list of all modems, asked for once a second while it is looked at.

import { byId, element, setText } from "./dom.js";
import { count } from "./time.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./api.js").Modem} Modem */
/** @typedef {import("./api.js").Modems} Page */

/** Modems on one page. */
const PAGE = 100;
const EACH = 1_000;

/** The states, and the shape each has. @type {Record<string, string>} */
export const SHAPES = { connected: "●", connecting: "◐", waiting: "◔", down: "○", off: "□" };

/**
 * A state as a shape and a word.
 * @param {{state: string, code: number | null, retry: number | null}} modem
 */
export function stateText({ state, code, retry }) {
  const words = [`${SHAPES[state] ?? "○"} ${state}`];
  if (state !== "connected" && code) words.push(`code ${code}`);
  if (state === "waiting" && retry !== null) words.push(`retry in ${Math.ceil(retry)} s`);
  return words.join(", ");
}

/**
 * The state as app.css colours it: one that never tried to connect is not in trouble.
 * @param {Modem} modem
 */
export function toneOf({ state, code }) {
  return state === "down" && !code ? "off" : state;
}

/**
 * Where a modem is connected: `broker.example:8883 TLS 1.3 MQTT 5`.
 * @param {Modem} modem
 */
export function peerText({ to, tls, mqtt }) {
  if (to === null) return "";
  return [to, tls && `TLS ${tls}`, mqtt && `MQTT ${mqtt}`].filter(Boolean).join(" ");
}

export class Modems {
  #api;
  #search = byId("modems-search", HTMLInputElement);
  #state = byId("modems-state", HTMLSelectElement);
  #sort = byId("modems-sort", HTMLSelectElement);
  #counts = byId("modems-counts", HTMLElement);
  #body = byId("modems-rows", HTMLElement);
  #empty = byId("modems-empty", HTMLElement);
  #range = byId("modems-range", HTMLElement);
  #before = byId("modems-before", HTMLButtonElement);
  #after = byId("modems-after", HTMLButtonElement);
  #offset = 0;
  #timer = 0;
  #asked = new AbortController();
  /** What each modem had counted, and when: the rates are of what came since.
   * @type {Map<string, {events: number, when: number, rate: number}>} */
  #rates = new Map();

  /** @type {(why: Error) => void} */
  onError = () => {};
  onAnswer = () => {};

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
    for (const field of [this.#search, this.#state, this.#sort]) {
      field.addEventListener("input", () => this.#turn(-Infinity));
    }
    this.#before.addEventListener("click", () => this.#turn(-PAGE));
    this.#after.addEventListener("click", () => this.#turn(PAGE));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.#timer) void this.#ask();
    });
  }

  show() {
    if (!this.#timer) this.#timer = window.setInterval(() => void this.#tick(), EACH);
    void this.#ask();
  }

  hide() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#asked.abort();
  }

  /** @param {number} by */
  #turn(by) {
    this.#offset = Math.max(0, this.#offset + by);
    void this.#ask();
  }

  async #tick() {
    if (!document.hidden) await this.#ask();
  }

  async #ask() {
    this.#asked.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const query = { q: this.#search.value.trim(), state: this.#state.value };
    const page = { sort: this.#sort.value, offset: this.#offset, limit: PAGE };
    try {
      const found = await this.#api.modems({ ...query, ...page }, asked.signal);
      if (asked.signal.aborted) return;
      this.onAnswer();
      this.#draw(found);
    } catch (error) {
      if (!asked.signal.aborted) this.onError(/** @type {Error} */ (error));
    }
  }

  /** @param {Page} page */
  #draw({ total, counts, modems }) {
    if (this.#offset >= total && this.#offset > 0) {
      this.#offset = Math.max(0, (Math.ceil(total / PAGE) - 1) * PAGE);
      void this.#ask();
      return;
    }
    const states = Object.entries(SHAPES).map(
      ([state, shape]) => `${shape} ${count(counts[state] ?? 0)} ${state}`,
    );
    setText(this.#counts, states.join("   "));
    const last = this.#offset + modems.length;
    const range = total === 0 ? "0" : `${count(this.#offset + 1)}–${count(last)}`;
    setText(this.#range, `${range} of ${count(total)}`);
    this.#before.disabled = this.#offset === 0;
    this.#after.disabled = last >= total;
    this.#empty.hidden = total > 0;
    this.#rows(modems);
  }

  /** Rows are changed in place, so that a key press on one is not lost. @param {Modem[]} modems */
  #rows(modems) {
    const now = performance.now();
    while (this.#body.children.length > modems.length) this.#body.lastElementChild?.remove();
    modems.forEach((modem, at) => {
      const row = this.#body.children[at] ?? this.#body.appendChild(emptyRow());
      const [link, ...cells] = row.querySelectorAll("a, td");
      if (!(link instanceof HTMLAnchorElement)) return;
      link.href = `#${new URLSearchParams({ modem: modem.name })}`;
      setText(link, modem.name);
      this.#texts(modem, now).forEach((text, index) => {
        const cell = cells[index];
        if (cell) setText(cell, text);
      });
      row.setAttribute("data-state", toneOf(modem));
    });
  }

  /**
   * @param {Modem} modem
   * @param {number} now
   */
  #texts(modem, now) {
    const { dialect, at, packets, errors, lost, host } = modem;
    const rate = this.#rate(modem.name, at + packets, now);
    const numbers = [at, packets, errors, lost].map(count);
    return [stateText(modem), peerText(modem), dialect, host ? "attached" : "–", rate, ...numbers];
  }

  /**
   * @param {string} name
   * @param {number} events
   * @param {number} now
   */
  #rate(name, events, now) {
    const before = this.#rates.get(name);
    if (before && now - before.when < EACH / 2) return count(Math.round(before.rate));
    const seconds = before ? (now - before.when) / 1_000 : 0;
    const rate = before ? Math.max(0, events - before.events) / seconds : 0;
    this.#rates.set(name, { events, when: now, rate });
    return before ? count(Math.round(rate)) : "";
  }
}

function emptyRow() {
  const row = element("tr", "", element("th", "", element("a")));
  row.firstElementChild?.setAttribute("scope", "row");
  const names = ["state", "to", "dialect", "host", "number", "number", "number", "number", "number"];
  row.append(...names.map((name) => element("td", name)));
  return row;
}

