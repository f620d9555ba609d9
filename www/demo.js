// The demo's host page: asks its server who is signed in, mounts the component, shows the events that it hears.

import { playground } from "./demo-playground.js";
import { EVENTS } from "./events.js";
import { mount } from "./index.js";

const $ = (id) => document.getElementById(id);
const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

/** The parts of a detail that tell one event from the next, on one line. */
function summary(detail) {
  return Object.entries(detail ?? {})
    .filter(([name, value]) => value !== undefined && !["at", "activityId", "version"].includes(name))
    .map(([name, value]) => {
      if (name.endsWith("Ms")) return `${name.slice(0, -2)} ${Math.round(value / 1000)} s`;
      return Array.isArray(value) ? `${name} ${value.join(", ") || "none"}` : value === true ? name : `${value}`;
    })
    .join(" · ");
}

function record(name, detail) {
  const line = document.createElement("li");
  const time = make("time", "", new Date().toLocaleTimeString([], { hour12: false }));
  line.append(time, make("strong", name.split("-")[0], name), make("span", "", summary(detail)));
  $("log").prepend(line);
  while ($("log").childElementCount > 40) $("log").lastElementChild.remove();
}

function say(heading, ...paragraphs) {
  const notice = make("div", "notice");
  notice.append(make("h2", "", heading), ...paragraphs);
  $("place").replaceChildren(notice);
}

/** `GET /api/host`: `{user, apiUrl, csrfToken, frameUrl}`; `undefined` if no backend answers. */
async function signedIn() {
  try {
    const response = await fetch("/api/host", { headers: { accept: "application/json" } });
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

async function start() {
  const host = await signedIn();
  if (!host?.apiUrl) {
    const start = make("p", "", "Start it beside this page with ");
    start.append(make("code", "", "cargo xtask demo"), " and reload.");
    return say("The demo's backend does not answer", start);
  }
  $("user").textContent = host.user;

  const minted = new EventTarget();
  async function getSessionToken({ signal } = {}) {
    const headers = { "x-csrf-token": host.csrfToken };
    const since = performance.now();
    const response = await fetch("/api/session-token", { method: "POST", headers, signal });
    if (response.status === 401) return null;
    if (!response.ok) {
      const retryAfter = Number(response.headers.get("retry-after")) || undefined;
      throw Object.assign(new Error(`the demo's backend answered ${response.status}`), { retryAfter });
    }
    const answer = await response.json();
    minted.dispatchEvent(new CustomEvent("token", { detail: { since, seconds: answer?.expires_in } }));
    return answer;
  }

  const flow = mount("#place", {
    apiUrl: host.apiUrl,
    frameUrl: host.frameUrl ?? undefined,
    hostName: "Acme Projects",
    getSessionToken,
  });
  for (const name of EVENTS) flow.element.addEventListener(name, ({ detail }) => record(name, detail));
  await playground(flow, getSessionToken, minted);
}

await start();
