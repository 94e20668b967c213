// Bytes, and how they are shown.

/** @typedef {import("./event.js").TraceEvent} TraceEvent */

/** @param {string} base64 */
export function decode(base64) {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** @param {string} text */
export function encode(text) {
  return new TextEncoder().encode(text);
}

/**
 * The bytes of a line as they were on the wire, or of a packet where the event has them;
 * nothing where a part is hidden or not known.
 * @param {TraceEvent} event
 * @returns {Uint8Array | undefined}
 */
export function wire(event) {
  if (event.raw !== undefined) return decode(event.raw);
  if (event.type !== "line" || event.hidden || event.edited) return undefined;
  return encode(framed(event.kind ?? "", event.text ?? "", event.bytes ?? 0));
}

/**
 * A line with its frame, as docs/trace.md has it.
 * @param {string} kind
 * @param {string} text
 * @param {number} bytes
 */
function framed(kind, text, bytes) {
  switch (kind) {
    case "command":
    case "echo":
      return text + (bytes - encode(text).length === 2 ? "\r\n" : "\r");
    case "data":
    case "prompt":
      return text;
    default:
      return `\r\n${text}\r\n`;
  }
}

/**
 * The payload of a packet, as far as it was recorded.
 * @param {TraceEvent} event
 * @returns {Uint8Array | undefined}
 */
export function payload(event) {
  if (event.payload64 !== undefined) return decode(event.payload64);
  return event.payload === undefined ? undefined : encode(event.payload);
}

/**
 * `41 54 0d`, as many as fit.
 * @param {Uint8Array} bytes
 * @param {number} most
 */
export function hex(bytes, most = bytes.length) {
  const shown = Array.from(bytes.subarray(0, most), (byte) => byte.toString(16).padStart(2, "0"));
  return shown.join(" ") + (bytes.length > most ? " …" : "");
}

/**
 * Lines of sixteen bytes: where they stand, in hex, as text.
 * @param {Uint8Array} bytes
 */
export function dump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const text = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·",
    );
    const place = at.toString(16).padStart(4, "0");
    lines.push(`${place}  ${hex(row).padEnd(47)}  ${text.join("")}`);
  }
  return lines.join("\n");
}

// What would move the cursor, or turn the direction of a line: a topic may have it.
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * The text with what nobody can see written out: `\n`, `\u202e`.
 * @param {string} text
 */
export function visible(text) {
  return text.replace(INVISIBLE, (character) => {
    switch (character) {
      case "\r":
        return "\\r";
      case "\n":
        return "\\n";
      case "\t":
        return "\\t";
      default:
        return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    }
  });
}

/**
 * The same for a text of several lines.
 * @param {string} text
 */
export function visibleLines(text) {
  return text.split(/\r?\n/).map(visible).join("\n");
}
