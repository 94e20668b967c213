// The live stream of one modem: JSON lines over fetch, again and again.

import { Refusal } from "./api.js";

/** @typedef {import("./api.js").Api} Api */
/** @typedef {import("./event.js").TraceEvent} TraceEvent */

/** The stream brings something each second; after this it is taken for dead. */
const SILENCE = 5_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 4_000;

/**
 * Cuts what comes into lines, wherever the pieces end.
 */
export class Lines {
  #decoder = new TextDecoder();
  #rest = "";

  /**
   * The lines that are whole now.
   * @param {Uint8Array} piece
   */
  push(piece) {
    const lines = (this.#rest + this.#decoder.decode(piece, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "");
  }
}

/**
 * What becomes of a stream. `next` is the number to go on from.
 * @typedef {object} Listener
 * @property {() => number} next
 * @property {(events: TraceEvent[]) => void} events
 * @property {(header: TraceEvent) => void} header another run than before, or the first
 * @property {() => void} up
 * @property {(why: Error) => void} down
 */

export class Stream {
  #api;
  #modem;
  #listener;
  #stop = new AbortController();
  /** The run that the last events were of. @type {string | undefined} */
  #run;

  /**
   * Begins to read, and reads on after every failure until it is closed.
   * @param {Api} api
   * @param {string} modem
   * @param {Listener} listener
   * @param {string} [run] that `next` is of, where something was read before
   */
  constructor(api, modem, listener, run) {
    this.#api = api;
    this.#modem = modem;
    this.#listener = listener;
    this.#run = run;
    void this.#live();
  }

  close() {
    this.#stop.abort();
  }

  get #closed() {
    return this.#stop.signal.aborted;
  }

  async #live() {
    let pause = FIRST_PAUSE;
    while (!this.#closed) {
      try {
        await this.#once(() => {
          pause = FIRST_PAUSE;
        });
      } catch (error) {
        if (this.#closed) return;
        this.#listener.down(error instanceof Error ? error : new Error(String(error)));
        // Nothing but a new token helps.
        if (error instanceof Refusal && error.needsToken(this.#api.token)) return;
      }
      await sleep(pause, this.#stop.signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE);
    }
  }

  /**
   * Reads one stream to its end, which is a failure.
   * @param {() => void} works
   */
  async #once(works) {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    this.#stop.signal.addEventListener("abort", end);
    const watch = new Watch(SILENCE, end);
    try {
      // Numbers of another run mean other events.
      const { run } = await this.#api.about(attempt.signal);
      const from = run === this.#run ? this.#listener.next() : 0;
      const body = await this.#api.events(this.#modem, from, attempt.signal);
      this.#listener.up();
      works();
      const [reader, lines] = [body.getReader(), new Lines()];
      for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Error("The stream has ended.");
        watch.seen();
        this.#take(lines.push(value));
      }
    } finally {
      watch.end();
      this.#stop.signal.removeEventListener("abort", end);
      attempt.abort();
    }
  }

  /** @param {string[]} lines */
  #take(lines) {
    /** @type {TraceEvent[]} */
    const events = [];
    for (const line of lines) {
      const event = JSON.parse(line);
      if (event.type !== "trace") events.push(event);
      else if (event.run !== this.#run) {
        this.#run = event.run;
        this.#listener.header(event);
      }
    }
    if (events.length > 0) this.#listener.events(events);
  }
}

/** Calls once nothing was seen for so long. */
class Watch {
  #timer;
  #last = performance.now();

  /**
   * @param {number} patience
   * @param {() => void} late
   */
  constructor(patience, late) {
    this.#timer = setInterval(() => {
      if (performance.now() - this.#last > patience) late();
    }, patience / 5);
  }

  seen() {
    this.#last = performance.now();
  }

  end() {
    clearInterval(this.#timer);
  }
}

/**
 * @param {number} millis
 * @param {AbortSignal} signal
 */
function sleep(millis, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, millis);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      done(undefined);
    });
  });
}
