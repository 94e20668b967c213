// The list: rows of one height, of which only those in sight exist.

import { describe } from "./describe.js";
import { element, setText } from "./dom.js";
import { clock, count, since } from "./time.js";

/** @typedef {import("./store.js").Store} Store */
/** @typedef {import("./store.js").Row} Row */

/** Height of a row, as app.css has it. */
export const ROW = 22;
/** Rows that are drawn beyond what is in sight. */
const SPARE = 6;

/**
 * Which rows are drawn.
 * @param {{count: number, height: number, top: number}} view rows there are, height in
 *   sight, how far it is scrolled
 * @returns {{first: number, end: number}}
 */
export function windowOf({ count, height, top }) {
  // After a filter the place may lie behind the end.
  const last = Math.max(0, count * ROW - height);
  const from = Math.floor(Math.min(Math.max(top, 0), last) / ROW);
  const first = Math.max(0, from - SPARE);
  return { first, end: Math.min(count, from + Math.ceil(height / ROW) + 1 + SPARE) };
}

/** @typedef {"previous" | "selected" | "clock"} TimeMode */

export class List {
  #store;
  #box;
  #canvas;
  /** The elements of rows, which are used again. @type {RowView[]} */
  #pool = [];
  #follows = true;
  /** The number of the row that is selected. @type {number | undefined} */
  #selected = undefined;
  #drawn = false;
  /** Rows there were when the end was last in sight. */
  #seen = 0;

  /** How times are shown. @type {TimeMode} */
  time = "previous";
  hex = false;
  /** Whether rows that match the filter are marked. */
  marks = false;
  /** @type {(row: Row | undefined) => void} */
  onSelect = () => {};
  /** How many rows came below what is in sight. @type {(behind: number) => void} */
  onBehind = () => {};

  /**
   * @param {Store} store
   * @param {HTMLElement} box what scrolls
   */
  constructor(store, box) {
    this.#store = store;
    this.#box = box;
    this.#canvas = element("div", "rows");
    this.#canvas.setAttribute("role", "presentation");
    box.append(this.#canvas);
    box.addEventListener("scroll", () => this.#scrolled());
    box.addEventListener("keydown", (event) => this.#key(event));
    this.#canvas.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  get selected() {
    return this.#store.row(this.#selected);
  }

  /** Whether the newest row is kept in sight. */
  get follows() {
    return this.#follows;
  }

  /** Draws anew, in the next frame; call it after whatever changed. */
  draw() {
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      this.#draw();
    });
  }

  /**
   * Rows at the top have gone: what is in sight stays where it is.
   * @param {number} gone
   */
  removed(gone) {
    this.#seen = Math.max(0, this.#seen - gone);
    if (gone === 0 || this.#follows) return;
    this.#canvas.style.height = `${this.#store.length * ROW}px`;
    this.#box.scrollTop -= gone * ROW;
  }

  /** The list has other rows: the selected one is kept in sight, or the newest. */
  changed() {
    this.#seen = this.#store.length;
    this.#canvas.style.height = `${this.#store.length * ROW}px`;
    if (!this.#follows && this.#selected !== undefined) {
      this.#reveal(this.#store.place(this.#selected), true);
    }
    this.draw();
  }

  newest() {
    this.#follows = true;
    this.draw();
  }

  /**
   * Selects the row of this number and shows it.
   * @param {number | undefined} n
   */
  select(n) {
    this.#selected = n;
    if (n !== undefined && this.#store.isShown(n)) this.#reveal(this.#store.place(n), false);
    this.onSelect(this.selected);
    this.draw();
  }

  /**
   * Selects the row at this place.
   * @param {number} place
   */
  selectAt(place) {
    const row = this.#store.at(Math.min(Math.max(place, 0), this.#store.length - 1));
    if (row) this.select(row.n);
  }

  /** The place to look on from: that of the selected row, or the first in sight. */
  get place() {
    if (this.#selected !== undefined) return this.#store.place(this.#selected);
    return Math.floor(this.#box.scrollTop / ROW);
  }

  /**
   * @param {number} place
   * @param {boolean} middle whether it is put in the middle
   */
  #reveal(place, middle) {
    const [top, height] = [place * ROW, this.#box.clientHeight];
    const { scrollTop } = this.#box;
    this.#canvas.style.height = `${this.#store.length * ROW}px`;
    const out = top < scrollTop || top + ROW > scrollTop + height;
    if (middle || out) {
      const far = Math.abs(top - scrollTop) > 2 * height;
      const above = middle || far ? height / 2 : top < scrollTop ? 0 : height - ROW;
      this.#box.scrollTop = top - above;
    }
    this.#follows = place === this.#store.length - 1;
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.#box;
    this.#follows = scrollTop + clientHeight >= scrollHeight - ROW / 2;
    this.draw();
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = event.target instanceof Element ? event.target.closest(".row") : null;
    const view = this.#pool.find(({ box }) => box === target);
    if (view?.n !== undefined) this.select(view.n);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 1);
    const last = this.#store.length - 1;
    // Without a selection the keys begin at the end, or at the top of what is in sight.
    const none = this.selected === undefined;
    const at = none ? (this.#follows ? last + 1 : this.place - 1) : this.place;
    /** @type {Record<string, number>} */
    const goals = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: last,
    };
    const goal = goals[event.key];
    if (goal === undefined) return;
    event.preventDefault();
    this.selectAt(goal);
  }

  #draw() {
    const { length } = this.#store;
    this.#canvas.style.height = `${length * ROW}px`;
    if (this.#follows) {
      this.#box.scrollTop = this.#box.scrollHeight;
      this.#seen = length;
    }
    this.onBehind(this.#follows ? 0 : Math.max(0, length - this.#seen));
    const { clientHeight: height, scrollTop: top } = this.#box;
    const { first, end } = windowOf({ count: length, height, top });
    this.#fit(end - first);
    const selected = this.selected;
    let active;
    this.#pool.forEach((view, index) => {
      const place = first + index;
      const row = place < end ? this.#store.at(place) : undefined;
      view.show(row, place, length, {
        time: row ? this.#time(row, place, selected) : "",
        hex: this.hex,
        marked: this.marks && row?.match === true && row.event.seq !== undefined,
        selected,
      });
      if (row && row.n === selected?.n) active = view.box.id;
    });
    this.#activate(active);
  }

  /** A row out of sight has no element to point at. @param {string | undefined} id */
  #activate(id) {
    if (id === undefined) this.#box.removeAttribute("aria-activedescendant");
    else this.#box.setAttribute("aria-activedescendant", id);
  }

  /** @param {number} rows */
  #fit(rows) {
    while (this.#pool.length < rows) {
      const view = new RowView(this.#pool.length);
      this.#pool.push(view);
      this.#canvas.append(view.box);
    }
  }

  /**
   * @param {Row} row
   * @param {number} place
   * @param {Row | undefined} selected
   */
  #time({ event: { t } }, place, selected) {
    if (t === undefined) return "";
    if (this.time === "clock") return clock(t);
    const base = this.time === "selected" ? selected : this.#before(place);
    return base?.event.t === undefined ? clock(t) : since(t - base.event.t);
  }

  /** The last row before this one that has a time. @param {number} place */
  #before(place) {
    for (let at = place - 1; at >= Math.max(0, place - 8); at -= 1) {
      const row = this.#store.at(at);
      if (row?.event.t !== undefined) return row;
    }
    return undefined;
  }
}

/** The element of one row, for whichever row it is used. */
class RowView {
  /** @type {number | undefined} */
  n = undefined;
  #time = element("span", "time");
  #sign = element("span", "sign");
  #head = element("span", "head");
  #rest = element("span", "rest");
  #text = element("span", "text", this.#sign, " ", this.#head, this.#rest);
  #bytes = element("span", "bytes");

  /** @param {number} index */
  constructor(index) {
    this.box = element("div", "row", this.#time, this.#text, this.#bytes);
    this.box.id = `row-${index}`;
    this.box.setAttribute("role", "option");
  }

  /**
   * @param {Row | undefined} row
   * @param {number} place
   * @param {number} length
   * @param {{time: string, hex: boolean, marked: boolean, selected: Row | undefined}} how
   */
  show(row, place, length, { time, hex, marked, selected }) {
    this.n = row?.n;
    this.box.hidden = row === undefined;
    if (!row) return;
    const look = describe(row.event, hex);
    setText(this.#time, time);
    setText(this.#sign, look.tone.endsWith(" error") ? `${look.sign}✗` : look.sign);
    setText(this.#head, look.head);
    setText(this.#rest, look.rest);
    setText(this.#bytes, row.event.bytes === undefined ? "" : count(row.event.bytes));
    const { n } = row;
    const picked = n === selected?.n;
    const related = selected !== undefined && (n === selected.answer || n === selected.request);
    const classes = ["row", look.column, look.tone, place % 2 ? "odd" : ""];
    classes.push(picked ? "picked" : "", related ? "related" : "", marked ? "marked" : "");
    const name = classes.filter(Boolean).join(" ");
    if (this.box.className !== name) this.box.className = name;
    this.box.style.transform = `translateY(${place * 22}px)`;
    this.box.setAttribute("aria-selected", String(picked));
    this.box.setAttribute("aria-posinset", String(place + 1));
    this.box.setAttribute("aria-setsize", String(length));
  }
}
