// The flow without an interface: its state to show, its events to send, for those who build their own.

import { address, reach } from "./index.js";
import { ask, crashes, whole } from "./life.js";

const RETRYABLE = /load|crash/;

class HeadlessFlow extends (globalThis.EventTarget ?? Object) {
  #options;
  #offer;
  /** The component: src/embed/handle.rs. */
  #handle;
  #state = { status: "loading" };
  #listeners = new Set();
  /** A new state is about to be told. */
  #due = false;
  #closed = new AbortController();
  /** How the session was ended before the component was there. */
  #ended;

  constructor(given) {
    super();
    // Nothing that the page's own prototypes were given is an option.
    const { sessionToken, ...options } = { __proto__: null, ...given };
    crashes.addEventListener("crash", () => this.#crash(), { signal: this.#closed.signal });
    this.#options = options;
    this.#offer = sessionToken;
    this.#start();
  }

  get state() {
    return this.#state;
  }

  subscribe(listener) {
    const one = (state) => listener(state);
    this.#listeners.add(one);
    one(this.#state);
    return () => void this.#listeners.delete(one);
  }

  send(event) {
    if (this.#handle) this.#handle.tell("send", event);
    else if (event.type === "retry" && this.#state.status === "failed") this.#start();
  }

  setSessionToken(offer) {
    if (this.#handle) this.#handle.tell("setSessionToken", offer);
    else {
      this.#offer = offer;
      if (offer != null) this.#ended = undefined;
    }
  }

  showFrame(iframe) {
    this.#handle?.tell("showFrame", iframe);
  }

  update(changes) {
    Object.assign(this.#options, changes);
    const asks = "getSessionToken" in changes || "sessionUrl" in changes;
    this.#handle?.tell("update", { ...changes, ...(asks && { getSessionToken: this.#ask() }) });
  }

  retrySession() {
    this.#handle?.tell("retry");
  }

  end(options) {
    this.#offer = undefined;
    if (this.#handle) this.#handle.tell("end", options);
    else this.#ended = options ?? {};
  }

  close() {
    this.#closed.abort();
    this.#offer = undefined;
    this.#listeners.clear();
    const handle = this.#handle;
    this.#handle = undefined;
    handle?.unmount();
  }

  async #start() {
    this.#tell({ status: "loading" });
    try {
      reach(this.#options.apiUrl);
      const Component = await whole(address);
      if (this.#closed.signal.aborted) return;
      const options = { __proto__: null, ...this.#options, sessionToken: this.#offer, getSessionToken: this.#ask() };
      this.#offer = undefined;
      this.#handle = Component.mount(true, options, (name, detail) => this.#emit(name, detail));
      if (this.#ended) this.#handle.tell("end", this.#ended);
      this.#ended = undefined;
      this.#tell(JSON.parse(this.#handle.tell("state")));
    } catch ({ code = "load_failed" }) {
      this.#fail(code);
    }
  }

  /** What the component asks for tokens: the callback, or the page's own server. */
  #ask() {
    const { getSessionToken, sessionUrl } = this.#options;
    return getSessionToken || sessionUrl ? (request) => ask(this.#options, request) : null;
  }

  #emit(name, detail) {
    if (name === "state") return this.#changed();
    if (detail.code === "crashed") return this.#crash();
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** What has crashed must not be called any more, not even to unmount it. */
  #crash() {
    if (!this.#handle) return;
    this.#handle = undefined;
    this.#fail("crashed");
  }

  #changed() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      // The list of apps is only there when it is another one.
      if (this.#handle) this.#tell({ apps: this.#state.apps, ...JSON.parse(this.#handle.tell("state")) });
    });
  }

  #tell(state) {
    this.#state = state;
    for (const listener of this.#listeners) {
      try {
        listener(state);
      } catch (error) {
        reportError(error);
      }
    }
  }

  #fail(code) {
    if (this.#closed.signal.aborted) return;
    const failure = { code, retryable: RETRYABLE.test(code) };
    this.#tell({ status: "failed", failure });
    this.dispatchEvent(new CustomEvent("flow-error", { detail: { ...failure, step: "embed" } }));
  }
}

/** @type {typeof import("./headless.js").createConnectFlow} */
export function createConnectFlow(options) {
  return new HeadlessFlow(options);
}
