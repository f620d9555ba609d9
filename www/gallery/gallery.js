// The gallery's page: mounts every screen in every state, or those that its address names, side by side.
//
// ?state=list,app&theme=light|dark&locale=de&width=320&density=compact&words=longer&dir=rtl&bare=1
// `dir=rtl` turns the built-in language around; `bare` shows the screens alone. The choices on top write the same.

import { makeGlue } from "../connect-flow.js";
import { words as wordsOf } from "../locales.js";

const { default: init, gallery, gallery_states, gallery_words } = makeGlue();

const parameters = new URLSearchParams(location.search);
const chosen = (name, otherwise = "") => parameters.get(name) || otherwise;

/** A language of the web's own range for private use, written from left to right or from right to left. */
const PSEUDO = { ltr: "en-XA", rtl: "ar-XB" };
const ACCENTED = "ÀƁÇÐÉƑĜĤÎĴĶĹṀÑÖƤɊŔŠŢÛṼŴẊÝŽàƀçðéƒĝĥîĵķĺṁñöƥɋŕšţûṽŵẋýž";

/** Longer by two fifths, with accents on every letter and in brackets, so that a literal or a cut stands out. */
export function longer(text) {
  const parts = text.split(/(\{\w+\})/);
  const accented = parts.map((part, at) =>
    at % 2 ? part : part.replace(/[A-Za-z]/g, (it) => ACCENTED.at(it.charCodeAt(0) - (it < "a" ? 65 : 71))),
  );
  const more = Math.ceil(parts.filter((_, at) => at % 2 === 0).join("").length * 0.4);
  return `[${accented.join("")}${" ẽẽẽẽẽẽ".repeat(Math.ceil(more / 7)).slice(0, more)}]`;
}

/** The language to show: registered, unless it is built in. @returns {Promise<string>} */
async function language() {
  const locale = chosen("locale", "en");
  if (chosen("words") === "longer" || chosen("dir") === "rtl") {
    const english = await (await fetch("../locales/en.json")).json();
    const pseudo = PSEUDO[chosen("dir", "ltr")];
    const say = chosen("words") === "longer" ? longer : (text) => text;
    gallery_words(pseudo, Object.fromEntries(Object.entries(english).map(([key, text]) => [key, say(text)])));
    return pseudo;
  }
  const words = locale === "en" ? undefined : await wordsOf(locale);
  if (words) gallery_words(locale, words);
  return locale;
}

function show(state, theme, locale) {
  const figure = document.querySelector("main").appendChild(document.createElement("figure"));
  figure.appendChild(document.createElement("figcaption")).textContent = state;
  const target = figure.appendChild(document.createElement("div"));
  target.dataset.state = state;
  target.style.width = `${chosen("width", "560")}px`;
  target.style.maxWidth = "100%";
  gallery(target, state, theme, locale, chosen("density"));
}

await init({ module_or_path: new URL("../connect-flow_bg.wasm", import.meta.url) });
const states = gallery_states();
const form = document.getElementById("choices");
form.elements.state.append(...states.map((state) => new Option(state, state)));
for (const select of form.elements) select.value = chosen(select.name, select.value);
form.addEventListener("change", () => {
  location.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
});

const theme = chosen("theme");
if (theme) document.documentElement.dataset.theme = theme;
document.body.classList.toggle("bare", parameters.has("bare"));
const locale = await language();
for (const state of chosen("state") ? chosen("state").split(",") : states) show(state, theme, locale);
document.body.dataset.ready = "true";
