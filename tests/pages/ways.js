// A host page that shows the flow itself, or opens it in a window of its own. `window.act` runs in a click on the button.
//
// Query parameters: `frame` leaves keys to the isolated frame; else they are sent by events. `callback=none` gives no
// callback for tokens.
import { EVENTS } from "./events.js";

window.__events = [];
window.__problems = [];
/** Every token that the host's server gave. @type {string[]} */
window.__tokens = [];
/** The bodies of requests to the platform, as they were read. @type {string[]} */
window.__bodies = [];
/** Every state told, as it was then. @type {string[]} */
window.__states = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => {
  window.__problems.push(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});

const parameters = new URLSearchParams(location.search);
const { fetch } = window;
window.fetch = (request, init) => {
  if (init?.body) window.__bodies.push(init.body);
  return fetch(request, init);
};

const { createConnectFlow } = await import("./headless.js");
const { openHosted } = await import("./hosted.js");
const host = await (await fetch("/api/host")).json();

window.mint = async () => {
  const answer = await fetch("/api/session-token", { method: "POST", headers: { "x-csrf-token": host.csrfToken } });
  const grant = await answer.json();
  window.__tokens.push(grant.token);
  return grant;
};
const asks = parameters.get("callback") !== "none";
const options = { apiUrl: host.apiUrl, ...(asks && { getSessionToken: window.mint }) };

const record = (target) => {
  for (const name of EVENTS) {
    target.addEventListener(name, ({ detail }) => window.__events.push({ name, detail: structuredClone(detail) }));
  }
  return target;
};

window.headless = (more) => {
  const place = parameters.has("frame") ? { frameUrl: host.frameUrl } : { inlineCredentials: true };
  window.flow = record(createConnectFlow({ ...options, ...place, ...more }));
  window.stop = window.flow.subscribe((state) => window.__states.push(JSON.stringify(state)));
};
window.hosted = (more) => {
  window.flow = record(openHosted({ ...options, hostedUrl: host.frameUrl, ...more }));
};
window.foreign = host.frameUrl;
/** Opens the window without the package, and tells its page whatever the options are. */
window.hostedByHand = (more) => {
  const other = open(`${host.frameUrl}#${location.origin}`);
  addEventListener("message", ({ source, origin }) => {
    if (source !== other) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = async ({ data: { name, id } }) => {
      if (name === "ready") port1.postMessage({ name: "begin", asks: true, options: { apiUrl: host.apiUrl, ...more } });
      if (name === "ask") port1.postMessage({ name: "answer", id, offer: await window.mint() });
    };
    other.postMessage({ name: "connect-flow", version: 1, nonce: "n" }, origin, [port2]);
  });
};

/** What a framework makes of an object that it watches: no message can carry it. */
window.reactive = (value) => new Proxy(value, {});
/** Fills a prototype as somebody might. Not enumerable, or the driver's own scripts would stumble over it. */
window.pollute = (members) => {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true });
  }
};
/** Nothing is waited for longer than three seconds from now on. */
window.hurry = () => {
  const { setTimeout } = window;
  window.setTimeout = (run, ms) => setTimeout(run, Math.min(ms, 3_000));
};
/** Patches built-ins. @returns puts them back, and names those that had a token in their hands */
window.watchBuiltIns = () => {
  const { apply } = Reflect;
  const { stringify } = JSON;
  const [seen, undo] = [new Set(), []];
  const holds = (value) => {
    try {
      const text = stringify(value) ?? "";
      return window.__tokens.some((token) => text.includes(token));
    } catch {
      // A window, or what else has itself as a member.
      return false;
    }
  };
  const patch = (owner, name) => {
    const original = owner[name];
    owner[name] = function (...given) {
      const result = apply(original, this, given);
      if ([this, ...given, result].some(holds)) seen.add(name);
      return result;
    };
    undo.push(() => (owner[name] = original));
  };
  const owners = [
    [Function.prototype, "call", "bind"], [Object, "assign", "entries", "fromEntries"], [JSON, "parse", "stringify"],
    [Array.prototype, "map", "filter", "includes", "forEach", "reduce"], [MessagePort.prototype, "postMessage"],
  ];
  for (const [owner, ...names] of owners) for (const name of names) patch(owner, name);
  return () => {
    for (const back of undo) back();
    return [...seen];
  };
};
document.getElementById("act").addEventListener("click", () => window.act());
window.ready = true;
