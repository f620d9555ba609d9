// A host page that keeps nothing of the tokens it hands over: what is found later is not its own.
import { EVENTS } from "./events.js";
import { mount, preload } from "./index.js";

const { record } = window.leakRecorder;
const parameters = new URLSearchParams(location.search);
window.leakEvents = [];
window.connectFlowMutant = Number(parameters.get("mutant"));
window.connectFlowElsewhere = parameters.get("elsewhere") ?? "";

const mint = async () => (await fetch("/mint", { method: "POST" })).json();

/**
 * Embeds the component as the page's address says: `way` is `callback`, `push` or `session-url`; `credentials` is
 * `frame` or `inline`.
 */
function embed(events = window.leakEvents) {
  const way = parameters.get("way") ?? "callback";
  const apiUrl = parameters.get("api");
  const options = { apiUrl, hostName: "Acme" };
  if (parameters.get("credentials") === "frame") options.frameUrl = `${apiUrl}/frame.html`;
  else options.inlineCredentials = true;
  if (way === "callback") {
    options.getSessionToken = (request) => {
      record("events", "getSessionToken", request);
      return mint();
    };
  }
  if (way === "session-url") options.sessionUrl = "/mint";
  const handle = mount("#place", options);
  for (const name of EVENTS) {
    handle.element.addEventListener(name, ({ detail }) => {
      events.push({ name, detail });
      // Once, unless the address says always.
      if (detail.code === "crashed" && !parameters.has("mutant")) window.connectFlowMutant = 0;
      record("events", name, detail);
    });
  }
  if (way === "attribute") mint().then(({ token }) => handle.element.setAttribute("token", token));
  if (way === "push") mint().then((offer) => (handle.element.sessionToken = offer));
  return handle;
}

/** Runs what a tool may do to an object of ours; what it gets to see is on record. */
const poke = (object) => {
  const seen = [];
  const ways = [String, (it) => `${it}`, (it) => it[Symbol.toPrimitive]?.("string"), JSON.stringify, structuredClone, Object.entries];
  for (const way of ways) {
    try {
      seen.push(way(object));
    } catch (problem) {
      seen.push(problem);
    }
  }
  for (let layer = object; layer && layer !== HTMLElement.prototype && layer !== Object.prototype; layer = Object.getPrototypeOf(layer)) {
    for (const key of Reflect.ownKeys(layer)) {
      const { get, value } = Object.getOwnPropertyDescriptor(layer, key);
      seen.push([String(key), get ? get.call(object) : typeof value === "function" ? undefined : value]);
    }
  }
  return seen;
};

window.leakObjects = async () => {
  console.log(handle?.element, handle);
  // Whoever asks for the component's modules by name gets no more than the component did.
  const life = await import("./life.js");
  const glue = life.makeGlue();
  const answer = await glue.default({}).catch(String);
  return { element: poke(handle?.element), handle: poke(handle), life: poke(life), glue: [poke(glue), answer] };
};

/** The button whose text or name starts so. */
window.leakButton = (text) => {
  const root = document.querySelector("connect-flow").shadowRoot;
  return [...root.querySelectorAll("button")].find((button) => {
    const read = button.cloneNode(true);
    read.querySelectorAll("[aria-hidden=true]").forEach((node) => node.remove());
    return !button.disabled && (button.getAttribute("aria-label") ?? read.textContent).trim().startsWith(text);
  });
};
const screenOf = (element) => {
  const root = element?.shadowRoot;
  if (root?.querySelector("[part=failure]")) return "failure";
  return root?.querySelector("[data-screen]")?.getAttribute("data-screen") ?? null;
};
window.leakScreen = () => screenOf(document.querySelector("connect-flow"));
/** One more component beside the first, with events of its own. */
window.leakSecond = () => {
  window.leakSecondEvents = [];
  second = embed(window.leakSecondEvents);
};
window.leakSecondScreen = () => screenOf(second.element);
window.leakMint = async () => handle.setSessionToken(await mint());
window.leakHandle = () => handle;
window.leakOwn = new Set([...Object.getOwnPropertyNames(window), "leakSecondEvents", "leakStarted"]);

let handle;
let second;
await preload();
window.startRecording();
window.startGreedy();
handle = embed();
window.leakStarted = true;
