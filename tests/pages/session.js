// A host page whose answers to getSessionToken a test decides, request by request.
import { EVENTS } from "./events.js";

window.__events = [];
window.__problems = [];
/** The requests for a token so far: `{reason, attempt, at}`, `at` on the page's steady clock. */
window.asks = [];
/** Every token that the host's backend gave to this page, oldest first. @type {string[]} */
window.tokens = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => {
  window.__problems.push(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});

await import("./element.js");
let host = await (await fetch("/api/host")).json();
window.apiUrl = host.apiUrl;

async function post(path, body) {
  const headers = { "x-csrf-token": host.csrfToken, "content-type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.json();
}

/** A fresh token of the platform, said to live for so many seconds. */
window.mint = async (seconds = 900) => ({ token: await bare(), expires_in: seconds });

/** A fresh token of the platform of which nothing else is said. */
window.bare = async () => {
  const { token } = await clock.busy(post("/api/session-token"));
  window.tokens.push(token);
  return token;
};

window.signIn = async (user) => {
  host = await clock.busy(post("/api/sign-in", { user }));
};

/** What getSessionToken does. @type {(request: { reason: string, attempt: number, signal: AbortSignal }) => unknown} */
window.reply = () => window.mint();

/**
 * Embeds a component; `callback: false` leaves it without getSessionToken.
 * @param {{ callback?: boolean, attributes?: Record<string, string>, properties?: Record<string, unknown> }} [options]
 */
window.embed = ({ callback = true, attributes = {}, properties = {} } = {}) => {
  const flow = document.createElement("connect-flow");
  for (const name of EVENTS) {
    flow.addEventListener(name, ({ detail }) => window.__events.push({ name, detail: { ...detail } }));
  }
  if (callback) {
    flow.getSessionToken = (request) => {
      window.asks.push({ reason: request.reason, attempt: request.attempt, at: performance.now() });
      return window.reply(request);
    };
  }
  // Fields for credentials in the page itself, where a test can see what becomes of them.
  const given = { "api-url": window.apiUrl, "inline-credentials": "", ...attributes };
  for (const [name, value] of Object.entries(given)) {
    flow.setAttribute(name, value);
  }
  Object.assign(flow, properties);
  document.getElementById("place").append(flow);
  return (window.flow = flow);
};

/** Handlers of the page's own, whose faults the browser reports in full. */
window.throwing = () => {
  throw new Error("the host's own");
};
window.rejecting = async () => {
  throw new Error("the host's promise");
};

/** A component with its list of apps on screen, and with what is asked for when that is painted. */
window.ready = async (options) => {
  const flow = window.embed(options);
  await until(() => flow.shadowRoot.querySelector("[data-screen=list] li button"));
  await clock.advance(100);
  return flow;
};

/** Waits in real time until the answer is truthy. */
window.until = async (question, ms = 10_000) => {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${question}`);
    await clock.settle();
  }
};

/** The events of the session, in order; of one name, if it is given. */
window.events = (name) =>
  window.__events.filter((event) => (name ? event.name === name : event.name.startsWith("session-")));

window.screenName = () => window.flow.shadowRoot.querySelector("[data-screen]")?.getAttribute("data-screen");

/** What is to be read in the component. */
window.shown = () => window.flow.shadowRoot.querySelector("[data-screen]")?.innerText ?? "";

/** The button whose text or name starts so. */
window.button = (text) =>
  [...window.flow.shadowRoot.querySelectorAll("button")].find((button) => {
    const read = button.cloneNode(true);
    read.querySelectorAll("[aria-hidden=true]").forEach((node) => node.remove());
    return (button.getAttribute("aria-label") ?? read.textContent).trim().startsWith(text);
  });

/** Presses it as soon as it is there. */
window.press = async (text) => {
  (await until(() => window.button(text))).click();
  await clock.settle();
};

/** From the list to the form of an app that asks for something before its sign-in; gives its first field. */
window.openForm = async () => {
  await press("Stillwater HR");
  await press("Connect");
  await press("Continue to Stillwater HR");
  return until(() => window.flow.shadowRoot.querySelector("form input"));
};

/** Back to an empty page for the next test. */
window.clear = async () => {
  clock.throttle(0);
  clock.failNext(0);
  window.recorded = undefined;
  document.getElementById("place").replaceChildren();
  await clock.settle();
  await window.signIn("ada");
  window.reply = () => window.mint();
  for (const list of [window.__events, window.__problems, window.asks, window.tokens]) list.length = 0;
};

/** Runs in a task of the page's own, as a host's code does. */
window.inTask = (act) =>
  new Promise((done, fail) => {
    setTimeout(() => Promise.resolve().then(act).then(done, fail), 0);
  });
window.started = true;
