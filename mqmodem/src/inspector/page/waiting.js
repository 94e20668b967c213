// What comes while the list is paused.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */

/** Events that wait, in their order; of too many the oldest go, which is told. */
export class Waiting {
  /** @type {TraceEvent[]} */
  #events = [];
  #most;

  /** @param {number} most how many may wait */
  constructor(most) {
    this.#most = most;
  }

  get length() {
    return this.#events.length;
  }

  /** @param {TraceEvent[]} events */
  push(events) {
    for (const event of events) this.#events.push(event);
    if (this.#events.length > this.#most) this.#drop(this.#events.length - (this.#most >> 1));
  }

  /** @param {number} many */
  #drop(many) {
    const [first] = this.#events.splice(0, many);
    const from = number(first);
    const next = number(this.#events.find((event) => number(event) !== undefined));
    if (from === undefined || next === undefined || next <= from) return;
    this.#events.unshift({ type: "lost", from, count: next - from, why: "page" });
  }

  /** Takes all of them out. */
  take() {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** The number of an event, or the first of those that are missing. @param {TraceEvent | undefined} event */
function number(event) {
  return event?.seq ?? (event?.type === "lost" ? event.from : undefined);
}
