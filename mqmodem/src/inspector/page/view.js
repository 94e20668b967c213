// One modem: its stream, what is held of it, and all that shows it.

import { Actions } from "./actions.js";
import { Detail } from "./detail.js";
import { byId, setText } from "./dom.js";
import { Downloads } from "./downloads.js";
import { FilterError, parse } from "./filter.js";
import { List } from "./list.js";
import { Metrics } from "./metrics.js";
import { peerText, stateText, toneOf } from "./modems.js";
import { Plots } from "./plot.js";
import { MOST, Store } from "./store.js";
import { Stream } from "./stream.js";
import { count } from "./time.js";
import { Waiting } from "./waiting.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./event.js").TraceEvent} TraceEvent */

const EACH = 1_000;
/** The filter is applied when one stops to type for so long. */
const TYPING = 150;

export class ModemView {
  #api;
  #store = new Store();
  #metrics = new Metrics();
  #list = new List(this.#store, byId("list", HTMLElement));
  #detail = new Detail(byId("detail", HTMLElement));
  #plots = new Plots(byId("plots", HTMLElement));
  #actions;
  #downloads;
  #filter = byId("filter", HTMLInputElement);
  #pause = byId("pause", HTMLButtonElement);
  #name = "";
  /** @type {Stream | undefined} */
  #stream = undefined;
  #timer = 0;
  #typing = 0;
  #waiting = new Waiting(MOST);
  #paused = false;
  /** How far what is selected is known, so that its answer is shown when it comes. */
  #answered = false;
  /** How far the clock of the program is before ours, in seconds. */
  #ahead = 0;

  /** @type {(why: Error) => void} */
  onDown = () => {};
  onUp = () => {};
  /** Something to be told once. @type {(text: string) => void} */
  onStatus = () => {};

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
    this.#actions = new Actions(api);
    this.#downloads = new Downloads(api, this.#store);
    this.#list.onSelect = () => this.#showSelected();
    this.#list.onBehind = (behind) => this.#behind(behind);
    this.#detail.onGo = (n) => this.go(n);
    this.#detail.onFilter = (term) => this.#addTerm(term);
    this.#detail.bytesOf = (event) => this.#downloads.bytesOf(event);
    this.#detail.show(undefined);
    this.#tools();
  }

  #tools() {
    this.#filter.addEventListener("input", () => {
      window.clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => this.#choose(), TYPING);
    });
    this.#filter.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      this.#choose();
      this.find(event.shiftKey ? -1 : 1);
    });
    for (const id of ["show-at", "show-mqtt", "hide"]) {
      byId(id, HTMLInputElement).addEventListener("change", () => this.#choose());
    }
    byId("show-hex", HTMLInputElement).addEventListener("change", ({ target }) => {
      this.#list.hex = /** @type {HTMLInputElement} */ (target).checked;
      this.#list.draw();
    });
    byId("time", HTMLSelectElement).addEventListener("change", ({ target }) => {
      const { value } = /** @type {HTMLSelectElement} */ (target);
      this.#list.time = /** @type {import("./list.js").TimeMode} */ (value);
      this.#list.draw();
    });
    this.#pause.addEventListener("click", () => this.pause());
    byId("clear", HTMLButtonElement).addEventListener("click", () => this.#clear());
    byId("newest", HTMLButtonElement).addEventListener("click", () => {
      this.#list.newest();
      this.focus();
    });
  }

  /**
   * Looks at this modem.
   * @param {string} name
   */
  open(name) {
    if (this.#stream && name === this.#name) return;
    this.close();
    if (name !== this.#name) this.#forget(name);
    const listener = {
      next: () => this.#store.next,
      header: (/** @type {TraceEvent} */ header) => this.#header(header),
      events: (/** @type {TraceEvent[]} */ events) => this.#take(events),
      up: () => {
        this.#actions.changed();
        this.onUp();
      },
      down: (/** @type {Error} */ why) => this.onDown(why),
    };
    const { header } = this.#downloads;
    this.#stream = new Stream(this.#api, name, listener, header?.run);
    this.#timer = window.setInterval(() => this.#tick(), EACH);
    void this.#ask();
  }

  close() {
    this.#stream?.close();
    this.#stream = undefined;
    window.clearInterval(this.#timer);
  }

  /** @param {string} name */
  #forget(name) {
    this.#name = name;
    this.#store.reset();
    this.#metrics.reset();
    this.#waiting.take();
    if (this.#paused) this.pause();
    this.#list.select(undefined);
    this.#list.newest();
    this.#list.changed();
    this.#actions.of(name);
    this.#downloads.of(name);
    for (const id of ["modem-state", "modem-peer", "modem-counts"]) setText(byId(id, HTMLElement), "");
    this.#counts();
  }

  /** @param {TraceEvent} header */
  #header(header) {
    const before = this.#downloads.header;
    this.#downloads.header = header;
    // The list tells where another run of the program begins.
    if (before === undefined || before.run === header.run) return;
    this.#metrics.reset();
    this.#take([header]);
  }

  /** @param {TraceEvent[]} events */
  #take(events) {
    const rows = [];
    for (const event of events) {
      if (event.type === "counters") this.#counters(event);
      else rows.push(event);
      if (event.type === "setup") this.#downloads.setup = event;
    }
    if (rows.some(({ type }) => type === "fault")) this.#actions.changed();
    if (this.#paused) this.#wait(rows);
    else if (rows.length > 0) this.#add(rows);
  }

  /** @param {TraceEvent[]} events */
  #wait(events) {
    this.#waiting.push(events);
    this.#pauseText();
  }

  /** @param {TraceEvent[]} events */
  #add(events) {
    const rows = this.#store.add(events);
    for (const row of rows.added) this.#metrics.row(row);
    this.#list.removed(rows.gone);
    this.#list.draw();
    this.#counts();
    const selected = this.#list.selected;
    if (selected && !this.#answered && selected.answer !== undefined) this.#showSelected();
  }

  #showSelected() {
    const row = this.#list.selected;
    this.#answered = row?.answer !== undefined;
    this.#detail.show(row);
  }

  /** @param {TraceEvent} counters */
  #counters(counters) {
    this.#ahead = (counters.t ?? 0) / 1e6 - Date.now() / 1e3;
    this.#metrics.count(counters);
    this.#plots.draw(this.#metrics, Date.now() / 1e3 + this.#ahead);
    this.#head();
  }

  #head() {
    const { rates, errors } = this.#metrics;
    const { at = 0, mqtt = 0 } = rates.at(-1) ?? {};
    const parts = [`AT/s ${count(Math.round(at))}`, `MQTT/s ${count(Math.round(mqtt))}`];
    parts.push(`errors ${count(errors)}`, `lost ${count(this.#store.lost)}`);
    setText(byId("modem-counts", HTMLElement), parts.join("   "));
  }

  #counts() {
    const { length, matches, held } = this.#store;
    byId("list-empty", HTMLElement).hidden = length > 0;
    const filtered = this.#filter.value.trim() !== "" || length < held;
    const text = `${count(matches)} of ${count(held)}`;
    setText(byId("filter-count", HTMLElement), filtered ? `${text} match` : `${count(held)} events`);
    const nothing = "Nothing yet. What host, modem and broker say appears here.";
    const why = held > 0 ? "No event matches the filter." : nothing;
    setText(byId("list-empty", HTMLElement), why);
  }

  #tick() {
    if (document.hidden) return;
    void this.#ask();
  }

  /** Asks how the modem is. */
  async #ask() {
    const name = this.#name;
    try {
      const { modems } = await this.#api.modems({ q: name, limit: 500 });
      const modem = modems.find((found) => found.name === name);
      if (!modem || name !== this.#name) return;
      const chip = byId("modem-state", HTMLElement);
      setText(chip, stateText(modem));
      chip.dataset["state"] = toneOf(modem);
      setText(byId("modem-peer", HTMLElement), peerText(modem));
      const hint = modem.host ? "A host is attached: the line waits until it is idle." : "";
      setText(byId("send-hint", HTMLElement), hint);
    } catch {
      // The stream tells when the program does not answer.
    }
  }

  #choose() {
    window.clearTimeout(this.#typing);
    const error = byId("filter-error", HTMLElement);
    const checked = (/** @type {string} */ id) => byId(id, HTMLInputElement).checked;
    try {
      const test = parse(this.#filter.value);
      const filter = { at: checked("show-at"), mqtt: checked("show-mqtt"), hide: checked("hide") };
      this.#store.choose(test, filter);
      this.#list.marks = !filter.hide && this.#filter.value.trim() !== "";
      const view = byId("modem", HTMLElement);
      view.classList.toggle("no-at", !filter.at && filter.mqtt);
      view.classList.toggle("no-mqtt", !filter.mqtt && filter.at);
      setText(error, "");
      this.#filter.removeAttribute("aria-invalid");
      this.#list.changed();
      this.#counts();
    } catch (problem) {
      if (!(problem instanceof FilterError)) throw problem;
      setText(error, problem.message);
      this.#filter.setAttribute("aria-invalid", "true");
    }
  }

  /** @param {string} term */
  #addTerm(term) {
    const terms = this.#filter.value.trim();
    if (!terms.split(/\s+/).includes(term)) this.#filter.value = terms ? `${terms} ${term}` : term;
    this.#choose();
  }

  /** Empties the filter; whether there was something in it. */
  noFilter() {
    const had = this.#filter.value !== "";
    this.#filter.value = "";
    this.#choose();
    return had;
  }

  /**
   * Selects the next row that matches, or the one before.
   * @param {1 | -1} step
   */
  find(step) {
    const from = this.#list.selected ? this.#list.place : step > 0 ? -1 : this.#store.length;
    const place = this.#store.find(from, step);
    if (place === undefined) this.onStatus("No further line matches.");
    else this.#list.selectAt(place);
  }

  /**
   * Selects a row, also one that the filter hides.
   * @param {number} n
   */
  go(n) {
    if (this.#store.row(n) === undefined) {
      this.onStatus("That line is no longer held.");
      return;
    }
    if (!this.#store.isShown(n)) {
      this.onStatus("The filter hid it and was emptied.");
      byId("show-at", HTMLInputElement).checked = true;
      byId("show-mqtt", HTMLInputElement).checked = true;
      this.noFilter();
    }
    this.#list.select(n);
    this.focus();
  }

  /** Goes to the answer of what is selected, or back to what it answers. */
  answer() {
    const { answer, request } = this.#list.selected ?? {};
    const goal = answer ?? request;
    if (goal === undefined) this.onStatus("Nothing answers this line.");
    else this.go(goal);
  }

  /** Stops the list, or lets it go on. */
  pause() {
    this.#paused = !this.#paused;
    this.#pause.setAttribute("aria-pressed", String(this.#paused));
    if (!this.#paused) {
      const waiting = this.#waiting.take();
      if (waiting.length > 0) this.#add(waiting);
    }
    this.#pauseText();
    this.onStatus(this.#paused ? "The list is paused." : "The list goes on.");
  }

  #pauseText() {
    const new_ = this.#waiting.length > 0 ? ` (${count(this.#waiting.length)} new)` : "";
    setText(this.#pause, this.#paused ? `Go on${new_}` : "Pause");
  }

  #clear() {
    this.#store.clear();
    this.#waiting.take();
    this.#pauseText();
    this.#list.select(undefined);
    this.#list.newest();
    this.#list.changed();
    this.#counts();
    this.#head();
  }

  /** @param {number} behind */
  #behind(behind) {
    const newest = byId("newest", HTMLButtonElement);
    newest.hidden = this.#list.follows;
    setText(newest, behind > 0 ? `↓ newest (${count(behind)} new)` : "↓ newest");
  }

  focus() {
    byId("list", HTMLElement).focus({ preventScroll: true });
  }
}
