// A page that is against its component: `?names` hides the document's members by markup, `?polluted` fills prototypes,
// before anything is loaded; the functions below do the rest when a test asks for it.
import { EVENTS } from "./events.js";

const make = Document.prototype.createElement.bind(document);
const find = Document.prototype.querySelector.bind(document);
const place = find("#place");
const parameters = new URLSearchParams(location.search);

window.__events = [];
window.__problems = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));

const NAMES =
  "createElement createElementNS createTextNode createComment createDocumentFragment importNode querySelector getElementById " +
  "addEventListener removeEventListener activeElement documentElement defaultView visibilityState hidden adoptedStyleSheets " +
  "baseURI implementation styleSheets fonts contains append";
if (parameters.has("names")) {
  const hide = (tag, name) => place.after(Object.assign(make(tag), { name, id: name }));
  for (const name of NAMES.split(" ")) hide("form", name);
  const head = Object.assign(make("form"), { name: "head" });
  head.append(Object.assign(make("input"), { name: "append" }));
  place.after(head);
  for (const name of ["fetch", "crypto", "performance", "getSessionToken", "connect-flow", "customElements"]) hide("a", name);
}
if (parameters.has("polluted")) {
  const pollution = {
    openUrl: "https://evil.invalid/", iconOrigins: ["https://evil.invalid"], headers: { tenantId: "stolen" }, strings: { retry: "Pay" },
    app: "no-such-app", frameUrl: "https://evil.invalid/", retryAfter: 1e9, extra: () => "x",
    wasm: "https://evil.invalid/x.wasm", second: "https://evil.invalid/x.wasm", integrity: "sha256-AAAA",
    sessionToken: "of.somebody.else", token: "of.somebody.else",
  };
  // Not enumerable, or the driver's own scripts would stumble over them.
  const fill = (prototype, name, value) => Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  for (const [name, value] of Object.entries(pollution)) fill(Object.prototype, name, value);
  for (const name of ["last", "remove", "clear"]) fill(Array.prototype, name, () => "x");
}

// What the platform is sent as a token, from before the component is loaded.
window.authorizations = [];
const { fetch } = window;
window.fetch = (request, init) => {
  const authorization = init?.headers?.Authorization;
  if (authorization) window.authorizations.push(authorization);
  return fetch(request, init);
};

await import("./element.js");
const host = await (await fetch("/api/host")).json();
window.platform = new URL(host.apiUrl).origin;
const flow = make("connect-flow");
for (const name of EVENTS) flow.addEventListener(name, ({ detail }) => window.__events.push({ name, detail: { ...detail } }));
flow.setAttribute("api-url", host.apiUrl);
flow.inlineCredentials = true;
window.opened = [];
flow.openUrl = (address) => void window.opened.push(address);
flow.getSessionToken = async () => {
  const answer = await fetch("/api/session-token", { __proto__: null, method: "POST", headers: { "x-csrf-token": host.csrfToken } });
  const { token, expires_in } = await answer.json();
  window.token = token;
  return { session_token: token, expires_in };
};
place.append(flow);
const root = flow.shadowRoot;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const until = async (question, what) => {
  for (const deadline = Date.now() + 10_000; ; await sleep(20)) {
    const answer = question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`no ${what} on ${window.screenName()}: ${root.textContent.slice(0, 300)}`);
  }
};
window.screenName = () => root.querySelector("[data-screen]")?.getAttribute("data-screen");
const button = (text) => [...root.querySelectorAll("button")].find((one) => {
  return one.checkVisibility() && `${one.getAttribute("aria-label") ?? ""}${one.textContent}`.trim().startsWith(text);
});
const press = async (text) => (await until(() => button(text), `button ${text}`)).click();
const open = async (slug) => (await until(() => root.querySelector(`[data-slug="${slug}"]`), slug)).click();
const arrive = (screen) => until(() => window.screenName() === screen, screen);

window.key = "bs_abcdefgh1";
/** Types a search while the page's own code keeps the text from whoever asks for it: how many apps there are. */
window.searchWithoutText = async () => {
  const search = await until(() => root.querySelector("input[type=search]"), "search");
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  Object.defineProperty(HTMLInputElement.prototype, "value", { ...value, get: () => undefined });
  const apps = () => root.querySelectorAll("[data-slug]").length;
  const before = apps();
  search.dispatchEvent(new Event("input", { bubbles: true }));
  await sleep(200);
  Object.defineProperty(HTMLInputElement.prototype, "value", value);
  // The quick build's glue throws into the page's own event; what is published gives an empty text.
  window.__problems = window.__problems.filter((problem) => !/reading 'length'|can't access property "length"/.test(problem));
  return { before, after: apps() };
};

/** From the list to an app that was connected by a key, and back. */
window.connectByKey = async () => {
  await open("beacon-status");
  await press("Connect");
  await press("Continue");
  const input = await until(() => root.querySelector("form input"), "field");
  input.focus();
  if (root.activeElement !== input) throw new Error("the field does not take the focus");
  input.value = window.key;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await until(() => root.querySelector("[type=submit]"), "way to send");
  root.querySelector("[type=submit]").click();
  await arrive("connected");
  await press("Done");
  await arrive("list");
};

/** To the screen that waits for somebody to sign in elsewhere. */
window.waitForSignIn = async () => {
  await open("harbor-crm");
  await press("Connect");
  await press("Continue");
  await arrive("waiting");
  await until(() => window.opened.length === 1, "address");
};
window.goBack = async () => {
  await press("Cancel");
  await until(() => window.screenName() !== "waiting", "way back");
  await press("Back");
  await arrive("list");
};

/** Messages of every origin and source but the right one. */
window.forge = async (count) => {
  const frame = make("iframe");
  place.after(frame);
  const { platform } = window;
  const origins = ["https://evil.invalid", `${platform}.evil.invalid`, "null", "", platform, location.origin];
  const sources = [window, frame.contentWindow, null];
  const secret = { name: "connect-flow", version: 1, nonce: "n", token: "forged", url: "https://evil.invalid/" };
  const names = ["connected", "saved", "address", "session", "setup", "ready", "submitted", "failed", "rejected", "end"];
  const data = names.map((name) => ({ ...secret, name })).concat(
    secret, "connect-flow", null, JSON.parse('{"__proto__": {"name": "connected"}}'), [secret],
    { type: "connect-flow", status: "connected", slug: "harbor-crm" }, JSON.stringify(secret),
  );
  for (let at = 0; at < count; at++) {
    const init = { data: data[at % data.length], origin: origins[at % origins.length], source: sources[at % sources.length] };
    dispatchEvent(new MessageEvent("message", init));
    if (at % 100 === 0) postMessage(init.data, "*");
    if (at % 10_000 === 0) await sleep(0);
  }
  frame.remove();
  await sleep(50);
};

/** What built-ins that are patched now see of the token, on the way of the next requests. */
window.watchBuiltIns = async () => {
  const seen = new Set();
  const { apply } = Reflect;
  const holds = (value, depth = 0) => {
    if (typeof value === "string") return value.includes(window.token);
    if (typeof value !== "object" || value === null || depth > 3 || value === window || value instanceof Node) return false;
    for (const key in Object.getOwnPropertyDescriptors(value)) {
      const { value: inner } = Object.getOwnPropertyDescriptor(value, key) ?? {};
      if (inner !== undefined && holds(inner, depth + 1)) return true;
    }
    return false;
  };
  let watching = false;
  const undo = [];
  const patch = (owner, name, label) => {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name);
    const original = descriptor?.value;
    if (typeof original !== "function" || !descriptor.writable || name === "constructor") return;
    owner[name] = function (...args) {
      const result = new.target ? Reflect.construct(original, args, new.target) : apply(original, this, args);
      if (!watching) {
        watching = true;
        if (holds(args) || holds(this) || holds(result)) seen.add(label);
        watching = false;
      }
      return result;
    };
    Object.assign(owner[name], { prototype: original.prototype });
    undo.push(() => Object.defineProperty(owner, name, descriptor));
  };
  const owners = {
    Reflect, JSON, Object, "Function#": Function.prototype, "TextDecoder#": TextDecoder.prototype, "TextEncoder#": TextEncoder.prototype,
    "Headers#": Headers.prototype, "Request#": Request.prototype, "String#": String.prototype, "Map#": Map.prototype,
    "Promise#": Promise.prototype, "XMLHttpRequest#": XMLHttpRequest.prototype, console,
  };
  for (const [label, owner] of Object.entries(owners)) {
    for (const name of Object.getOwnPropertyNames(owner)) if (name !== "apply") patch(owner, name, label + name);
  }
  for (const name of ["fetch", "Headers", "Request", "structuredClone", "postMessage"]) patch(window, name, name);
  try {
    await window.waitForSignIn();
  } finally {
    for (const back of undo) back();
  }
  return [...seen];
};

/** Begins by `mount()` and without an interface: what was sent as a token, and the token that the host gave last, of each. */
window.beginOtherwise = async () => {
  const { mount } = await import("./index.js");
  const { createConnectFlow } = await import("./headless.js");
  const options = { apiUrl: host.apiUrl, getSessionToken: flow.getSessionToken };
  const found = [];
  for (const begin of [() => mount(place, options).element, () => createConnectFlow(options)]) {
    window.authorizations.length = 0;
    await new Promise((ready) => begin().addEventListener("flow-ready", ready));
    found.push({ sent: [...new Set(window.authorizations)], given: `Bearer ${window.token}` });
  }
  return found;
};

/** What a `Request` that is patched now is given, as text, while an app is connected by a key. */
window.watchRequests = async () => {
  const given = [];
  const { Request } = window;
  window.Request = class extends Request {
    constructor(input, init = {}) {
      super(input, init);
      given.push(Object.values(init).map(String).join(" "));
    }
  };
  try {
    await window.connectByKey();
  } finally {
    window.Request = Request;
  }
  return given;
};

/** What a page's own styles make of the component: `{size, color, shown}` of its heading. */
window.dress = async (css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
  await until(() => root.querySelector("h2"), "heading");
  await until(() => root.querySelector("li button"), "list");
  const heading = root.querySelector("h2");
  const { fontSize, color, textTransform, direction, letterSpacing, textIndent, wordSpacing } = getComputedStyle(heading);
  const { width, height } = heading.getBoundingClientRect();
  document.adoptedStyleSheets = [];
  return { size: parseFloat(fontSize), color, textTransform, direction, letterSpacing, textIndent, wordSpacing, width, height };
};

/** As a translation service does: each text goes into elements of its own. */
window.translate = () => {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const font = make("font");
    font.append(Object.assign(make("font"), { textContent: text.data.toUpperCase() }));
    text.replaceWith(font);
  }
  return texts.length;
};

/** Takes nodes out of the component while it works with them. */
window.removeNodes = async () => {
  await window.waitForSignIn();
  for (const node of [...root.querySelectorAll("h2, p, svg, .actions")]) node.remove();
  await sleep(1_500);
  root.querySelector("[data-screen]").replaceChildren();
  await sleep(1_500);
  for (const child of [...root.children]) child.remove();
  await sleep(500);
};

/** The page takes the element out and puts it in again. */
window.putBack = async () => {
  flow.remove();
  await sleep(0);
  place.append(flow);
  await arrive("list");
  await until(() => root.querySelector("li button"), "list");
};
await until(() => root.querySelector("li button"), "list");
window.ready = true;
