// Many users at once, each with a component of his own at a platform that answers nonsense; a seed chooses what they do.
import { EVENTS } from "./events.js";
import { below, chance, pick } from "./random.js";

window.__problems = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => {
  window.__problems.push(`CSP: ${event.violatedDirective} ${event.blockedURI}`);
});
await import("./element.js");
const { platform, trap } = await (await fetch("/stage")).json();

/** Actions before the platform turns honest, and how long a screen may be busy meanwhile and after, in (quick) ms. */
const ACTIONS = 14;
const PATIENCE = 20_000;
const LONGEST = 600_000;
/** Anything else in the component is a hole. */
const TAGS = new Set(
  ("a bdi button code details div fieldset footer form h2 h3 img input label li nav ol option p path pre section " +
    "select span summary svg textarea ul").split(" "),
);
const COUNTS = /^((--[a-z]+: ?\d+|(block-size|inset-block-start): ?calc\(var\(--row\) ?\* ?\d+\)); ?)*$/;
const GOOD = {
  api_key: ["fd_live_abcdefgh1", "bs_abcdefgh1", "po-abcdefgh1", "kc_abcdefgh1"], client_id: ["demo-client"],
  client_secret: ["demo-secret"], subdomain: ["acme"], email: ["ada@example.com"], api_token: ["sd-abcdefgh1"],
};

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const now = () => performance.now();

/** How long the page did not get to run anything, at most, in real milliseconds. */
window.longestPause = 0;
let last = Date.now();
setInterval(() => {
  window.longestPause = Math.max(window.longestPause, Date.now() - last - 50);
  last = Date.now();
}, 50);

class User {
  constructor(seed) {
    this.seed = seed;
    this.next = chance(seed);
    /** Screens and presses, for whoever reads a failure. */
    this.trail = [];
    this.problem = undefined;
    this.opened = 0;
  }

  embed() {
    const { next } = this;
    const flow = (this.flow = document.createElement("connect-flow"));
    flow.setAttribute("api-url", `${platform}/s/${this.seed}`);
    flow.inlineCredentials = true;
    if (next() < 0.1) flow.setAttribute("app", pick(next, ["ferry-desk", "harbor-crm"]));
    if (next() < 0.3) flow.headers = { activityId: true, sessionId: true, correlationId: true, tenantId: "t-1" };
    flow.openUrl = (address) => this.signIn(address);
    flow.getSessionToken = async ({ signal }) => {
      const answer = await fetch(`/mint?account=hostile-${this.seed}`, { method: "POST", signal });
      return (this.token = await answer.json());
    };
    for (const name of EVENTS) flow.addEventListener(name, (event) => this.heard(name, event.detail));
    document.getElementById("place").append(flow);
    this.root = flow.shadowRoot;
  }

  heard(name, detail) {
    if (detail?.code === "crashed") this.fail("crashed");
    if (this.token && JSON.stringify(detail).includes(this.token.token)) this.fail(`the token in ${name}`);
  }

  signIn(address) {
    this.opened += 1;
    const url = new URL(address);
    const safe = url.protocol === "https:" || (url.protocol === "http:" && /^(127\.|localhost$|\[::1\])/.test(url.hostname));
    if (!safe || url.username || url.password) this.fail(`opens ${address.slice(0, 200)}`);
    if (address.includes(this.token.token)) this.fail("opens an address with the token in it");
  }

  fail(problem) {
    this.problem ??= problem;
  }

  get screen() {
    return this.root.querySelector("[data-screen]")?.getAttribute("data-screen") ?? "none";
  }

  get busy() {
    return this.root.querySelector("[aria-busy=true], [part=loading]") !== null;
  }

  controls(selector = "button, input, select, textarea, summary") {
    return [...this.root.querySelectorAll(selector)].filter((one) => !one.disabled && one.checkVisibility());
  }

  button(text) {
    const named = (one) => `${one.getAttribute("aria-label") ?? ""} ${one.textContent}`.trim();
    return this.controls("button").find((one) => named(one).startsWith(text));
  }

  /** Waits until nothing is under way, for at most so long. */
  async calm(ms) {
    const deadline = now() + ms;
    let quiet = 0;
    while (now() < deadline && quiet < 2 && !this.problem) {
      await sleep(400);
      quiet = this.busy ? 0 : quiet + 1;
    }
    return quiet === 2;
  }

  /** Nothing is on the screen but the component's own kinds of elements, and nothing in them runs or fetches. */
  inspect() {
    for (const element of this.root.querySelectorAll("*")) {
      const tag = element.localName;
      if (!TAGS.has(tag)) return this.fail(`an element <${tag}>`);
      for (const { name, value } of element.attributes) {
        // Numbers of rows are set through the CSSOM: as custom properties, as a height, as a place.
        const counts = name === "style" && COUNTS.test(value);
        if (/^(on|style$|srcdoc$|srcset$|xlink)/.test(name) && !counts) this.fail(`${name}=${value.slice(0, 100)} of <${tag}>`);
        const inert = name !== "href" && name !== "src";
        if (!inert && !(tag === "img" && (value.startsWith(`${platform}/`) || value.startsWith("data:image/")))) {
          this.fail(`${name}=${value.slice(0, 100)} of <${tag}>`);
        }
      }
    }
  }

  press(control) {
    if (!control) return false;
    this.trail.push(`${this.screen}: ${(control.getAttribute("aria-label") ?? control.textContent).trim().slice(0, 30)}`);
    control.click();
    return true;
  }

  type(input) {
    const wanted = GOOD[input.name] ?? Object.entries(GOOD).find(([name]) => input.id.includes(name))?.[1];
    const text = wanted && this.next() < 0.7 ? pick(this.next, wanted) : pick(this.next, ["x", " 7 ", "<b>", "2026-01-31", ""]);
    if (input.localName === "select") {
      input.selectedIndex = below(this.next, input.options.length || 1);
    } else if (input.type === "checkbox") {
      input.click();
    } else {
      input.value = text;
    }
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  }

  /** One thing that a user does: mostly on the way from the list to a configuration. */
  act() {
    const { next } = this;
    if (next() < 0.25) {
      const control = pick(next, this.controls());
      if (!control) return;
      if (control.matches("button, summary")) this.press(control);
      else this.type(control);
      return;
    }
    const rows = this.controls("li button[data-slug]");
    const way = {
      list: () => this.press(next() < 0.7 && this.root.querySelector("[data-slug=harbor-crm], [data-slug=ferry-desk]")) ||
        this.press(pick(next, rows)),
      app: () => (next() < 0.5 && this.press(this.button("Configure"))) ||
        this.press(pick(next, this.controls("button").filter((one) => /connect|add|last runs/i.test(one.textContent)))),
      consent: () => this.press(this.button("Continue")),
      connected: () => this.press(this.button("Configure") ?? this.button("Done")),
      waiting: () => this.press(this.button("I have finished") ?? this.button("Cancel")),
    }[this.screen];
    if (way?.()) return;
    const fields = this.controls("form input, form select, form textarea, [data-screen=configure] input, [data-screen=configure] select");
    for (const field of fields.slice(0, 20)) this.type(field);
    if (this.press(this.button("Save")) || this.press(this.controls("[type=submit]")[0])) return;
    this.press(this.button("Try again") ?? pick(next, this.controls("button")));
  }

  /** Back to a list of the honest platform's apps, or the screen of the one app, by what a user can press. */
  async recover() {
    for (let presses = 0; presses < 14 && !this.problem; presses++) {
      if (!(await this.calm(LONGEST))) return this.fail(`busy for ever on ${this.screen}`);
      this.inspect();
      const heading = this.root.querySelector("h2, [role=alert]")?.textContent.trim();
      if (!heading) return this.fail(`nothing to read on ${this.screen}`);
      const pinned = this.flow.hasAttribute("app");
      const asks = this.button("Try again");
      if (!asks && (pinned ? ["app", "consent"].includes(this.screen) : this.screen === "list")) return undefined;
      if (!asks && this.screen === "error" && this.button("Back") === undefined) return this.fail("no way out of an error");
      // An app that only a spoilt list had is not there, however often it is asked for.
      const again = presses < 5 ? ["Try again"] : [];
      const leave = ["Leave without saving", "Keep", ...again, "Back", "Cancel", "Done", "Clear search", "Try again"];
      if (!this.press(leave.map((text) => this.button(text)).find(Boolean))) {
        return pinned ? undefined : this.fail(`no way back from ${this.screen}`);
      }
    }
    return this.fail(`no way back to the list, last on ${this.screen}`);
  }

  async live() {
    this.embed();
    for (let actions = 0; actions < ACTIONS && !this.problem; actions++) {
      await this.calm(PATIENCE);
      this.inspect();
      this.act();
    }
    await fetch(`${platform}/heal/${this.seed}`, { method: "POST" });
    if (!this.problem) await this.recover();
    this.flow.remove();
    const trail = (this.problem || window.tell) && this.trail.concat(this.root.textContent.slice(0, 400));
    return { seed: this.seed, problem: this.problem, trail, screens: [...new Set(this.trail.map((step) => step.split(":")[0]))] };
  }
}

/**
 * Lives the sessions of these seeds, so many at a time.
 * @param {number[]} seeds @param {number} atOnce
 */
window.live = async (seeds, atOnce) => {
  const results = [];
  const todo = [...seeds];
  const worker = async () => {
    for (let seed = todo.shift(); seed !== undefined; seed = todo.shift()) results.push(await new User(seed).live());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const pause = window.longestPause;
  window.longestPause = 0;
  const problems = window.__problems.splice(0);
  if (window.ran) problems.push(`a script of the platform ran: ${window.ran}`);
  problems.push(...window.printed.filter((line) => line.includes("panicked")));
  // Every address that this page asked for, whatever asked.
  const strangers = performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => !/^(data|blob):/.test(name) && ![location.origin, platform].includes(new URL(name).origin));
  performance.clearResourceTimings();
  return { results, problems: problems.concat(strangers.map((name) => `asked ${name}`)), pause, trap };
};
window.ready = true;
