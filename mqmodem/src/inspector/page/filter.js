// The filter language. `mqmodem trace --filter` has its twin in Rust; both are tested by
// the one table in mqmodem/src/observe/filter/cases.json.
//
// A filter is words with spaces between; an event has to match all of them. `-` before a
// word excludes what it matches. A quote at the front of a word, or behind its key, keeps
// spaces up to the next one; there `\"` and `\\` stand for `"` and `\`. Anywhere else a quote
// is a character like others.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {(event: TraceEvent, context: Context) => boolean} Test */

/**
 * What an event does not say of itself, in microseconds: when the first event was, and how
 * long the command took that this one is the result of.
 * @typedef {{first?: number | undefined, took?: number | undefined}} Context
 */

/** A filter that cannot be read; the message is a sentence for the user. */
export class FilterError extends Error {}

/**
 * The test that a filter is.
 * @param {string} text
 * @returns {Test}
 */
export function parse(text) {
  const tests = words(text).map(testOf);
  return (event, context) => tests.every((test) => test(event, context));
}

/**
 * One word: whether it excludes, its key, what it looks for.
 * @typedef {{not: boolean, key: string | undefined, value: string, quoted: boolean}} Word
 */

/**
 * @param {string} text
 * @returns {Word[]}
 */
function words(text) {
  const found = [];
  // A minus with something behind it, a key, what is quoted, all up to the next space.
  const word = /(-(?=[^ ]))?(?:([a-z]+):)?(?:(")((?:\\["\\]|[^"])*)("?))?([^ ]*) */y;
  word.lastIndex = text.length - text.replace(/^ +/, "").length;
  while (word.lastIndex < text.length) {
    const [, minus, key, quote, quoted = "", end, rest = ""] = word.exec(text) ?? [];
    if (quote && !end) throw new FilterError('a quote is not closed; write " behind it');
    const value = quoted.replace(/\\(["\\])/g, "$1") + rest;
    found.push({ not: minus !== undefined, key, value, quoted: quote !== undefined });
  }
  return found;
}

/**
 * @param {Word} word
 * @returns {Test}
 */
function testOf({ not, key, value, quoted }) {
  const test = key === undefined ? contains(value) : keyed(key, value, quoted);
  return not ? (event, context) => !test(event, context) : test;
}

/**
 * Where `key:value` holds.
 * @param {string} key
 * @param {string} value
 * @param {boolean} quoted
 * @returns {Test}
 */
function keyed(key, value, quoted) {
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  if (!known) {
    const keys = Object.keys(KEYS).map((name) => `${name}:`).join(" ");
    throw new FilterError(
      `there is no ${key}: in a filter, there are ${keys}; put a text with a colon in quotes`,
    );
  }
  const test = value === "" && !quoted ? undefined : known.test(value);
  if (!test) throw new FilterError(`${key}: takes ${known.takes}`);
  return test;
}

/**
 * What stands before a colon: the test it makes of a value, if it can.
 * @type {Record<string, {takes: string, test: (value: string) => Test | undefined}>}
 */
const KEYS = {
  topic: {
    takes: "a topic, such as topic:a/*",
    test: (value) => {
      const pattern = glob(value);
      return (event) => topics(event).some((topic) => pattern.test(topic));
    },
  },
  name: {
    takes: "the name of a packet, such as name:PUBLISH",
    test: (value) => {
      const pattern = glob(value.toLowerCase());
      return (event) => pattern.test((event.name ?? "").toLowerCase());
    },
  },
  id: {
    takes: "a number, such as id:7",
    test: (value) => numbered(value, (event) => [event.id]),
  },
  code: {
    takes: "a number, such as code:24",
    test: (value) => numbered(value, codes),
  },
  command: {
    takes: "a number, such as command:12",
    test: (value) => numbered(value, (event) => [event.command]),
  },
  qos: {
    takes: "a number, such as qos:1",
    test: (value) => numbered(value, levels),
  },
  is: {
    takes: "error, urc, fault, in, out, at or mqtt",
    test: (value) => (Object.hasOwn(KINDS, value) ? KINDS[value] : undefined),
  },
  after: {
    takes: "a time, such as after:5s",
    test: (value) => {
      const least = time(value);
      if (least === undefined) return undefined;
      return ({ t = 0 }, { first = 0 }) => t >= first + least;
    },
  },
  slower: {
    takes: "a time, such as slower:500ms",
    test: (value) => {
      const least = time(value);
      if (least === undefined) return undefined;
      return (_, { took }) => took !== undefined && took >= least;
    },
  },
};

/** @type {Record<string, Test>} */
const KINDS = {
  error: isError,
  urc: (event) => event.type === "line" && event.kind === "urc",
  fault: (event) => event.type === "fault",
  in: (event) => event.dir === "in",
  out: (event) => event.dir === "out",
  at: (event) => event.type === "line" || event.type === "port",
  mqtt: (event) => event.type === "packet" || event.type === "link",
};

/** Acknowledgements say that they failed by a code from here on. */
const FAILURE = 128;
/** The code of a link that a command of the host has closed. */
const BY_COMMAND = 33;

/**
 * Whether the event says that something went wrong.
 * @param {TraceEvent} event
 */
export function isError({ type, kind, text = "", what, by, name, code = 0, codes = [] }) {
  switch (type) {
    case "line":
      return kind === "result" && /^(ERROR$|4$|\+CM[ES] ERROR)/.test(text);
    case "packet":
      if (name === "CONNACK") return code !== 0;
      return name === "malformed" || [...codes, code].some((one) => one >= FAILURE);
    case "link":
      return what === "failed" || by === "broker" || (code !== 0 && code !== BY_COMMAND);
    case "store":
      return what === "failed";
    default:
      return false;
  }
}

/**
 * Where this text stands, in upper or lower case.
 * @param {string} value
 * @returns {Test}
 */
function contains(value) {
  const wanted = value.toLowerCase();
  return (event) => searched(event).toLowerCase().includes(wanted);
}

/** @param {TraceEvent} event */
function searched(event) {
  if (event.type === "line" || event.type === "packet") return event.text ?? "";
  const { type, what, state, words, to, by, text, lines, slot } = event;
  return [type, what, state, words, to, by, text, lines, slot].filter(Boolean).join(" ");
}

/** All of a text, where `*` is any text. @param {string} pattern */
function glob(pattern) {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`);
}

/** The topics of a packet, that of a will too. @param {TraceEvent} event */
function topics({ topic, will, topics: several = [] }) {
  const own = [topic, will].filter((one) => one !== undefined);
  return [...own, ...several.map(({ topic: one }) => one)];
}

/** The codes of an event; a CONNACK leaves out a 0. @param {TraceEvent} event */
function codes({ name, code, codes: several = [] }) {
  return [code ?? (name === "CONNACK" ? 0 : undefined), ...several];
}

/** The QoS of an event; a PUBLISH leaves out a 0. @param {TraceEvent} event */
function levels({ name, qos, topics: several = [] }) {
  return [qos ?? (name === "PUBLISH" ? 0 : undefined), ...several.map(({ qos: one }) => one)];
}

/**
 * @param {string} value
 * @param {(event: TraceEvent) => (number | undefined)[]} values
 * @returns {Test | undefined}
 */
function numbered(value, values) {
  const wanted = number(value);
  return wanted === undefined ? undefined : (event) => values(event).includes(wanted);
}

/** A number that is exact. @param {string} digits */
function number(digits) {
  return /^[0-9]{1,15}$/.test(digits) ? Number(digits) : undefined;
}

/** Microseconds of each unit. @type {Record<string, number>} */
const UNITS = { us: 1, ms: 1_000, s: 1_000_000, min: 60_000_000, h: 3_600_000_000 };

/** @param {string} value */
function time(value) {
  const [, digits = "", unit = ""] = /^([0-9]+)(us|ms|s|min|h)$/.exec(value) ?? [];
  const amount = number(digits);
  return amount === undefined ? undefined : amount * (UNITS[unit] ?? NaN);
}
