// A page that mounts and removes the component as often as a test likes, and counts what it leaves behind.

window.__events = [];
window.__problems = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));

// The timers that are armed.
const timers = new Set();
const { setTimeout, clearTimeout } = window;
window.setTimeout = (run, ms, ...args) => {
  const id = setTimeout(() => {
    timers.delete(id);
    run(...args);
  }, ms);
  timers.add(id);
  return id;
};
window.clearTimeout = (id) => {
  timers.delete(id);
  clearTimeout(id);
};

// What the wasm keeps: its memory, and its table of the page's objects.
const kept = [];
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...source) => {
  const result = await instantiate.apply(WebAssembly, source);
  kept.push(...Object.values((result.instance ?? result).exports));
  return result;
};

const { createFakePlatform } = await import("./testing.js");
const { mount } = await import("./index.js");
const platform = createFakePlatform();

const place = document.getElementById("place");
const elsewhere = document.getElementById("elsewhere");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const ready = (element) => new Promise((done) => element.addEventListener("flow-ready", done, { once: true }));
const button = (element, text) =>
  [...element.shadowRoot.querySelectorAll("button")].find((button) => button.textContent.includes(text));

async function until(question) {
  const deadline = performance.now() + 10_000;
  while (!question()) {
    if (performance.now() > deadline) throw Error(`not within 10 s: ${question}`);
    await pause(1);
  }
}

/** What a life can have come to when its element goes. */
const LIVES = [
  () => {},
  () => Promise.resolve(),
  ({ element }) => ready(element),
  async ({ element }) => {
    await ready(element);
    elsewhere.append(element);
    place.append(element);
  },
  async ({ element }) => {
    await ready(element);
    button(element, "Example CRM").click();
    await until(() => button(element, "Connect"));
    button(element, "Connect").click();
  },
  async (flow) => {
    await ready(flow.element);
    flow.update({ theme: "dark", locale: "ar" });
    flow.setSessionToken(platform.mint());
  },
  async (flow) => {
    await ready(flow.element);
    flow.end();
  },
];

/** Mounts and removes so many times, in every kind of life by turns; answers how often the host was asked in each. */
window.churn = async (times) => {
  const asks = [];
  for (let n = 0; n < times; n += 1) {
    platform.asks.length = 0;
    platform.requests.length = 0;
    const flow = mount(place, platform.options);
    await LIVES[n % LIVES.length](flow);
    flow.unmount();
    await pause(0);
    asks.push(platform.asks.length);
    platform.expire();
  }
  return Math.max(...asks);
};

window.leftBehind = () => ({
  timers: timers.size,
  memory: kept.filter((item) => item instanceof WebAssembly.Memory).map(({ buffer }) => buffer.byteLength),
  tables: kept.filter((item) => item instanceof WebAssembly.Table).map(({ length }) => length),
});
window.ready = true;
