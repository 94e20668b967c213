// How an event looks in the list.

import { hex, payload, visible, wire } from "./bytes.js";
import { isError } from "./filter.js";
import { count } from "./time.js";

/** @typedef {import("./event.js").TraceEvent} TraceEvent */

/**
 * One row: the column it stands in, a sign, what is set in bold, the rest.
 * @typedef {{column: "at" | "mqtt" | "both", sign: string, head: string, rest: string,
 *   tone: string}} Look
 */

/** More of a text than any screen is wide is left to the details. */
const WIDEST = 400;
const WIDEST_HEX = 130;

/**
 * @param {TraceEvent} event
 * @param {boolean} inHex
 * @returns {Look}
 */
export function describe(event, inHex = false) {
  const look = plain(event);
  const bytes = inHex ? (wire(event) ?? payload(event)) : undefined;
  const rest = bytes ? hex(bytes, WIDEST_HEX) : visible(look.rest.slice(0, WIDEST));
  const error = isError(event);
  return { ...look, rest, sign: look.sign, tone: error ? `${look.tone} error` : look.tone };
}

/**
 * @param {TraceEvent} event
 * @returns {Look}
 */
function plain(event) {
  switch (event.type) {
    case "line":
      return line(event);
    case "packet":
      return packet(event);
    case "link":
      return { column: "mqtt", sign: "○", head: "", rest: link(event), tone: "state" };
    case "port":
      return { column: "at", sign: "○", head: "", rest: port(event), tone: "state" };
    case "fault":
      return fault(event);
    case "note":
      return { column: "both", sign: "✎", head: "", rest: event.text ?? "", tone: "note" };
    case "lost":
      return { column: "both", sign: "⋯", head: "", rest: lost(event), tone: "lost" };
    case "trace":
      return { column: "both", sign: "↻", head: "", rest: "the program was started again", tone: "lost" };
    default:
      return { column: "at", sign: "○", head: "", rest: other(event), tone: "state" };
  }
}

/** @param {TraceEvent} event @returns {Look} */
function line(event) {
  const sign = event.dir === "in" ? "→" : "←";
  const via = event.via === "inspector" ? "(sent here) " : "";
  return { column: "at", sign, head: via, rest: event.text ?? "", tone: event.kind ?? "" };
}

/** @param {TraceEvent} event @returns {Look} */
function packet(event) {
  const sign = event.dir === "out" ? "→" : "←";
  const name = event.name ?? "";
  const text = event.text ?? "";
  const rest = text.startsWith(name) ? text.slice(name.length) : ` ${text}`;
  const link = event.link ? ` link=${event.link}` : "";
  return { column: "mqtt", sign, head: name, rest: link + rest, tone: "packet" };
}

/** What a fault acts on says where it is shown. */
const AT_FAULTS = /^(port|reply|urc|power|store)\b/;

/** @param {TraceEvent} event @returns {Look} */
function fault(event) {
  const column = AT_FAULTS.test(event.words ?? "") ? "at" : "mqtt";
  const head = `fault ${event.id} ${event.state}`;
  return { column, sign: "⚡", head, rest: ` ${event.words}`, tone: `fault ${event.state}` };
}

/** @param {TraceEvent} event */
function link({ what, to, transport, by, code, text, link: number }) {
  const why = [text, code === undefined ? "" : `code ${code}`].filter(Boolean).join(", ");
  const name = number ? `link ${number} ` : "";
  switch (what) {
    case "opening":
      return `${name}opening ${to} over ${transport}`;
    case "closed":
      return `${name}closed by the ${by ?? "network"}${why && `: ${why}`}`;
    default:
      return `${name}${what}${why && `: ${why}`}`;
  }
}

/** @type {Record<string, string>} */
const PORT_WORDS = {
  "host-there": "host is there",
  "host-gone": "host is gone",
  stray: "bytes that begin no line",
  dropped: "a line that was begun was dropped",
  unended: "a line was not ended",
};

/** @param {TraceEvent} event */
function port({ what = "", lines, text }) {
  return [PORT_WORDS[what] ?? what, lines, text].filter(Boolean).join(" ");
}

/** @param {TraceEvent} event */
function lost({ count: events = 0, why }) {
  const were = events === 1 ? "event was" : "events were";
  switch (why) {
    case "page":
      return `${count(events)} ${were} dropped here: the list was paused for too long`;
    case "disk":
      return `${count(events)} ${were} not taken by the disk`;
    default:
      return `${count(events)} ${were} not sent to this page`;
  }
}

/** @param {TraceEvent} event */
function other({ type, what, slot, set }) {
  const name = type === "store" ? "storage" : type;
  return [name, what, slot, set?.join(", ")].filter(Boolean).join(" ");
}
