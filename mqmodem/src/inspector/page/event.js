// The shape of events, as docs/trace.md tells it; all else in them is left alone.

/**
 * @typedef {object} TraceEvent
 * @property {string} type
 * @property {number} [seq] without it: `lost`, `counters`
 * @property {number} [t] microseconds since 1970
 * @property {string} [modem]
 * @property {"in" | "out"} [dir]
 * @property {string} [kind]
 * @property {string} [text]
 * @property {number} [bytes]
 * @property {string} [raw] base64
 * @property {number} [hidden]
 * @property {boolean} [edited]
 * @property {number} [command]
 * @property {string} [via]
 * @property {number} [link]
 * @property {string} [name]
 * @property {number} [mqtt]
 * @property {number} [id]
 * @property {number} [qos]
 * @property {string} [topic]
 * @property {string} [will] the topic of a will
 * @property {{topic: string, qos?: number}[]} [topics]
 * @property {number} [code]
 * @property {number[]} [codes]
 * @property {string} [payload]
 * @property {string} [payload64] base64
 * @property {number} [payload_bytes]
 * @property {[string, ...unknown[]][]} [props]
 * @property {string} [what]
 * @property {string} [to]
 * @property {string} [transport]
 * @property {string} [by]
 * @property {string[]} [set] of `setup`: how the modem is made
 * @property {string} [lines]
 * @property {string} [slot]
 * @property {string} [state]
 * @property {string} [words]
 * @property {number} [from] of `lost`: the first that is missing
 * @property {number} [count] of `lost`
 * @property {string} [why] of `lost`
 * @property {string} [run] of `trace`
 * @property {number} [at] of `counters`, with the next three
 * @property {number} [packets]
 * @property {number} [errors]
 * @property {number} [lost]
 */

export {};
