// What is shown, as a file.

import { decode } from "./bytes.js";
import { carried } from "./capture.js";
import { byId, setText } from "./dom.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {import("./store.js").Store} Store */

/** The program takes no more to convert. */
const MOST = 32 * 1024 * 1024;

/**
 * A trace as `--trace x.jsonl` writes it.
 * @param {TraceEvent | undefined} header
 * @param {TraceEvent[]} events
 */
export function jsonLines(header, events) {
  const lines = header ? [header, ...events] : events;
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * The events since the program was started last: numbers of another run are others.
 * @param {TraceEvent[]} events
 */
export function lastRun(events) {
  return events.slice(events.findLastIndex(({ type }) => type === "trace") + 1);
}

/**
 * A name that every system takes: `pump-7-2026-11-30T18-17-39`.
 * @param {string} modem
 * @param {Date} now
 */
export function fileName(modem, now) {
  const name = modem.replace(/[^\p{L}\p{N}._-]+/gu, "_").replace(/^[._]+|[._]+$/g, "").slice(0, 64);
  return `${name || "modem"}-${now.toISOString().slice(0, 19).replaceAll(":", "-")}`;
}

export class Downloads {
  #api;
  #store;
  #said = byId("download-said", HTMLElement);
  #modem = "";
  /** @type {TraceEvent | undefined} */
  header = undefined;
  /** How the modem is made, which a chat begins with. @type {TraceEvent | undefined} */
  setup = undefined;

  /**
   * @param {Api} api
   * @param {Store} store
   */
  constructor(api, store) {
    this.#api = api;
    this.#store = store;
    for (const form of ["chat", "pcapng", "jsonl"]) {
      byId(`download-${form}`, HTMLButtonElement).addEventListener("click", () => void this.#make(form));
    }
  }

  /** @param {string} modem */
  of(modem) {
    this.#modem = modem;
    this.header = undefined;
    this.setup = undefined;
    setText(this.#said, "");
  }

  /**
   * The bytes that a packet was on the wire; a secret in it is `***`.
   * @param {TraceEvent} event
   */
  async bytesOf(event) {
    if (event.raw !== undefined) return decode(event.raw);
    const capture = await this.#api.convert("pcapng", new Blob([jsonLines(this.header, [event])]));
    return carried(await capture.arrayBuffer());
  }

  /** @param {string} form */
  async #make(form) {
    // A chat is played: it needs all that went in, whatever is looked for.
    const events = lastRun(this.#store.events({ all: form === "chat" }));
    if (form === "chat" && this.setup && !events.includes(this.setup)) events.unshift(this.setup);
    const lines = new Blob([jsonLines(this.header, events)], { type: "application/x-ndjson" });
    try {
      if (form !== "jsonl" && lines.size > MOST) {
        throw new Error("These are more than 32 MiB. Filter, or take .jsonl and `mqmodem trace`.");
      }
      setText(this.#said, "…");
      const made = form === "jsonl" ? lines : await this.#api.convert(form, lines);
      const name = `${fileName(this.#modem, new Date())}.${form}`;
      save(made, name);
      setText(this.#said, name);
    } catch (error) {
      setText(this.#said, `✗ ${/** @type {Error} */ (error).message}`);
    }
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has to have taken it before it goes.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
