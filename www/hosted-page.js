// The hosted flow, its own side: the frame's page in a window of its own, living from the tokens of who opened it.

import { EVENTS } from "./events.js";
import { mount } from "./index.js";

/** What the page says of itself, if it does. */
const said = (name) => document.querySelector(`meta[name=connect-flow-${name}]`)?.content;

/** Its own members: nothing that prototypes were given is taken for the host's word. */
const own = (from) => ({ __proto__: null, ...from });

/** The origin that opened this page, as the address says: nobody else is answered. */
function hostOrigin() {
  const named = location.hash.slice(1);
  const hosts = said("hosts");
  // Without a list anybody's page may open this one.
  if (hosts && !hosts.split(/\s+/).includes(named)) return undefined;
  return URL.canParse(named) && new URL(named).origin === named ? named : undefined;
}

/**
 * Asks the page that opened this one for a port, once, and shows the flow to whom it was opened for.
 * @param {string} platform an address of the one platform that this page is for
 */
export function start(platform) {
  const [host, origin] = [opener, hostOrigin()];
  // Reloaded, or opened by hand: there is nobody to ask for a token.
  if (!host || !origin) return over(platform);
  const greeted = new AbortController();
  addEventListener(
    "message",
    ({ source, origin: sender, data, ports }) => {
      if (source !== host || sender !== origin || ports.length !== 1) return;
      if (data?.name !== "connect-flow" || data.version !== 1 || typeof data.nonce !== "string") return;
      greeted.abort();
      // The port is all that is needed of it, and all that it can reach from now on.
      opener = null;
      new Page(ports[0], data.nonce, platform);
    },
    { signal: greeted.signal },
  );
  host.postMessage({ name: "connect-flow-hosted", version: 1 }, origin);
}

/** The screen after a session's end. */
function over(platform) {
  mount(document.body, { apiUrl: new URL(platform).origin }).end();
}

class Page {
  #port;
  #platform;
  /** @type {import("./connect-flow.js").ConnectFlowHandle | undefined} */
  #flow;
  /** Questions for tokens that are not answered yet, by number. */
  #asked = new Map();
  #last = 0;

  constructor(port, nonce, platform) {
    this.#port = port;
    this.#platform = new URL(platform).origin;
    port.onmessage = ({ data }) => this.#received(data);
    port.addEventListener("close", () => this.#end());
    addEventListener("pagehide", () => this.#post({ name: "closed" }));
    // Its host has let go of it by then.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#end());
    this.#post({ name: "ready", nonce });
  }

  #received(data) {
    const message = own(data);
    const asked = this.#asked.get(message.id);
    this.#asked.delete(message.id);
    if (message.name === "begin" && !this.#flow) this.#begin(message);
    else if (message.name === "session") this.#flow?.setSessionToken(message.offer);
    else if (message.name === "answer") asked?.resolve(message.offer);
    else if (message.name === "refused") asked?.reject(Object.assign(Error(), { retryAfter: message.retryAfter }));
    else if (message.name === "end") this.#end({ revoke: message.revoke === true }, true);
  }

  #begin({ options, asks }) {
    const { apiUrl, app, config, headers, theme, density, locale } = own(options);
    // The platform is this page's own choice, never its opener's: keys are typed here.
    if (!URL.canParse(apiUrl) || new URL(apiUrl).origin !== this.#platform) return this.#post({ name: "failed" });
    const { element } = (this.#flow = mount(document.body, {
      apiUrl, app, config, headers, theme, density, locale,
      inlineCredentials: true,
      getSessionToken: asks && ((request) => this.#ask(request)),
      // And so is its name: an opener could give itself any.
      platformName: said("platform-name"),
    }));
    for (const name of EVENTS) {
      element.addEventListener(name, ({ detail }) => {
        if (!this.#flow) return;
        this.#post({ name: "event", event: name, detail });
        // The host has heard of it when it answers with `end`.
        if (name === "flow-closed") this.#end({});
      });
    }
  }

  #ask({ reason, attempt, signal }) {
    const id = ++this.#last;
    signal?.addEventListener("abort", () => this.#asked.delete(id));
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post({ name: "ask", id, reason, attempt });
    });
  }

  #post(message) {
    this.#port.postMessage(message);
  }

  /** The token is wiped first. Ending is an event, too, which comes back here. */
  #end(options, leave = false) {
    const flow = this.#flow;
    this.#flow = undefined;
    flow?.end(options);
    if (leave) close();
  }
}
