// The filter language. `mqmodem trace --filter` has its twin in Rust; both are tested by
// the one table in mqmodem/src/observe/filter/cases.json.
//
// A filter is terms with spaces between; an event has to match all of them. `-` before a
// term excludes what it matches. A term that begins with a quote goes to the next quote;
// in it `\"` and `\\` stand for `"` and `\`. Anywhere else a quote is a character like others.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {(event: TraceEvent, context: Context) => boolean} Test */

/**
 * What an event does not say of itself, in microseconds: the time since the event before
 * it, of the same modem, and since the command or packet that it answers.
 * @typedef {{gap?: number | undefined, took?: number | undefined}} Context
 */

/** A filter that cannot be read; the message is a sentence for the user. */
export class FilterError extends Error {}

/**
 * The test that a filter is.
 * @param {string} text
 * @returns {Test}
 */
export function parse(text) {
  const tests = terms(text).map(testOf);
  return (event, context) => tests.every((test) => test(event, context));
}

/**
 * A term: what it looks for, and whether it excludes.
 * @typedef {{not: boolean, key: string, value: string}} Term
 */

/**
 * @param {string} text
 * @returns {Term[]}
 */
function terms(text) {
  const found = [];
  // A minus, a key, then what is quoted, or all up to the next space.
  const term = /\s*(-?)(?:([a-z]+):)?(?:"((?:\\["\\]|[^"])*)(")?|([^\s"]\S*|))/y;
  while (text.slice(term.lastIndex).trim() !== "") {
    const [, minus, key = "", quoted, end, bare = ""] = term.exec(text) ?? [];
    if (quoted !== undefined && end === undefined) {
      throw new FilterError(`The quote before \`${quoted}\` is not closed.`);
    }
    const value = quoted?.replace(/\\(["\\])/g, "$1") ?? bare;
    if (value === "" && key === "") {
      throw new FilterError(
        quoted === undefined
          ? "A `-` excludes the word behind it, and there is none; write \"-\" to search for one."
          : "The text in quotes is empty.",
      );
    }
    found.push({ not: minus === "-", key, value });
  }
  return found;
}

/**
 * @param {Term} term
 * @returns {Test}
 */
function testOf({ not, key, value }) {
  const test = key === "" ? word(value) : keyed(key, value);
  return not ? (event, context) => !test(event, context) : test;
}

/**
 * Where `key:value` holds.
 * @param {string} key
 * @param {string} value
 * @returns {Test}
 */
function keyed(key, value) {
  const make = KEYS[key];
  if (!make) {
    const known = Object.keys(KEYS).join(", ");
    throw new FilterError(
      `There is no \`${key}:\`; there are ${known}. Put the text in quotes to search for it.`,
    );
  }
  if (value === "") throw new FilterError(`Behind \`${key}:\` a value is missing.`);
  return make(value, key);
}

/** @type {Record<string, (value: string, key: string) => Test>} */
const KEYS = {
  topic: (value) => {
    const pattern = glob(value, "");
    return (event) => topics(event).some((topic) => pattern.test(topic));
  },
  name: (value) => {
    const pattern = glob(value, "i");
    return (event) => event.name !== undefined && pattern.test(event.name);
  },
  id: (value, key) => equals(number(value, key), (event) => [event.id]),
  code: (value, key) =>
    equals(number(value, key), (event) => [event.code, ...(event.codes ?? [])]),
  command: (value, key) => equals(number(value, key), (event) => [event.command]),
  qos: (value, key) => equals(number(value, key), levels),
  is: (value) => {
    const test = KINDS[value];
    if (test) return test;
    const known = Object.keys(KINDS).join(", ");
    throw new FilterError(`There is no \`is:${value}\`; there are ${known}.`);
  },
  after: (value, key) => {
    const least = time(value, key);
    return (_, { gap }) => gap !== undefined && gap >= least;
  },
  slower: (value, key) => {
    const least = time(value, key);
    return (_, { took }) => took !== undefined && took >= least;
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

/**
 * Whether the event says that something went wrong.
 * @param {TraceEvent} event
 */
export function isError(event) {
  switch (event.type) {
    case "line":
      return (
        (event.kind === "result" && (/ERROR|FAIL/.test(event.text ?? "") || event.text === "4")) ||
        (event.kind === "urc" && /ERROR|FAIL/.test(event.text ?? ""))
      );
    case "packet": {
      const codes = [event.code ?? 0, ...(event.codes ?? [])];
      const least = event.name === "CONNACK" ? 1 : FAILURE;
      return event.name === "malformed" || codes.some((code) => code >= least);
    }
    case "link":
      return event.what === "failed" || (event.what === "closed" && event.by === "broker");
    case "store":
      return event.what === "failed";
    default:
      return false;
  }
}

/**
 * Where this text stands; upper and lower case of ASCII letters are the same.
 * @param {string} value
 * @returns {Test}
 */
function word(value) {
  const wanted = lower(value);
  return (event) => lower(words(event)).includes(wanted);
}

/** @param {TraceEvent} event */
function words(event) {
  if (event.type === "line" || event.type === "packet") return event.text ?? "";
  const { text, words, what, state, to, transport, slot, lines } = event;
  return [text, words, what, state, to, transport, slot, lines].filter(Boolean).join(" ");
}

/** @param {string} text */
function lower(text) {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * All of a text, where `*` is any text.
 * @param {string} pattern
 * @param {"" | "i"} flags
 */
function glob(pattern, flags) {
  const parts = pattern.split(/\*+/).map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^]*")}$`, flags);
}

/** @param {TraceEvent} event */
function topics(event) {
  const several = (event.topics ?? []).map(({ topic }) => topic);
  return event.topic === undefined ? several : [event.topic, ...several];
}

/**
 * The QoS of an event; a 0 is left out in it.
 * @param {TraceEvent} event
 */
function levels(event) {
  if (event.name === "PUBLISH") return [event.qos ?? 0];
  if (event.name === "SUBSCRIBE") return (event.topics ?? []).map(({ qos }) => qos ?? 0);
  return [];
}

/**
 * @param {number} wanted
 * @param {(event: TraceEvent) => (number | undefined)[]} values
 * @returns {Test}
 */
function equals(wanted, values) {
  return (event) => values(event).includes(wanted);
}

/**
 * @param {string} value
 * @param {string} key
 */
function number(value, key) {
  const digits = /^[0-9]+$/.test(value) ? Number(value) : NaN;
  if (Number.isSafeInteger(digits)) return digits;
  throw new FilterError(`\`${key}:\` takes a number, such as \`${key}:7\`, not \`${value}\`.`);
}

/** Microseconds of each unit. @type {Record<string, number>} */
const UNITS = { us: 1, ms: 1_000, s: 1_000_000, min: 60_000_000 };

/**
 * @param {string} value
 * @param {string} key
 */
function time(value, key) {
  const [, digits, unit = ""] = /^([0-9]+)(us|ms|s|min)$/.exec(value) ?? [];
  const micros = Number(digits) * (UNITS[unit] ?? NaN);
  if (Number.isSafeInteger(micros)) return micros;
  throw new FilterError(
    `\`${key}:\` takes a time, such as \`${key}:5s\` or \`${key}:250ms\`, not \`${value}\`.`,
  );
}
