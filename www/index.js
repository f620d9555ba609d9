// The way in: the class of the custom element, whose attributes and properties mean what the life makes of them that it
// begins; and for scripts, mounting one into an element of the page and loading ahead of time.

// A change of one of these begins a new life, and the old one's token is wiped.
const START = "apiUrl app frameUrl inlineCredentials".split(" ");
const ATTRIBUTES = [
  ...START,
  ..."theme density locale hostName platformName privacyUrl termsUrl sessionUrl".split(" "),
];
// Never attributes: functions, objects, and the token, which anything on the page could read there.
const PROPERTIES = "getSessionToken openUrl strings headers iconOrigins config sessionToken".split(" ");

const dashed = (name) => name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());

/** The only address of the wasm in the package: a bundler emits the file once for each that it sees. */
export const address = () => new URL("./connect-flow_bg.wasm", import.meta.url);
/** Its server's answer to the first who mounts, who asks before the loader is there; 0 when that loader has it. */
let early;

// By the prototype: a form or image of that name on the page hides the document's own method.
const make = (tag, properties) =>
  Object.assign(Document.prototype.createElement.call(document, tag), properties);

/**
 * Opens the way to the platform ahead of the first request: its name, TCP and TLS take as long as loading does.
 * @param {string} [href]
 */
export function reach(href) {
  // What the component will refuse gets no connection either.
  if (!/^(https:|http:\/\/localhost[:/])/.test(href)) return;
  try {
    // Requests go without credentials, and a way that was opened with them is another.
    const link = make("link", { rel: "preconnect", crossOrigin: "", href });
    document.head.append(link);
    link.remove();
  } catch {
    // A page without a head, or with something of its own by that name, does without.
  }
}

/** `<connect-flow>`: connect-flow.d.ts has its attributes, properties, methods and events. */
export class ConnectFlowElement extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ["token", "session-token", ...ATTRIBUTES.map(dashed)];

  // Nothing that the page's own prototypes were given is an option.
  #given = Object.create(null);
  #root = this.attachShadow({ mode: "open" });
  /** Aborted when its life ends. @type {AbortController | undefined} */
  #begun;
  /** @type {import("./life.js").Life | undefined} */
  #life;
  /** What came before the life was there to take it. */
  #calls = [];

  static {
    const accessor = (name, get, set) =>
      Object.defineProperty(this.prototype, name, { get, set, configurable: true, enumerable: true });
    for (const name of ATTRIBUTES) {
      const attribute = dashed(name);
      accessor(
        name,
        function () {
          const value = this.getAttribute(attribute);
          return name === "inlineCredentials" ? value !== null : (value ?? undefined);
        },
        function (value) {
          if (value == null || value === false) this.removeAttribute(attribute);
          else this.setAttribute(attribute, value === true ? "" : value);
        },
      );
    }
    for (const name of PROPERTIES) {
      accessor(
        name,
        function () {
          return this.#given[name];
        },
        function (value) {
          if (name === "sessionToken") return this.setSessionToken(value);
          this.#given[name] = value;
          this.#life?.update(name);
        },
      );
    }
  }

  connectedCallback() {
    // What was set before the element was defined lies over the accessors.
    for (const name of [...ATTRIBUTES, ...PROPERTIES]) {
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    }
    this.#begin();
  }

  disconnectedCallback() {
    // An element that was only moved is connected again by then.
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  attributeChangedCallback(attribute, old, value) {
    if (old === value) return;
    const name = ATTRIBUTES.find((name) => dashed(name) === attribute);
    if (!name) {
      if (value === null) return;
      this.removeAttribute(attribute);
      queueMicrotask(() => this.#error("token_attribute_forbidden"));
    } else if (!START.includes(name)) {
      this.#life?.update(name);
    } else if (this.#begun) {
      this.#stop();
      if (this.isConnected) this.#begin();
    }
  }

  setSessionToken(offer) {
    this.#call("setSessionToken", offer);
  }

  end(options) {
    // Tokens that nobody took yet go first.
    this.#calls = [];
    if (this.#begun) this.#call("end", options);
  }

  retry() {
    if (this.#life) return this.#life.retry();
    // Whatever is being loaded finds its life over.
    this.#begun?.abort();
    this.#begun = undefined;
    if (this.isConnected) this.#begin();
  }

  #call(method, argument) {
    if (this.#life) this.#life[method](argument);
    else this.#calls.push([method, argument]);
  }

  async #begin() {
    if (this.#begun) return;
    const { signal } = (this.#begun = new AbortController());
    // Later in this task: what the page sets right after it inserted the element belongs to this life.
    await undefined;
    if (signal.aborted) return;
    const fail = (code, ...how) => signal.aborted || this.#fail(code, ...how);
    try {
      reach(this.apiUrl);
      early ??= (async () => fetch(address()))();
      // The loader is the one to say what is wrong with it.
      Promise.allSettled([early]);
      const { Life, crashes, ...loader } = await import("./life.js");
      if (signal.aborted) return;
      const load = (how) => loader[how](address, 0, [early, (early = 0)][0]);
      this.#life = new Life(this, this.#given, signal, load, crashes, fail);
      for (const [method, argument] of this.#calls.splice(0)) this.#life[method](argument);
      this.#life.start();
    } catch {
      // What is shown stays until there is something else, so that the focus has a place.
      fail("load_failed", () => this.retry());
    }
  }

  #stop() {
    this.#begun?.abort();
    this.#begun = this.#life = undefined;
    this.#calls = [];
    this.#root.replaceChildren();
  }

  #error(code, retryable = false) {
    this.dispatchEvent(new CustomEvent("flow-error", { detail: { code, retryable, step: "embed" } }));
  }

  /** In words and with a way out, from this file alone: of all the others none may have arrived. */
  #fail(code, retry, text = "This could not be loaded.", again = "Try again", lang = "en") {
    const { strings } = this.#given;
    const box = make("div", { role: "alert", part: "failure", lang });
    box.append(
      make("p", { textContent: strings?.["error." + code] ?? text }),
      make("button", { textContent: strings?.retry ?? again, onclick: retry }),
    );
    this.#root.replaceChildren(box);
    this.#error(code, /load|crash/.test(code));
  }
}

/**
 * Registers the element; harmless to call again. Two versions of the package on one page: the first to come keeps the
 * name, the second can have another one.
 * @param {string} name
 */
export function define(name = "connect-flow") {
  customElements.get(name) ?? customElements.define(name, class extends ConnectFlowElement {});
}

/**
 * Sets options as properties, the token last: a new API address wipes what was set before it.
 * @param {ConnectFlowElement} element
 * @param {object} options
 */
export function assign(element, given) {
  // Nothing that the page's own prototypes were given is an option.
  const { sessionToken, ...options } = { __proto__: null, ...given };
  Object.assign(element, options);
  if (sessionToken !== undefined) element.sessionToken = sessionToken;
}

/**
 * Puts a `<connect-flow>` into the target, or takes the target if it is one.
 * @type {typeof import("./connect-flow.js").mount}
 */
export function mount(target, options = {}) {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  if (!place?.append) throw Object.assign(Error("target"), { code: "invalid_option" });
  define();
  const element = place.matches("connect-flow") ? place : new (customElements.get("connect-flow"))();
  assign(element, options);
  if (element !== place) place.append(element);
  return {
    element,
    update: (changes) => assign(element, changes),
    setSessionToken: (offer) => element.setSessionToken(offer),
    end: (options) => element.end(options),
    retry: () => element.retry(),
    unmount: () => element.remove(),
  };
}

/**
 * Loads all of it before the first mount.
 * @type {typeof import("./connect-flow.js").preload}
 */
export async function preload(options) {
  early ??= 0;
  const { whole } = await import("./life.js");
  await whole(address, options);
}
