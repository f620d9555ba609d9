// One life of the component in its element: asks the host and loads at the same time, mounts, hands everything on.

// In the package the loader and the glue are parts of this file: two requests less until there is a list.
import { stop } from "./load.js";
export { crashes, load, loads, makeGlue, whole } from "./load.js";

/** Options that the component takes while it lives; `getSessionToken` as well. */
const LIVE = "theme density locale strings hostName platformName privacyUrl termsUrl".split(" ");
/** What it begins with, besides tokens. */
const OPTIONS = [
  ..."apiUrl app frameUrl inlineCredentials autofocus config headers iconOrigins openUrl".split(" "),
  ...LIVE,
];

const WORDS = {
  load_failed: "This could not be loaded. Check your connection and try again.",
  wasm_blocked: "This page blocks WebAssembly: its Content-Security-Policy needs script-src 'wasm-unsafe-eval'.",
  insecure_context: "Accounts can only be connected on a secure page (https).",
  crashed: "Something went wrong here. Nothing that was not yet sent was kept.",
};

// The size and the outline of the first screen: a search field and nine rows.
const STYLE = `:host{display:block}
[part=loading]{box-sizing:border-box;height:704px;max-height:100%;max-width:560px;margin:auto;padding:24px;opacity:.07;
border:1px solid;outline:0;border-radius:14px;background:content-box no-repeat;background-image:
linear-gradient(currentColor,currentColor),repeating-linear-gradient(#0000 0 12px,currentColor 0 44px,#0000 0 56px);
background-position:0 38px,0 134px;background-size:100% 40px,100% 504px}
[part=failure]{unicode-bidi:plaintext;max-width:400px;margin:auto;padding:48px 20px;text-align:center}
[part=failure] button{font:inherit;min-height:40px;padding:0 16px}`;
let sheet;

/** How long the outline stays for a list that may be there by then, from the request for it, in milliseconds. */
const MOMENT = 20;

const ENGLISH = { locale: "en" };

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const now = () => globalThis.performance.now();

/**
 * Asks the host's callback for a token, or the page's own server where there is none.
 * @param {{ getSessionToken?: Function, sessionUrl?: string }} options as they are when it is asked
 * @param {{ reason: string, attempt: number, signal: AbortSignal }} request
 */
export async function ask(options, request, element = document.documentElement) {
  // The host's code never runs inside a call of the component, which it may want to end.
  await undefined;
  const { getSessionToken, sessionUrl } = options;
  if (getSessionToken) return getSessionToken(request);
  const { fetchSessionToken } = await import("./session-url.js");
  return fetchSessionToken(element, sessionUrl, request.signal);
}

export class Life {
  #element;
  #given;
  #signal;
  #load;
  #fail;
  /** The component, once it is mounted: src/embed/handle.rs. */
  #handle;
  #asks = false;
  #failed = false;
  /** Ends the wait for a list that comes at once. */
  #listed = () => {};
  /** Until there is something to see. */
  #shown;
  /** The language last asked for, with its words unless they are built in. Never rejected. */
  #language = Promise.resolve(ENGLISH);
  /** Whether the component has been called. */
  #inside = false;
  /** Until then a crash is not mended without the user. */
  #wary = 0;
  // What the component does not hold yet.
  #offer;
  #calls = [];

  /**
   * @param {import("./index.js").ConnectFlowElement} element
   * @param {Record<string, unknown>} given the properties without an attribute, always as they are now
   * @param {AbortSignal} signal ends this life
   * @param {(how: "load" | "whole") => Promise<Function>} load gives the component's class
   * @param {EventTarget} crashes of what was loaded
   * @param {(code: string, retry: () => void, text?: string, again?: string, lang?: string) => void} fail
   *   shows and reports a failure
   */
  constructor(element, given, signal, load, crashes, fail) {
    this.#element = element;
    this.#given = given;
    this.#signal = signal;
    this.#load = load;
    this.#fail = async (code, text) => {
      this.#failed = true;
      const { locale, words } = await this.#language;
      const said = words?.["error." + code];
      const root = element.shadowRoot;
      const held = root.activeElement;
      fail(code, () => this.start(), said ?? WORDS[code] ?? text, said && words.retry, said && locale);
      if (held) root.querySelector("button").focus();
    };
    crashes.addEventListener("crash", () => this.#crash(), { signal });
    signal.addEventListener("abort", () => {
      const handle = this.#handle;
      this.#handle = this.#offer = undefined;
      handle?.unmount();
      this.#calls = [];
    });
  }

  setSessionToken(offer) {
    if (this.#handle) this.#handle.tell("setSessionToken", offer);
    else {
      this.#offer = offer;
      // A session that was ended before is not this one.
      if (offer != null) this.#calls = [];
    }
  }

  end(options) {
    this.#offer = undefined;
    this.#call("end", options);
  }

  retry() {
    if (this.#failed) this.start();
    else this.#call("retry");
  }

  /** An option has changed. @param {string} name */
  update(name) {
    if (!this.#handle) return;
    if (name === "locale") this.#translate();
    else if (LIVE.includes(name)) this.#handle.tell("update", { [name]: this.#element[name] });
    // The component holds one function that asks whatever is set by then; only whether there is one is news to it.
    const asks = this.#canAsk();
    if (asks !== this.#asks) this.#handle.tell("update", { getSessionToken: asks ? (request) => this.#ask(request) : null });
    this.#asks = asks;
  }

  start() {
    this.#failed = false;
    this.#mount().catch(({ code = "load_failed", message }) => this.#signal.aborted || this.#fail(code, message));
  }

  async #mount() {
    const element = this.#element;
    const root = element.shadowRoot;
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const loading = Document.prototype.createElement.call(document, "div");
    // The button that loads again takes the focus with it when it goes; it must not fall to the page.
    const held = root.activeElement;
    root.replaceChildren(Object.assign(loading, { part: "loading", role: "status", ariaBusy: "true", tabIndex: -1 }));
    if (held) loading.focus();
    const { locale } = element;
    const language = this.#ownLanguage();

    if (!isSecureContext) throw stop("insecure_context");
    if (!element.apiUrl) throw stop("invalid_option", "api-url is missing.");

    // An app that the host chose is beyond the list, which is all that the first module has.
    const component = this.#load(element.app ? "whole" : "load");
    const since = { wall: Date.now(), steady: now() };
    const early = this.#canAsk() && this.#offer == null && this.#askEarly();
    const [Component, spoken] = await Promise.all([component, language]);
    if (this.#signal.aborted) return;
    this.#asks = this.#canAsk();
    // Not early if a token came meanwhile: an answer that nobody awaits would be kept here.
    const ask = (this.#offer == null && early) || ((request) => this.#ask(request));
    const options = {
      sessionToken: this.#offer,
      getSessionToken: this.#asks ? ask : undefined,
      // A token's lifetime counts from before its request, and the host was asked when loading began.
      ageMs: Math.max(Date.now() - since.wall, now() - since.steady),
    };
    for (const name of OPTIONS) options[name] = element[name];
    Object.assign(options, spoken);
    this.#offer = undefined;
    this.#inside = true;
    try {
      let seen;
      this.#shown = new Promise((done) => (seen = done));
      const handle = (this.#handle = Component.mount(false, options, (name, detail) => this.#emit(name, detail)));
      for (const [method, argument] of this.#calls.splice(0)) this.#call(method, argument);
      // A screen to wait with takes as long to build as a server nearby to answer, which would have to wait for it. With a
      // token that is there already, the list is asked for in microtasks, before any timer. A hidden page's are too slow.
      if (!document.hidden) {
        const listed = new Promise((done) => (this.#listed = done));
        await pause();
        this.#handle?.tell("dress");
        await Promise.race([listed, pause(MOMENT)]);
      }
      if (this.#handle !== handle) return;
      handle.tell("show", root);
      seen();
    } catch (error) {
      // It crashed, which is being dealt with.
      if (!this.#inside) return;
      // What could not be shown must not go on unseen.
      this.#handle?.unmount();
      this.#handle = undefined;
      throw error;
    }
    const heir = root.activeElement === loading && root.querySelector("h2");
    loading.remove();
    if (heir) heir.focus();
    if (element.locale !== locale) this.#translate();
  }

  /** Of the element, else of what is around it. */
  #ownLanguage() {
    const around = (node) => node && (node.closest("[lang]")?.lang ?? around(node.getRootNode().host));
    const locale = this.#element.locale ?? around(this.#element) ?? "en";
    const load = async () => {
      if (/^en\b/i.test(locale)) return { locale };
      const words = await (await import("./locales.js")).words(locale);
      return words ? { locale, words } : ENGLISH;
    };
    // A language that cannot be had is no reason to show nothing.
    return (this.#language = load().catch(() => ENGLISH));
  }

  async #translate() {
    const language = this.#ownLanguage();
    const spoken = await language;
    if (language === this.#language) this.#handle?.tell("update", spoken);
  }

  #call(method, argument) {
    if (this.#handle) this.#handle.tell(method, argument);
    else this.#calls.push([method, argument]);
  }

  #canAsk() {
    return !!(this.#given.getSessionToken ?? this.#element.sessionUrl);
  }

  #ask(request) {
    return ask(this.#element, request, this.#element);
  }

  /** Asks the host before the component can; the component's own first question gets that answer. */
  #askEarly() {
    const controller = new AbortController();
    const abort = () => controller.abort();
    this.#signal.addEventListener("abort", abort);
    let first = this.#ask({ reason: "initial", attempt: 1, signal: controller.signal });
    // Reported when the component awaits it.
    first.catch(() => {});
    return (request) => {
      const answer = request.reason === "initial" ? first : undefined;
      first = undefined;
      if (!answer) return this.#ask(request);
      request.signal?.addEventListener("abort", abort);
      return answer;
    };
  }

  async #emit(name, detail) {
    if (detail?.code === "crashed") this.#crash();
    else if (name === "incomplete") this.#lose();
    else {
      if (name === "flow-ready") this.#listed();
      // At `flow-ready` the host may look for the list.
      await this.#shown;
      this.#element.dispatchEvent(new CustomEvent(name, { detail }));
    }
  }

  /** What is beyond the list could not be loaded, and the user wants to go there. */
  #lose() {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#inside = false;
    handle?.unmount();
    this.#fail("load_failed");
  }

  /** What has crashed must not be called any more, not even to unmount it. */
  #crash() {
    if (!this.#inside) return;
    this.#inside = false;
    this.#handle = undefined;
    const screen = this.#element.shadowRoot.querySelector("[data-screen]")?.dataset.screen ?? "list";
    const time = now();
    // Whoever had not begun anything loses nothing by another start; a second crash in a minute is not for us to mend.
    const again = screen === "list" && time > this.#wary;
    this.#wary = time + 60_000;
    queueMicrotask(() => {
      if (this.#signal.aborted) return;
      if (!again) return this.#fail("crashed");
      const detail = { code: "crashed", retryable: true, step: "embed" };
      this.#element.dispatchEvent(new CustomEvent("flow-error", { detail }));
      if (!this.#signal.aborted) this.start();
    });
  }
}
