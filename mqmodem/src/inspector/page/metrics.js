// What the plots show: how much passes each second, and how long commands take.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {import("./store.js").Row} Row */

/** Seconds that are kept. */
export const KEPT = 120;
/** Commands whose times are kept. */
const COMMANDS = 1_000;

/** @typedef {{x: number, at: number, mqtt: number}} Rate */
/** @typedef {{x: number, p50: number, p90: number}} Latency */

export class Metrics {
  /** @type {Rate[]} */
  rates = [];
  /** @type {Latency[]} */
  latencies = [];
  errors = 0;
  /** @type {TraceEvent | undefined} */
  #counters = undefined;
  /** Times of the commands of the present second, in microseconds. @type {number[]} */
  #second = [];
  #at = 0;
  /** Those of the last commands. @type {number[]} */
  #recent = [];

  /** Takes in what the modem counted. @param {TraceEvent} counters */
  count(counters) {
    const { t = 0, at = 0, packets = 0, errors = 0 } = counters;
    const before = this.#counters;
    this.#counters = counters;
    this.errors = errors;
    if (before?.t === undefined || t <= before.t) return;
    const seconds = (t - before.t) / 1e6;
    const rate = (/** @type {number} */ now, /** @type {number | undefined} */ then = 0) =>
      Math.max(0, now - then) / seconds;
    this.rates.push({ x: t / 1e6, at: rate(at, before.at), mqtt: rate(packets, before.packets) });
    this.rates = this.rates.slice(-KEPT);
    this.#closeSecond(Math.floor(t / 1e6));
  }

  /** Takes in how long a command took, where the row is its result. @param {Row} row */
  row({ event, took }) {
    if (event.kind !== "result" || took === undefined || event.t === undefined) return;
    this.#closeSecond(Math.floor(event.t / 1e6));
    this.#second.push(took);
    this.#recent.push(took);
    if (this.#recent.length > 2 * COMMANDS) this.#recent = this.#recent.slice(-COMMANDS);
  }

  /** @param {number} now */
  #closeSecond(now) {
    if (now <= this.#at) return;
    if (this.#second.length > 0) {
      const [p50, p90] = [0.5, 0.9].map((part) => quantile(this.#second, part) / 1_000);
      this.latencies.push({ x: this.#at, p50: p50 ?? 0, p90: p90 ?? 0 });
      this.latencies = this.latencies.slice(-KEPT);
      this.#second = [];
    }
    this.#at = now;
  }

  /** Of the last commands, in microseconds. @param {number} part */
  quantile(part) {
    return this.#recent.length > 0 ? quantile(this.#recent.slice(-COMMANDS), part) : undefined;
  }

  reset() {
    this.rates = [];
    this.latencies = [];
    this.#counters = undefined;
    this.#second = [];
    this.#recent = [];
    this.#at = 0;
    this.errors = 0;
  }
}

/**
 * The least value that so many of all do not pass.
 * @param {number[]} values
 * @param {number} part
 */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}
