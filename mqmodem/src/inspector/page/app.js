// The page as a whole: which view is there, the token, keys, and what is told on top.

import { Api, Refusal } from "./api.js";
import { byId, setText } from "./dom.js";
import { Modems } from "./modems.js";
import { ModemView } from "./view.js";

const api = new Api();
const modems = new Modems(api);
const view = new ModemView(api);
const tokenDialog = byId("token", HTMLDialogElement);
const help = byId("help", HTMLDialogElement);
const banner = byId("banner", HTMLElement);
/** A program with a single modem has it opened. */
let first = true;

/** The modem that the address names. */
function named() {
  return new URLSearchParams(location.hash.slice(1)).get("modem");
}

/** Shows what the address asks for. */
function route() {
  const name = named();
  byId("modems", HTMLElement).hidden = name !== null;
  byId("modem", HTMLElement).hidden = name === null;
  byId("modem-head", HTMLElement).hidden = name === null;
  byId("of-modem", HTMLElement).hidden = name === null;
  setText(byId("modem-name", HTMLElement), name ?? "");
  document.title = name === null ? "Modems · mqmodem" : `${name} · mqmodem`;
  if (name === null) {
    view.close();
    modems.show();
  } else {
    modems.hide();
    view.open(name);
    view.focus();
  }
}

/** Asks what the program is, then shows it. */
async function begin() {
  try {
    const about = await api.about();
    byId("read-only", HTMLElement).hidden = !about.read_only;
    byId("sending", HTMLElement).hidden = about.read_only;
    byId("faults", HTMLElement).hidden = about.read_only;
    byId("modem", HTMLElement).classList.toggle("read-only", about.read_only);
    if (first && named() === null) await openSingle();
    first = false;
    up();
  } catch (error) {
    down(/** @type {Error} */ (error));
    if (!asksForToken(/** @type {Error} */ (error))) setTimeout(begin, 1_000);
    return;
  }
  route();
}

async function openSingle() {
  const { total, modems: found } = await api.modems({ limit: 2 });
  const [modem] = found;
  if (total !== 1 || !modem) return;
  history.replaceState(null, "", `#${new URLSearchParams({ modem: modem.name })}`);
}

/** The program answers. */
function up() {
  banner.hidden = true;
  setText(banner, "");
}

/** It does not: that says nothing of the modem. @param {Error} why */
function down(why) {
  if (asksForToken(why)) {
    setText(byId("token-why", HTMLElement), why.message);
    if (!tokenDialog.open) tokenDialog.showModal();
  }
  const reason = why instanceof Refusal ? why.message : "the program does not answer";
  setText(banner, `This page has no stream, and what is shown stands still: ${reason}. Trying again…`);
  banner.hidden = false;
}

/** @param {Error} why */
function asksForToken(why) {
  return why instanceof Refusal && why.needsToken(api.token);
}

/** Text for people who do not see the list. @param {string} text */
function status(text) {
  const place = byId("status", HTMLElement);
  setText(place, text);
  place.classList.add("seen");
  clearTimeout(fading);
  fading = setTimeout(() => place.classList.remove("seen"), 2_500);
}
/** @type {ReturnType<typeof setTimeout> | undefined} */
let fading = undefined;

/** What keys do wherever nothing is typed. @type {Record<string, () => void>} */
const KEYS = {
  " ": () => view.pause(),
  "/": () => byId("filter", HTMLInputElement).focus(),
  n: () => view.find(1),
  N: () => view.find(-1),
  a: () => view.answer(),
  c: () => byId("send-line", HTMLInputElement).focus(),
};

/**
 * What this key does, if it does something here.
 * @param {string} key
 */
function actionOf(key) {
  if (key === "?") return openHelp;
  if (key === "m") return toModems;
  return named() === null ? undefined : KEYS[key];
}

/** @param {KeyboardEvent} event */
function key(event) {
  const { target, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || document.querySelector("dialog[open]")) return;
  const inside = target instanceof HTMLElement ? target : document.body;
  if (event.key === "Escape") return escape(inside);
  if (inside.matches("input:not([type=checkbox]), select, textarea")) return;
  const act = actionOf(event.key);
  // Space presses what it is on.
  if (!act || (event.key === " " && inside.matches("button, input, a"))) return;
  event.preventDefault();
  act();
}

/** Empties the filter, or goes back to the list. @param {HTMLElement} inside */
function escape(inside) {
  if (named() === null) return;
  if (inside.id !== "filter" || !view.noFilter()) view.focus();
}

function openHelp() {
  help.showModal();
}

function toModems() {
  location.hash = "";
}

/** @param {string} text an address, or the token alone */
function givenToken(text) {
  const [, fragment] = /#(.*)$/.exec(text) ?? [];
  return (fragment && new URLSearchParams(fragment).get("token")) || text;
}

view.onDown = down;
view.onUp = up;
view.onStatus = status;
modems.onError = down;
modems.onAnswer = up;
window.addEventListener("hashchange", () => {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  // Somebody put the address with a token into this tab.
  if (given !== null) location.reload();
  else route();
});
document.addEventListener("keydown", key);
byId("help-open", HTMLButtonElement).addEventListener("click", openHelp);
byId("help-close", HTMLButtonElement).addEventListener("click", () => help.close());
byId("to-modems", HTMLAnchorElement).addEventListener("click", (event) => {
  event.preventDefault();
  toModems();
});
byId("token-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  api.token = givenToken(byId("token-line", HTMLInputElement).value.trim());
  tokenDialog.close();
  view.close();
  void begin();
});
void begin();
