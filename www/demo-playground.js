// The playground beside the demo's component: its look, the life of its token, and faults around it.

import { contrast } from "./contrast.js";

const $ = (id) => document.getElementById(id);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** Turns a switch of the sandbox's test mode; `false` if there is none. */
async function turn(path, body) {
  try {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    return (await fetch(path, init)).ok;
  } catch {
    return false;
  }
}

/** Shows what is left of the last token. @param {EventTarget} minted */
function count(minted, element) {
  let token;
  minted.addEventListener("token", ({ detail }) => (token = detail.seconds ? detail : undefined));
  element.addEventListener("session-ended", () => (token = undefined));
  element.addEventListener("session-expired", () => (token = undefined));
  setInterval(() => {
    const left = token ? Math.max(0, token.seconds - (performance.now() - token.since) / 1000) : 0;
    $("left").textContent = token ? `${clock(left)} of ${clock(token.seconds)} left` : "No token";
    $("life").value = token ? left / token.seconds : 0;
  }, 250);
}

/** A theme that cannot be read is not taken: what it was before stays. */
function recolour(element, { name, value }) {
  const before = element.style.getPropertyValue(name);
  element.style.setProperty(name, value);
  const [worst] = contrast(element).sort((a, b) => a.ratio / a.needed - b.ratio / b.needed);
  $("contrast").textContent = worst
    ? `Refused: ${worst.seen} on ${worst.on} has a contrast of ${worst.ratio}, at least ${worst.needed} is needed.`
    : "";
  if (worst) element.style.setProperty(name, before);
}

function dress(flow) {
  const form = $("look");
  const { element } = flow;
  form.addEventListener("change", ({ target }) => {
    const { name, value } = target;
    if (target.type === "color") return recolour(element, target);
    if (name === "width") return element.style.setProperty("max-width", `${value}px`);
    if (name === "theme") {
      document.documentElement.dataset.theme = value;
      // What can be read on light is not what can be read on dark.
      element.style.removeProperty("--cf-text");
    }
    if (name === "locale") $("place").lang = value;
    return flow.update({ [name]: value });
  });
  // The browser may have kept what was chosen before a reload.
  form.reset();
}

/** Windows that the browser opens no more, a network that is gone, a provider that says no. */
function breakThings() {
  const form = $("faults");
  const { open } = window;
  window.open = (...wanted) => (form.elements.blocked.checked ? null : open.apply(window, wanted));
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => !form.elements.offline.checked });
  form.addEventListener("change", async ({ target }) => {
    const { offline, slow, failing, denying } = form.elements;
    if (target.name === "blocked") return;
    const switches = {
      ...(offline.checked ? { drop: true } : {}),
      ...(slow.checked ? { latency_ms: 2000 } : {}),
      ...(failing.checked ? { status: 503 } : {}),
      ...(denying.checked ? { provider_denies: true } : {}),
    };
    await turn("/test/switches", { ...switches, match: { path: "/api/" } });
    if (target === offline) dispatchEvent(new Event(offline.checked ? "offline" : "online"));
  });
  form.reset();
}

/**
 * @param {import("./connect-flow.js").ConnectFlowHandle} flow
 * @param {() => Promise<unknown>} getSessionToken
 * @param {EventTarget} minted tells of each token
 */
export async function playground(flow, getSessionToken, minted) {
  count(minted, flow.element);
  dress(flow);
  breakThings();
  const fresh = async () => flow.setSessionToken(await getSessionToken());
  $("fresh").addEventListener("click", fresh);
  $("end").addEventListener("click", () => flow.end());
  $("expire").addEventListener("click", () => turn("/test/tokens", { action: "expire" }));
  $("session").addEventListener("change", async ({ target }) => {
    if (target.name === "mint") return turn("/api/test/mint", { mode: target.value });
    await turn("/test/lifetime", { seconds: Number(target.value) });
    return fresh();
  });
  $("session").reset();
  const there = {
    platform: await turn("/test/switches", {}),
    host: await turn("/api/test/mint", { mode: "ok" }),
  };
  for (const control of document.querySelectorAll("[data-needs]")) control.disabled = !there[control.dataset.needs];
  $("missing").hidden = there.platform && there.host;
}
