// Every leak on purpose: what it does, and in which sinks it has to be found. Those with a number are in the wasm, in
// src/mutants.rs; the others are a part of a file in www that is served as another.
import { keysInTheFrame, keysInThePage, oauth } from "./scenarios.js";

const first = { run: keysInThePage };
const pushed = { run: (probe, parameters) => keysInThePage(probe, { way: "push", ...parameters }) };
const fetched = { run: (probe, parameters) => keysInThePage(probe, { way: "session-url", ...parameters }) };

/**
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string[]} sinks one of these has to have it
 * @property {(probe: import("./probe.js").Probe, parameters: Record<string, string>) => Promise<void>} run
 * @property {number} [number] of `connectFlowMutant`
 * @property {{ file: string, from: string, to: string }} [replacement]
 */

/** @type {[number, string, string, { run: Mutant["run"] }?][]} */
const IN_WASM = [
  [1, "token in the query of its own request", "network"],
  [2, "token in the page's fragment", "navigation"],
  [3, "token in a referrer", "network"],
  [4, "token in another header", "network"],
  [5, "token in a request's body", "network"],
  [6, "token as bearer at another origin", "network"],
  [7, "token in the address of a third party's image", "network"],
  [8, "token in a beacon", "network"],
  [9, "token in the address of a WebSocket", "network"],
  [10, "token in hex in a prefetch", "network"],
  [11, "token reversed in a log of the host's server", "servers"],
  [12, "token in console.debug", "console"],
  [13, "token in base64 deep in an object on the console", "console"],
  [14, "token in an error's message", "errors"],
  [15, "token in an error's cause", "errors"],
  [16, "token in an unhandled rejection", "errors"],
  [17, "token in a data attribute", "dom"],
  [18, "token in a closed shadow root", "dom"],
  [19, "token in a comment", "dom"],
  [20, "token in a template", "dom"],
  [21, "token in the value of a field", "dom"],
  [22, "token as the page's title", "dom"],
  [23, "end of the token in an ARIA label", "dom"],
  [24, "token in localStorage", "storage"],
  [25, "token in sessionStorage", "storage"],
  [26, "token in IndexedDB", "storage"],
  [27, "token in a cookie", "storage"],
  [28, "token in the Cache API", "storage"],
  [29, "token in localStorage for a moment", "storage"],
  [30, "token in window.name", "storage"],
  [31, "token in history.state", "navigation"],
  [32, "token posted to any window", "messaging"],
  [33, "token on a BroadcastChannel", "messaging"],
  [34, "token in the name of a performance mark", "performance"],
  [35, "token in the detail of a performance mark", "performance"],
  [36, "token in an event's detail", "events"],
  [37, "token in a property of the element", "objects"],
  [38, "token in a global", "heap"],
  [39, "token on the JavaScript heap after the end", "heap"],
  [40, "token left over in the wasm's memory", "memory"],
  [41, "token in a panic's text on the console", "console"],
  [43, "last sixteen characters on the console", "console"],
  [44, "token on the clipboard", "dom"],
  [45, "claims on the console", "console"],
  [46, "claims in an event's detail", "events"],
  [47, "address for signing in in localStorage", "storage", { run: oauth }],
  [48, "address for signing in in an event's detail", "events", { run: oauth }],
  [49, "typed key on the console", "console"],
  [50, "typed key in an attribute", "dom"],
  [51, "third party's token on the console", "console"],
  [52, "typed key left over in the wasm's memory", "memory"],
  [53, "request by a fetch that a recorder has wrapped", "recorders"],
  [54, "token in an event on the document", "events"],
  [55, "third party's token in localStorage", "storage"],
  [56, "address for signing in in history.state", "navigation", { run: oauth }],
];

/** @type {{ name: string, sink: string, scenario: typeof first, number?: number, file: string, from: string, to: string }[]} */
const IN_JAVASCRIPT = [
  {
    name: "the element gives its token back", sink: "objects", scenario: pushed, file: "index.js",
    from: `if (name === "sessionToken") return this.setSessionToken(value);`,
    to: `if (name === "sessionToken") { this.#given[name] = value; return this.setSessionToken(value); }`,
  },
  {
    name: "a token that was pushed is kept", sink: "heap", scenario: pushed, file: "life.js",
    from: "    if (this.#handle) this.#handle.tell(\"setSessionToken\", offer);",
    to: "    this.kept = offer;\n    if (this.#handle) this.#handle.tell(\"setSessionToken\", offer);",
  },
  {
    name: "the answer of the early question is kept", sink: "heap", scenario: first, file: "life.js",
    from: "first.catch(", to: "this.early = first; first.catch(",
  },
  {
    name: "what the host answers on the console", sink: "console", scenario: first, file: "life.js",
    from: "if (getSessionToken) return getSessionToken(request);",
    to: "if (getSessionToken) return Promise.resolve(getSessionToken(request)).then((offer) => (console.debug(offer), offer));",
  },
  {
    name: "the server's answer in sessionStorage", sink: "storage", scenario: fetched, file: "session-url.js",
    from: "return response.json().catch(() => false);",
    to: `return response.json().then((offer) => (sessionStorage.setItem("offer", JSON.stringify(offer)), offer));`,
  },
  {
    name: "the wasm's exports in a global", sink: "memory", scenario: first, file: "life.js",
    from: "wasm.__wbindgen_start();", to: "globalThis.connectFlowWasm = wasm; wasm.__wbindgen_start();",
  },
  {
    name: "token in a panic's text, in a memory that is not emptied", sink: "memory", scenario: first, number: 42,
    file: "life.js", from: "queueMicrotask(() => new Uint8Array(buffer).fill(0));", to: "",
  },
  {
    name: "typed keys posted out of the frame", sink: "messaging", scenario: { run: keysInTheFrame }, file: "frame.js",
    from: "const component = whole(address);",
    to: `const component = whole(address);
      addEventListener("input", (event) => parent.postMessage(event.composedPath()[0].value, "*"), true);`,
  },
];

/** @type {Mutant[]} */
export const MUTANTS = [
  ...IN_WASM.map(([number, name, sink, scenario = first]) => ({ number, name, sinks: [sink], run: scenario.run })),
  ...IN_JAVASCRIPT.map(({ name, number, sink, scenario, file, from, to }) => ({
    name, number, sinks: [sink], run: scenario.run, replacement: { file, from, to },
  })),
];
