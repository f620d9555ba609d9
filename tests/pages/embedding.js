// A page on which a test embeds the component as it likes, with what it does to the page recorded.
import { EVENTS } from "./events.js";

window.__events = [];
window.__problems = [];
window.__asks = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
// A page without 'wasm-unsafe-eval' is there to be violated.
addEventListener("securitypolicyviolation", (event) => {
  if (event.blockedURI !== "wasm-eval") window.__problems.push(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});

// Imported here and not by the tests: what a driver injects has modules of its own in some browsers.
const { define } = await import("./element.js");
const { preload } = await import("./index.js");
const { createFakePlatform } = await import("./testing.js");
Object.assign(window, { define, preload, createFakePlatform, importModule: (path) => import(path) });

const host = await (await fetch("/api/host")).json();
window.apiUrl = host.apiUrl;
document.head.append(Object.assign(document.createElement("meta"), { name: "csrf-token", content: host.csrfToken }));

window.getSessionToken = async ({ reason }) => {
  window.__asks.push(reason);
  const headers = { "x-csrf-token": host.csrfToken };
  return (await fetch("/api/session-token", { method: "POST", headers })).json();
};

/** Embeds one more component; `callback` gives it `getSessionToken`. */
window.embed = (attributes = {}, callback = true, name = "connect-flow") => {
  const flow = document.createElement(name);
  for (const name of EVENTS) {
    flow.addEventListener(name, ({ detail }) => window.__events.push({ name, detail: { ...detail } }));
  }
  if (callback) flow.getSessionToken = window.getSessionToken;
  for (const [name, value] of Object.entries({ "api-url": host.apiUrl, ...attributes })) flow.setAttribute(name, value);
  document.getElementById("place").append(flow);
  return (window.flow = flow);
};

/** From now on the platform describes an app otherwise: members of its own, as JSON. */
window.describe = (slug, members) => {
  const { fetch } = window;
  window.fetch = async (request, init) => {
    const answer = await fetch(request, init);
    if (!new URL(request.url ?? request, location.href).pathname.includes("/application")) return answer;
    const body = await answer.json();
    for (const app of [body].flat()) if (app.slug === slug) Object.assign(app, JSON.parse(members));
    return Response.json(body);
  };
};

window.failingHandler = () => {
  throw new Error("the host's own");
};

/** Runs in a task of the page's own, as a host's code does. */
window.inTask = (act) => new Promise((done) => setTimeout(async () => done(await act()), 0));
window.ready = true;
