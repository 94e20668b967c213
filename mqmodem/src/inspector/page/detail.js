// All that is known of the event that is selected.

import { dump, encode, payload, visible, visibleLines, wire } from "./bytes.js";
import { button, element } from "./dom.js";
import { count, duration, exact } from "./time.js";

/** @typedef {import("./event.js").TraceEvent} TraceEvent */
/** @typedef {import("./store.js").Row} Row */

/** Lines of a payload that are shown at once; of long ones the rest unfolds. */
const FOLD = 4;
/** What no window can show at once is left to the downloads. */
const LONGEST = 64 * 1024;

/** Keys that have a place of their own. */
const PLACED = new Set(["seq", "t", "modem", "type", "dir", "kind", "text", "raw", "name", "topic"]);
for (const key of ["payload", "payload64", "props", "topics", "codes", "bytes", "hidden", "edited"]) {
  PLACED.add(key);
}

/** @type {Record<string, string>} */
const KINDS = {
  command: "Command of the host",
  echo: "Echo",
  info: "Information text",
  result: "Result",
  urc: "Unsolicited result code",
  prompt: "Prompt",
  data: "Data of the host",
};

/** @type {Record<string, string>} */
const TITLES = {
  link: "Connection",
  port: "Port",
  fault: "Fault",
  power: "Power",
  radio: "Radio",
  store: "Storage",
  setup: "How the modem is made",
  note: "Note",
  lost: "Events that are missing",
  trace: "Start of the program",
};

export class Detail {
  #box;
  /** @type {"text" | "json" | "hex"} */
  #form = "text";
  /** @type {Row | undefined} */
  #row = undefined;

  /** Goes to another row. @type {(n: number) => void} */
  onGo = () => {};
  /** Adds a term to the filter. @type {(term: string) => void} */
  onFilter = () => {};
  /** Finds the bytes that a packet was on the wire.
   * @type {(event: TraceEvent) => Promise<Uint8Array | undefined>} */
  bytesOf = async () => undefined;

  /** @param {HTMLElement} box */
  constructor(box) {
    this.#box = box;
  }

  /**
   * Shows a row; its answer may have come since.
   * @param {Row | undefined} row
   */
  show(row) {
    this.#row = row;
    if (!row) {
      const hint = "Select a line to see all of it. The arrow keys go through the list.";
      this.#box.replaceChildren(element("p", "hint", hint));
      return;
    }
    const { event } = row;
    /** @type {HTMLElement[]} */
    const parts = [element("h3", "", title(event)), this.#actions(row), fields(event)];
    parts.push(...this.#content(event));
    if (event.props?.length) parts.push(...properties(event.props));
    parts.push(times(row));
    if (event.type === "packet") parts.push(this.#wire(event));
    this.#box.replaceChildren(...parts);
  }

  /** @param {Row} row */
  #actions(row) {
    const { event, answer, request } = row;
    const box = element("div", "actions");
    if (answer !== undefined) box.append(button("Go to its answer", () => this.onGo(answer)));
    if (request !== undefined) {
      box.append(button("Go to what it answers", () => this.onGo(request)));
    }
    const topic = event.topic ?? event.topics?.[0]?.topic;
    if (topic) box.append(button("Only this topic", () => this.onFilter(term("topic", topic))));
    if (event.command !== undefined) {
      const only = `command:${event.command}`;
      box.append(button("Only this command", () => this.onFilter(only)));
    }
    return box;
  }

  /**
   * The whole packet in hex, once it is asked for.
   * @param {TraceEvent} event
   */
  #wire(event) {
    const box = element("div");
    const ask = button("Show the packet in hex", async () => {
      const bytes = await this.bytesOf(event).catch((/** @type {Error} */ error) => error.message);
      if (typeof bytes === "string") box.append(element("p", "error", bytes));
      else box.replaceChildren(folded(bytes ? dump(bytes.subarray(0, LONGEST / 8)) : "nothing"));
    });
    box.append(ask);
    return box;
  }

  /**
   * The text or payload of an event, in one of three forms.
   * @param {TraceEvent} event
   */
  #content(event) {
    const bytes = event.type === "packet" ? payload(event) : (wire(event) ?? text(event));
    if (!bytes) return absent(event);
    const isPacket = event.type === "packet";
    const plain = isPacket ? event.payload : event.text;
    const json = asJson(plain ?? "");
    const forms = { text: plain, json, hex: dump(bytes.subarray(0, LONGEST / 8)) };
    const form = forms[this.#form] === undefined ? (plain === undefined ? "hex" : "text") : this.#form;
    const heading = isPacket ? "Payload" : "Text";
    const size = `${count(bytes.length)} ${bytes.length === 1 ? "byte" : "bytes"}`;
    const title = element("h4", "", `${heading} `, element("small", "", size));
    const head = element("div", "part", title, this.#choice(forms, form));
    return [head, folded(visibleLines((forms[form] ?? "").slice(0, LONGEST)))];
  }

  /**
   * The buttons that choose a form.
   * @param {Record<"text" | "json" | "hex", string | undefined>} forms
   * @param {string} chosen
   */
  #choice(forms, chosen) {
    const choice = element("div", "forms");
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", "Form");
    for (const name of /** @type {const} */ (["text", "json", "hex"])) {
      const press = button(name === "text" ? "Text" : name.toUpperCase(), () => this.#turn(name), name);
      press.disabled = forms[name] === undefined;
      press.setAttribute("aria-pressed", String(name === chosen));
      choice.append(press);
    }
    return choice;
  }

  /** @param {"text" | "json" | "hex"} form */
  #turn(form) {
    this.#form = form;
    this.show(this.#row);
    const again = this.#box.querySelector(`.forms .${form}`);
    if (again instanceof HTMLElement) again.focus();
  }
}

/** @param {TraceEvent} event */
function title(event) {
  const { type, kind = "", dir, via } = event;
  if (type === "line") return `${KINDS[kind] ?? kind}${via === "inspector" ? ", sent from here" : ""}`;
  if (type !== "packet") return TITLES[type] ?? type;
  return `${event.name} ${dir === "out" ? "to" : "from"} the broker`;
}

/**
 * What the event says.
 * @param {TraceEvent} event
 */
function fields(event) {
  /** @type {Fields} */
  const found = [];
  if (event.topic !== undefined) found.push(["topic", event.topic]);
  for (const { topic, ...options } of event.topics ?? []) {
    const rest = Object.entries(options).map(([key, value]) => `${key}=${value}`);
    found.push(["topic", [topic, ...rest].join("  ")]);
  }
  for (const [key, value] of Object.entries(event)) {
    if (!PLACED.has(key) && value !== null && typeof value !== "object") {
      found.push([key, String(value)]);
    }
  }
  for (const words of event.set ?? []) found.push(["set", words]);
  if (event.codes) found.push(["codes", event.codes.join(", ")]);
  if (event.hidden) found.push(["hidden", `${count(event.hidden)} bytes, shown as ***`]);
  if (event.edited) found.push(["edited", "more was typed than is shown"]);
  return definitions(found);
}

/**
 * When it was, and how it stands to others.
 * @param {Row} row
 */
function times({ event, gap, took, request, answer }) {
  /** @type {Fields} */
  const found = [];
  if (event.t !== undefined) found.push(["time", exact(event.t)]);
  if (gap !== undefined) found.push(["since previous", duration(gap)]);
  if (took !== undefined && request !== undefined) found.push(["took", duration(took)]);
  if (answer === undefined && event.kind === "command") found.push(["answer", "none yet"]);
  if (event.bytes !== undefined) found.push(["on the wire", `${count(event.bytes)} bytes`]);
  if (event.seq !== undefined) found.push(["number", count(event.seq)]);
  return definitions(found);
}

/** @typedef {[name: string, value: string][]} Fields */

/** @param {Fields} fields */
function definitions(fields) {
  const parts = fields.flatMap(([name, value]) => [
    element("dt", "", name),
    element("dd", "", visible(value)),
  ]);
  return element("dl", "", ...parts);
}

/** @param {[string, ...unknown[]][]} props */
function properties(props) {
  /** @type {Fields} */
  const found = props.map(([name, ...values]) => [name, values.map(String).join(" = ")]);
  return [element("h4", "", "Properties"), definitions(found)];
}

/** @param {TraceEvent} event */
function absent(event) {
  if (event.payload_bytes !== undefined) {
    const size = count(event.payload_bytes);
    return [element("p", "hint", `The payload of ${size} bytes was not recorded.`)];
  }
  return event.type === "packet" ? [folded(visible(event.text ?? ""))] : [];
}

/** @param {TraceEvent} event */
function text(event) {
  if (event.text !== undefined) return encode(event.text);
  return undefined;
}

/**
 * The text set out, if it is JSON of some structure.
 * @param {string} text
 */
function asJson(text) {
  if (!/^\s*[[{]/.test(text) || text.length > LONGEST) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return undefined;
  }
}

/**
 * A text of which the first lines are shown until more is asked for.
 * @param {string} text
 */
function folded(text) {
  const box = element("pre", "content");
  box.tabIndex = 0;
  box.setAttribute("aria-label", "Content");
  const lines = text.split("\n");
  if (lines.length <= FOLD && text.length < 400) {
    box.textContent = text;
    return box;
  }
  const short = lines.slice(0, FOLD).join("\n").slice(0, 400);
  const more = lines.length > FOLD ? `Show all ${count(lines.length)} lines` : "Show all of it";
  const unfold = button(more, () => {
    const folded = unfold.getAttribute("aria-expanded") === "false";
    box.textContent = folded ? text : `${short}\n…`;
    unfold.textContent = folded ? "Fold" : more;
    unfold.setAttribute("aria-expanded", String(folded));
  });
  unfold.setAttribute("aria-expanded", "false");
  box.textContent = `${short}\n…`;
  return element("div", "", box, unfold);
}

/**
 * A term of the filter language that finds this value.
 * @param {string} key
 * @param {string} value
 */
function term(key, value) {
  const plain = /^[^\s"]+$/.test(value);
  return `${key}:${plain ? value : `"${value.replace(/["\\]/g, "\\$&")}"`}`;
}
