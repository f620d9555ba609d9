// Mounts the named states side by side: ?state=list,app&theme=dark&dir=rtl&width=320&density=compact
import init, { gallery } from "./gallery/connect-flow.js";

const params = new URLSearchParams(location.search);
const theme = params.get("theme") ?? "light";
// Right to left is a matter of the language.
const locale = params.get("locale") ?? (params.get("dir") === "rtl" ? "ar" : "en");
const width = params.get("width") ?? "560";

await init({ module_or_path: new URL("./gallery/connect-flow_bg.wasm", import.meta.url) });
const main = document.body.appendChild(document.createElement("main"));
document.body.classList.toggle("dark", theme === "dark");
document.dir = params.get("dir") ?? "ltr";
for (const state of (params.get("state") ?? "list").split(",")) {
  const figure = main.appendChild(document.createElement("figure"));
  const caption = figure.appendChild(document.createElement("figcaption"));
  caption.textContent = state;
  const target = figure.appendChild(document.createElement("div"));
  target.style.width = `${width}px`;
  gallery(target, state, theme, locale, params.get("density") ?? "");
}
document.body.dataset.ready = "true";
