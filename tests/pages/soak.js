// Twenty users who connect, look around and disconnect, for as long as they are told, with sessions of a minute.
import { EVENTS } from "./events.js";
import { chance, pick } from "./random.js";

window.__problems = [];
addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
await import("./element.js");
const { platform } = await (await fetch("/stage")).json();

/** Key-based apps with a good key, and one that signs in elsewhere. */
const KEYS = { "beacon-status": "bs_abcdefgh1", "kite-campaigns": "kc_abcdefgh1" };
const APPS = [...Object.keys(KEYS), "pine-pos", "slate-notes"];
/**
 * A step that takes longer than this is a component that hangs, in milliseconds. Tokens of a minute use up the six questions
 * in five minutes that a host is asked at most, so that a session can be without one for that long.
 */
const PATIENCE = 420_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
let running = true;

/** What all users did so far. */
window.tally = { connected: 0, disconnected: 0, renewed: 0, steps: 0, retries: 0 };

class User {
  constructor(name, seed) {
    this.name = name;
    this.next = chance(seed);
  }

  mount() {
    const flow = (this.flow = document.createElement("connect-flow"));
    flow.setAttribute("api-url", `${platform}/s/0`);
    flow.inlineCredentials = true;
    flow.openUrl = (address) => void fetch(`/sign-in?to=${encodeURIComponent(address)}`, { method: "POST" });
    flow.getSessionToken = async ({ signal }) => {
      const answer = await fetch(`/mint?account=${this.name}`, { method: "POST", signal });
      if (!answer.ok) throw new Error(`the host answered ${answer.status}`);
      return answer.json();
    };
    for (const name of EVENTS) flow.addEventListener(name, (event) => this.heard(name, event.detail));
    document.getElementById("place").append(flow);
    this.root = flow.shadowRoot;
  }

  heard(name, detail) {
    if (name === "session-renewed") window.tally.renewed += 1;
    if (detail?.code === "crashed") window.__problems.push(`${this.name}: crashed`);
  }

  get screen() {
    return this.root.querySelector("[data-screen]")?.getAttribute("data-screen");
  }

  button(...texts) {
    const buttons = [...this.root.querySelectorAll("button")].filter((one) => !one.disabled && one.checkVisibility());
    const named = (one) => `${one.getAttribute("aria-label") ?? ""} ${one.textContent}`.trim();
    return texts.map((text) => buttons.find((one) => named(one).startsWith(text))).find(Boolean);
  }

  /** Tries again, as a user does, until it is so. */
  async until(question, what) {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const answer = question();
      if (answer) return answer;
      if (Date.now() > deadline) throw new Error(`${what}, on ${this.screen}: ${this.root.textContent.slice(0, 200)}`);
      const retry = this.button("Try again", "Check again", "I have finished");
      if (retry && this.next() < 0.2) {
        window.tally.retries += 1;
        retry.click();
      }
      await sleep(250);
    }
  }

  async press(...texts) {
    (await this.until(() => this.button(...texts), texts[0])).click();
    window.tally.steps += 1;
  }

  async toList() {
    await this.until(() => {
      if (this.screen === "list" && this.root.querySelector("[data-slug]")) return true;
      this.button("Back", "Done", "Cancel", "Keep")?.click();
      return false;
    }, "no way back to the list");
  }

  /** One app, connected and, mostly, disconnected again; gives what must be connected afterwards. */
  async round(connected) {
    await this.toList();
    const slug = pick(this.next, APPS);
    (await this.until(() => this.root.querySelector(`[data-slug="${slug}"]`), slug)).click();
    await this.until(() => this.screen === "app", "the app's screen");
    await this.until(() => this.button("Connect", "Disconnect"), "what can be done");
    if (this.button("Disconnect")) {
      // From here on the user no longer counts on it, whatever becomes of the request.
      connected.delete(slug);
      await this.press("Disconnect");
      await this.until(() => this.button("Keep"), "the question");
      // The question is in the account's card, and its own answer may have to be given again.
      await this.until(() => {
        if (!this.button("Keep", "Disconnect")) return true;
        if (this.next() < 0.1) this.button("Disconnect")?.click();
        return false;
      }, "disconnected");
      window.tally.disconnected += 1;
      return;
    }
    const ways = ["Connect with a key", "Connect"];
    await this.press(...ways);
    await this.press("Continue");
    if (KEYS[slug]) {
      const input = await this.until(() => this.root.querySelector("form input"), "the field");
      input.value = KEYS[slug];
      input.dispatchEvent(new Event("input", { bubbles: true }));
      this.root.querySelector("[type=submit]").click();
    }
    await this.until(() => {
      if (this.screen === "connected") return true;
      // An answer that was lost: the form is there again, and the same key is sent again.
      const submit = this.root.querySelector("[type=submit]");
      const input = this.root.querySelector("form input");
      if (submit && input && !submit.disabled && this.next() < 0.05) {
        input.value = KEYS[slug];
        input.dispatchEvent(new Event("input", { bubbles: true }));
        submit.click();
      }
      if (this.screen === "waiting" && this.next() < 0.02) this.button("Open it again")?.click();
      return false;
    }, `${slug} connected`);
    window.tally.connected += 1;
    connected.add(slug);
  }

  async live(connected) {
    this.mount();
    while (running) {
      try {
        await this.round(connected);
      } catch (error) {
        window.__problems.push(`${this.name}: ${error.message}`);
        this.flow.remove();
        await sleep(0);
        this.mount();
      }
      if (this.next() < 0.05) {
        this.flow.remove();
        await sleep(10);
        this.mount();
      }
      await sleep(500 + this.next() * 4_000);
    }
  }
}

let users;
window.begin = (count, seed) => {
  users = Array.from({ length: count }, (_, at) => ({ user: new User(`soak-${at}`, seed + at), connected: new Set(["harbor-crm"]) }));
  window.lives = Promise.all(users.map(({ user, connected }) => user.live(connected)));
};
/** Ends it: what each user has connected, by what the component has shown him. */
window.finish = async () => {
  running = false;
  await window.lives;
  return users.map(({ user, connected }) => [user.name, [...connected].sort()]);
};
window.memory = () => performance.memory?.usedJSHeapSize ?? 0;
window.ready = true;
