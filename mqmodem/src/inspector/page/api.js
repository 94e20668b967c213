// The requests of the page. The token is in the fragment of the address once, then in
// the memory of the tab, and goes out in a header alone.

/**
 * @typedef {{program: string, run: string, version: number, read_only: boolean,
 *   fleet: boolean}} About
 * @typedef {{name: string, state: string, dialect: string, to: string | null,
 *   tls: string | null, mqtt: string | null, host: boolean, code: number | null,
 *   retry: number | null, at: number, packets: number, errors: number, lost: number,
 *   seq: number}} Modem
 * @typedef {{total: number, counts: Record<string, number>, modems: Modem[]}} Modems
 */

/** An answer that is none: its status, and the sentence that came with it. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the token is missing or wrong. @param {string} token */
  needsToken(token) {
    return this.status === 401 || (this.status === 403 && /token/i.test(this.message)) || token === "";
  }
}

const KEY = "mqmodem-token";

export class Api {
  #token = "";

  /** Takes the token out of the address, or the one this tab had. */
  constructor() {
    const fragment = new URLSearchParams(location.hash.slice(1));
    const given = fragment.get("token");
    if (given === null) {
      this.#token = sessionStorage.getItem(KEY) ?? "";
      return;
    }
    this.token = given;
    fragment.delete("token");
    const rest = fragment.toString();
    history.replaceState(null, "", location.pathname + (rest ? `#${rest}` : ""));
  }

  get token() {
    return this.#token;
  }

  set token(token) {
    this.#token = token;
    sessionStorage.setItem(KEY, token);
  }

  /**
   * @param {AbortSignal} [signal]
   * @returns {Promise<About>}
   */
  async about(signal) {
    return (await this.#ask("about", {}, { signal })).json();
  }

  /**
   * @param {{q?: string, state?: string, sort?: string, offset?: number, limit?: number}} query
   * @param {AbortSignal} [signal]
   * @returns {Promise<Modems>}
   */
  async modems(query, signal) {
    return (await this.#ask("modems", query, { signal })).json();
  }

  /**
   * The body of a stream of events, which does not end.
   * @param {string} modem
   * @param {number} from
   * @param {AbortSignal} signal
   */
  async events(modem, from, signal) {
    const { body } = await this.#ask("events", { modem, from }, { signal });
    if (!body) throw new TypeError("The answer has no body.");
    return body;
  }

  /**
   * A line as on the control socket, and what is answered.
   * @param {string} modem
   * @param {string} line
   */
  async control(modem, line) {
    const answer = await this.#ask("control", { modem }, { method: "POST", body: line });
    return (await answer.text()).trim().replace(/^ok ?/, "");
  }

  /**
   * @param {string} to
   * @param {Blob} lines
   */
  async convert(to, lines) {
    return (await this.#ask("convert", { to }, { method: "POST", body: lines })).blob();
  }

  /**
   * @param {string} path
   * @param {Record<string, string | number | undefined>} query
   * @param {{method?: string, body?: BodyInit, signal?: AbortSignal | undefined}} options
   */
  async #ask(path, query, { method = "GET", body, signal }) {
    const words = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
    const search = new URLSearchParams(words.map(([key, value]) => [key, String(value)]));
    const headers = { Authorization: `Bearer ${this.#token}` };
    /** @type {RequestInit} */
    const init = { method, headers, cache: "no-store", credentials: "omit", redirect: "error" };
    if (body !== undefined) init.body = body;
    if (signal) init.signal = signal;
    const answer = await fetch(`/api/${path}?${search}`, init);
    if (answer.ok) return answer;
    const text = (await answer.text()).trim().replace(/^error ?/, "");
    throw new Refusal(answer.status, text || `The program answered ${answer.status}.`);
  }
}
