// The events that the page holds, which of them are shown, and what answers what.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {import("./filter.js").Test} Test */

/**
 * An event of the list. `n` numbers the rows for as long as the page lives. `request` and
 * `answer` are numbers of other rows.
 * @typedef {{n: number, event: TraceEvent, gap: number | undefined, took: number | undefined,
 *   request: number | undefined, answer: number | undefined, match: boolean}} Row
 */

/** So many events are held; the oldest go first. */
export const MOST = 200_000;
/** So many go at once. */
const PIECE = 10_000;
/** Commands that may still get an answer. */
const OPEN_COMMANDS = 64;

/** The packet that another one answers. @type {Record<string, string>} */
const ANSWERS = {
  CONNACK: "CONNECT",
  PUBACK: "PUBLISH",
  PUBREC: "PUBLISH",
  PUBREL: "PUBREC",
  PUBCOMP: "PUBREL",
  SUBACK: "SUBSCRIBE",
  UNSUBACK: "UNSUBSCRIBE",
  PINGRESP: "PINGREQ",
};

export class Store {
  /** @type {Row[]} */
  #rows = [];
  /** The number of the first row that is held. */
  #base = 0;
  /** The numbers of the rows that are shown, in order. @type {number[]} */
  #shown = [];
  /** @type {Test} */
  #test = () => true;
  #filter = { at: true, mqtt: true, hide: true };
  #matches = 0;
  #most;

  /** The number of the next event, once one has come. @type {number | undefined} */
  #next = undefined;
  /** The times of the last one, and of the first that is held.
   * @type {number | undefined} */
  #last = undefined;
  /** @type {number | undefined} */
  #first = undefined;
  #lost = 0;

  /** What waits for its answer: the number of its row. @type {Map<number, number>} */
  #commands = new Map();
  /** @type {Map<string, number>} */
  #packets = new Map();

  constructor(most = MOST) {
    this.#most = most;
  }

  /** How many events are missing in all that came. */
  get lost() {
    return this.#lost;
  }

  /** How many events are held. */
  get held() {
    return this.#rows.length;
  }

  /** How many are shown. */
  get length() {
    return this.#shown.length;
  }

  /** How many match the filter, shown or not. */
  get matches() {
    return this.#matches;
  }

  /** The number that the next event should have: where to go on reading. */
  get next() {
    return this.#next ?? 0;
  }

  /**
   * The row that is shown at this place.
   * @param {number} place
   * @returns {Row | undefined}
   */
  at(place) {
    const n = this.#shown[place];
    return n === undefined ? undefined : this.row(n);
  }

  /**
   * The row of this number, if it is held.
   * @param {number | undefined} n
   * @returns {Row | undefined}
   */
  row(n) {
    return n === undefined ? undefined : this.#rows[n - this.#base];
  }

  /**
   * Where the row of this number is shown: its place, or, where it is not, that of the
   * next one that is.
   * @param {number} n
   */
  place(n) {
    let [low, high] = [0, this.#shown.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shown[middle] ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Whether the row of this number is shown.
   * @param {number} n
   */
  isShown(n) {
    return this.#shown[this.place(n)] === n;
  }

  /**
   * Takes events in. An event that came already is left out; what is missing before one
   * without having been told is told.
   * @param {TraceEvent[]} events
   * @returns {{added: Row[], gone: number}} the new rows, and how many at the top of the
   *   list had to go
   */
  add(events) {
    const before = this.#rows.length;
    for (const event of events) {
      if (event.seq === undefined) this.#unnumbered(event);
      else if (this.#next !== undefined && event.seq < this.#next) continue;
      else this.#numbered(event, event.seq);
    }
    const added = this.#rows.slice(before);
    return { added, gone: this.#trim() };
  }

  /** @param {TraceEvent} event */
  #unnumbered(event) {
    if (event.type === "lost") {
      this.#lost += event.count ?? 0;
      const next = event.from === undefined ? 0 : event.from + (event.count ?? 0);
      this.#next = Math.max(this.#next ?? 0, next) || undefined;
    } else if (event.type === "trace") {
      this.#restart();
    }
    this.#push(event);
  }

  /**
   * @param {TraceEvent} event
   * @param {number} seq
   */
  #numbered(event, seq) {
    if (this.#next !== undefined && seq > this.#next) {
      const count = seq - this.#next;
      this.#unnumbered({ type: "lost", from: this.#next, count, why: "reader" });
    }
    this.#next = seq + 1;
    this.#push(event);
  }

  /** Numbers begin anew with each run of the program. */
  #restart() {
    this.#next = undefined;
    this.#commands.clear();
    this.#packets.clear();
  }

  /** @param {TraceEvent} event */
  #push(event) {
    const n = this.#base + this.#rows.length;
    const { t } = event;
    const gap = t !== undefined && this.#last !== undefined ? t - this.#last : undefined;
    if (t !== undefined) {
      this.#last = t;
      this.#first ??= t;
    }
    const row = /** @type {Row} */ ({ n, event, gap, match: true });
    this.#connect(row);
    this.#rows.push(row);
    this.#judge(row);
  }

  /** Finds what this row answers, and notes what it asks. @param {Row} row */
  #connect(row) {
    const { event } = row;
    if (event.type === "line" && event.command !== undefined) {
      this.#command(row, event.command);
    } else if (event.type === "packet") {
      this.#packet(row);
    }
  }

  /**
   * @param {Row} row
   * @param {number} command
   */
  #command(row, command) {
    if (row.event.kind === "command") {
      this.#commands.set(command, row.n);
      const [oldest] = this.#commands.keys();
      if (this.#commands.size > OPEN_COMMANDS && oldest !== undefined) {
        this.#commands.delete(oldest);
      }
    } else if (row.event.kind === "result") {
      this.#answer(row, this.#commands.get(command));
      this.#commands.delete(command);
    }
  }

  /** @param {Row} row */
  #packet(row) {
    const { link, dir, name = "", id = 0 } = row.event;
    const asked = ANSWERS[name];
    if (asked !== undefined) {
      const key = `${link} ${dir === "in" ? "out" : "in"} ${asked} ${id}`;
      this.#answer(row, this.#packets.get(key));
      this.#packets.delete(key);
    }
    if (name !== "PUBLISH" || id !== 0) this.#packets.set(`${link} ${dir} ${name} ${id}`, row.n);
  }

  /**
   * @param {Row} row
   * @param {number | undefined} asked
   */
  #answer(row, asked) {
    const request = this.row(asked);
    if (!request) return;
    request.answer = row.n;
    row.request = request.n;
    row.took = (row.event.t ?? 0) - (request.event.t ?? 0);
  }

  /** @param {Row} row */
  #judge(row) {
    const { type } = row.event;
    // What is missing is told whatever is looked for.
    const always = type === "lost" || type === "trace";
    row.match = always || this.#test(row.event, { first: this.#first, took: commandTook(row) });
    if (row.match && !always) this.#matches += 1;
    const at = type !== "line" && type !== "port";
    const mqtt = type !== "packet" && type !== "link";
    const wanted = (this.#filter.at || at) && (this.#filter.mqtt || mqtt);
    if (wanted && (row.match || !this.#filter.hide)) this.#shown.push(row.n);
  }

  #trim() {
    if (this.#rows.length <= this.#most) return 0;
    const piece = Math.max(this.#rows.length - this.#most, Math.min(PIECE, this.#most >> 1));
    for (const row of this.#rows.splice(0, piece)) {
      if (row.match && row.event.seq !== undefined) this.#matches -= 1;
    }
    this.#base += piece;
    const gone = this.place(this.#base);
    this.#shown.splice(0, gone);
    return gone;
  }

  /**
   * Chooses what is shown.
   * @param {Test} test
   * @param {{at: boolean, mqtt: boolean, hide: boolean}} filter whether lines and packets
   *   are shown at all; whether what does not match is hidden
   */
  choose(test, filter) {
    this.#test = test;
    this.#filter = filter;
    this.#shown = [];
    this.#matches = 0;
    for (const row of this.#rows) this.#judge(row);
  }

  /** Drops all that is held; what comes goes on. */
  clear() {
    this.#base += this.#rows.length;
    this.#rows = [];
    this.#shown = [];
    this.#matches = 0;
    this.#lost = 0;
    this.#first = undefined;
  }

  /** Forgets everything: another modem is looked at. */
  reset() {
    this.clear();
    this.#restart();
    this.#last = undefined;
  }

  /**
   * The next place, from this one on, whose row matches the filter.
   * @param {number} place
   * @param {1 | -1} step
   * @returns {number | undefined}
   */
  find(place, step) {
    for (let at = place + step; at >= 0 && at < this.#shown.length; at += step) {
      const row = this.at(at);
      if (row?.match && row.event.seq !== undefined) return at;
    }
    return undefined;
  }

  /**
   * The events that are shown, or all that are held.
   * @param {{all: boolean}} which
   * @returns {TraceEvent[]}
   */
  events({ all }) {
    if (all) return this.#rows.map(({ event }) => event);
    return this.#shown.flatMap((n) => this.row(n)?.event ?? []);
  }
}

/** How long the command took that this row is the result of. @param {Row} row */
function commandTook({ event, took }) {
  return event.kind === "result" ? took : undefined;
}
