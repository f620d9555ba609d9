// The hosted flow, the host's side: opens the frame's page in a window of its own and gives it this page's tokens.

import { EVENTS } from "./events.js";

/** Of the messages; hosted-page.js takes no other. */
const VERSION = 1;
/** A page that has not answered by then is taken for missing, in milliseconds. */
const PATIENCE = 30_000;
/** How often `closed` of the window is looked at, in milliseconds: browsers have no event for it. */
const WATCH = 500;
/** What of an answer goes to the page: a refresh token or a client's secret does not. */
const ANSWER = (
  "token sessionToken session_token userSessionToken expiresIn expires_in expiresAt expires_at access_expires_at " +
  "serverTime server_time token_type tokenType"
).split(" ");

// Bound now, and nothing else of the page's is given a token on its way to the window: what is patched later sees none.
const post = Function.call.bind(globalThis.MessagePort?.prototype.postMessage);

/** Its own members: nothing that the page's prototypes were given is an option or part of an answer. */
const own = (from) => ({ __proto__: null, ...from });
const stop = (code, message) => Object.assign(Error(message), { code });

/** `https:`, or `http:` of this machine, of another origin than the page's: an own origin would isolate nothing. */
function checked(address) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const local = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname);
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && local);
  if (!secure || url.username || url.password || url.origin === location.origin) {
    throw stop("invalid_option", "hostedUrl");
  }
  // The page answers to this origin alone. It is no secret, as nothing in an address is.
  url.hash = location.origin;
  return url;
}

function plain(offer) {
  if (!offer || typeof offer !== "object") return offer;
  const taken = own(offer);
  for (const name in taken) if (!ANSWER.includes(name)) delete taken[name];
  return taken;
}

class HostedFlow extends (globalThis.EventTarget ?? Object) {
  #options;
  /** Where tokens come from: the callback, or the page's own server. */
  #source;
  #url;
  #window;
  /** @type {MessagePort | undefined} */
  #port;
  #ready = false;
  #offer;
  #over = new AbortController();

  constructor(options) {
    super();
    if (!isSecureContext) throw stop("insecure_context", "hostedUrl");
    const {
      hostedUrl, features, sessionToken, getSessionToken, sessionUrl, apiUrl, app, config, headers, theme, density, locale,
    } = own(options);
    this.#url = checked(hostedUrl);
    // What the page is told: no text or link of the host's, since it speaks for the platform. By way of JSON, because no
    // message can carry what a framework has made reactive.
    this.#options = JSON.parse(JSON.stringify({ apiUrl, app, config, headers, theme, density, locale }));
    const server = async ({ signal }) => {
      const { fetchSessionToken } = await import("./session-url.js");
      return fetchSessionToken(document.documentElement, sessionUrl, signal);
    };
    this.#source = getSessionToken ?? (sessionUrl && server);
    this.#offer = plain(sessionToken);
    const { signal } = this.#over;
    addEventListener("message", (event) => this.#greeted(event), { signal });
    // The window would be left without anybody to ask for a token.
    addEventListener("pagehide", () => this.close(), { signal });
    this.#window = open(this.#url, "_blank", features);
    if (!this.#window) {
      this.#over.abort();
      throw stop("popup_blocked", "call openHosted in a click");
    }
    // What it said last may still be on its way.
    const watch = setInterval(() => this.#window.closed && setTimeout(() => this.#finish(), WATCH), WATCH);
    const late = setTimeout(() => this.#ready || this.#fail("load_failed"), PATIENCE);
    signal.addEventListener("abort", () => {
      clearInterval(watch);
      clearTimeout(late);
    });
  }

  get closed() {
    return this.#over.signal.aborted;
  }

  focus() {
    this.#window.focus();
  }

  setSessionToken(offer) {
    this.#offer = plain(offer);
    if (this.#ready) this.#hand();
  }

  close(options) {
    // A window that has not asked for a port hears no message, but may be closed by who opened it.
    if (!this.#port) this.#window.close();
    this.#post({ name: "end", revoke: own(options).revoke });
    this.#finish();
  }

  /** The window's page asks for a port. A page that asks again, or any other, gets none. */
  #greeted({ source, origin, data }) {
    if (source !== this.#window || origin !== this.#url.origin || this.#port) return;
    if (data?.name !== "connect-flow-hosted" || data.version !== VERSION) return;
    const { port1, port2 } = new MessageChannel();
    const nonce = globalThis.crypto.randomUUID();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#received(data, nonce);
    this.#window.postMessage({ name: "connect-flow", version: VERSION, nonce }, this.#url.origin, [port2]);
  }

  #received(message, nonce) {
    if (message?.name === "ready" && message.nonce === nonce && !this.#ready) {
      this.#post({ name: "begin", asks: !!this.#source, options: this.#options });
      if (this.#offer !== undefined) this.#hand();
      // Last: if one of them cannot be sent, the patience ends.
      this.#ready = true;
    } else if (!this.#ready) {
      return;
    } else if (message.name === "ask") {
      this.#answer(message);
    } else if (message.name === "event" && EVENTS.includes(message.event)) {
      this.dispatchEvent(new CustomEvent(message.event, { detail: message.detail }));
      if (message.event !== "flow-closed") return;
      this.#post({ name: "end" });
      this.#finish(true);
    } else if (message.name === "failed") {
      this.#fail("invalid_option");
    } else if (message.name === "closed") {
      this.#finish();
    }
  }

  #hand() {
    this.#post({ name: "session", offer: this.#offer });
    this.#offer = undefined;
  }

  async #answer({ id, reason, attempt }) {
    const source = this.#source;
    try {
      const offer = await source({ reason, attempt, signal: this.#over.signal });
      this.#post({ name: "answer", id, offer: plain(offer) });
    } catch (error) {
      // What the host threw is its own; only when to ask again is told.
      this.#post({ name: "refused", id, retryAfter: Number(error?.retryAfter) || undefined });
    }
  }

  #post(message) {
    if (this.#port) post(this.#port, message);
  }

  #fail(code) {
    this.dispatchEvent(new CustomEvent("flow-error", { detail: { code, retryable: true, step: "embed" } }));
    this.close();
  }

  /** The window is gone or about to go. `told`: its last event was `flow-closed`. */
  #finish(told) {
    if (this.closed) return;
    this.#over.abort();
    this.#offer = undefined;
    // Closed later, so that the last message still leaves.
    const port = this.#port;
    setTimeout(() => port?.close(), 1_000);
    this.#port = undefined;
    if (!told) this.dispatchEvent(new CustomEvent("flow-closed", { detail: { reason: "ended" } }));
  }
}

/** @type {typeof import("./hosted.js").openHosted} */
export function openHosted(options) {
  return new HostedFlow(options);
}
