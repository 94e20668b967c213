// What the page does to a modem: lines, faults, notes.

import { button, byId, element, setText } from "./dom.js";
import { count } from "./time.js";

/** @typedef {import("./api.js").Api} Api */

/** Faults that are one press away, in the words of docs/faults.md. */
const FAULTS = [
  ["net reset", "The connection breaks"],
  ["net stalls for=5s", "The network takes nothing from the modem for five seconds"],
  ["broker lose PUBACK", "The next PUBACK is lost"],
  ["broker refuse code=3", "The next CONNECT is refused: server unavailable"],
  ['reply instead "ERROR"', "The host hears ERROR in place of the next result"],
  ["reply late 3s", "The next result comes three seconds late"],
  ["radio off for=10s", "The network is lost for ten seconds"],
  ["power restart", "The modem restarts by itself"],
];

/** What the field offers while one types. */
const WORDS = `net reset|net close|net stalls dir=in for=5s|net half-open for=10s|net fail refused|
net name-slow 8s|net slow 100|net delay 500ms|net cut 100|broker refuse code=5|
broker disconnect code=139|broker forget|broker lose SUBACK|broker late PUBACK 3s|
broker twice PUBLISH|port lose 1|port garble 1|port slow 100|port stalls for=3s|port noise 20|
port split 1 gap=5ms|port merge 200ms|port cut 12|reply lose|reply twice|
urc "+CREG: 2" at=answer|store fails|store late 2s|store full|power cut for=5s|
power restart boot=4s banner="RDY"|seed 7 every=10s..60s net reset, broker lose PUBACK`;

/** Lines of the prompt that the arrow keys bring back. */
const HISTORY = 100;

export class Actions {
  #api;
  #modem = "";
  #answer = byId("answer", HTMLElement);
  #inForce = byId("faults-in-force", HTMLElement);
  /** @type {string[]} */
  #history = [];
  #place = 0;
  #listing = 0;

  /** @param {Api} api */
  constructor(api) {
    this.#api = api;
    const line = byId("send-line", HTMLInputElement);
    line.addEventListener("keydown", (event) => this.#recall(event, line));
    onSubmit("send-form", line, (text) => this.#send(text));
    const note = byId("note-line", HTMLInputElement);
    onSubmit("note-form", note, (text) => this.#do(`note ${text}`, "The note is in the trace."));
    const fault = byId("fault-line", HTMLInputElement);
    onSubmit("fault-form", fault, (text) => this.#fault(text));
    const offers = WORDS.split("|").map((words) => {
      const option = element("option");
      option.value = words.trim();
      return option;
    });
    byId("fault-words", HTMLElement).append(...offers);
    const buttons = FAULTS.map(([words = "", about = ""]) => {
      const press = button(words, () => void this.#fault(words));
      press.title = about;
      return press;
    });
    byId("fault-buttons", HTMLElement).append(...buttons);
  }

  /** Another modem is looked at. @param {string} modem */
  of(modem) {
    this.#modem = modem;
    this.#say("", false);
    this.#inForce.replaceChildren();
    this.changed();
  }

  /** Faults have come or gone: asks which are in force, once for all that changed. */
  changed() {
    window.clearTimeout(this.#listing);
    this.#listing = window.setTimeout(() => void this.#list(), 100);
  }

  /** @param {string} line */
  async #send(line) {
    this.#history = [...this.#history.filter((old) => old !== line), line].slice(-HISTORY);
    this.#place = this.#history.length;
    return this.#do(`send ${line}`);
  }

  /** @param {string} words */
  async #fault(words) {
    const done = await this.#do(`fault ${words}`, (id) => `Fault ${id} is armed: ${words}`);
    if (done) this.changed();
    return done;
  }

  /**
   * Has a line carried out and tells what came of it.
   * @param {string} line
   * @param {string | ((answer: string) => string)} [what] what is told, if not the answer
   */
  async #do(line, what = (answer) => answer.replaceAll("\\n", "\n")) {
    this.#say("…", false);
    try {
      const answer = await this.#api.control(this.#modem, line);
      this.#say(typeof what === "string" ? what : what(answer), false);
      return true;
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message, true);
      return false;
    }
  }

  /**
   * @param {string} text
   * @param {boolean} isError
   */
  #say(text, isError) {
    setText(this.#answer, isError ? `✗ ${text}` : text);
    this.#answer.classList.toggle("error", isError);
  }

  async #list() {
    const modem = this.#modem;
    try {
      const [, ...faults] = (await this.#api.control(modem, "list")).split("\n");
      if (modem === this.#modem) this.#show(faults);
    } catch {
      // The stream tells when the program does not answer.
    }
  }

  /** @param {string[]} faults */
  #show(faults) {
    const items = faults.map((line) => {
      const [, id = "", state = "", words = ""] = /^(\d+) (\w+) (.*)$/.exec(line) ?? [];
      const end = button("End", () => void this.#do(`clear ${id}`, `Fault ${id} has ended.`));
      end.setAttribute("aria-label", `End fault ${id}`);
      return element("li", "", element("span", "", `${id} ${state} `, element("code", "", words)), end);
    });
    const all = button("End all", () => void this.#do("clear", "All faults have ended."));
    const title = element("h4", "", `${count(items.length)} in force `, all);
    this.#inForce.replaceChildren(...(items.length > 0 ? [title, element("ul", "", ...items)] : []));
  }

  /**
   * @param {KeyboardEvent} event
   * @param {HTMLInputElement} line
   */
  #recall(event, line) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    this.#place = Math.min(Math.max(this.#place + step, 0), this.#history.length);
    line.value = this.#history[this.#place] ?? "";
  }
}

/**
 * Has the text of a field carried out when its form is sent, and empties it after that.
 * @param {string} id
 * @param {HTMLInputElement} field
 * @param {(text: string) => Promise<boolean>} act
 */
function onSubmit(id, field, act) {
  byId(id, HTMLFormElement).addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text !== "" && (await act(text)) && field.value.trim() === text) field.value = "";
  });
}
