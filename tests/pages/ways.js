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
  window.flow = record(openHosted({ ...options, hostedUrl: host.frameUrl, hostName: "Acme", ...more }));
};
window.foreign = host.frameUrl;
document.getElementById("act").addEventListener("click", () => window.act());
window.ready = true;
