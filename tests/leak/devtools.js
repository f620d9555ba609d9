// What Chromium's developer tools see of every page, frame, window and worker: more than any script can.
import WebSocket from "ws";

const DOMAINS = ["Network.enable", "Runtime.enable", "Log.enable", "Audits.enable", "Page.enable", "HeapProfiler.enable"];

/** Of what each event is about, and what of it is kept. @type {Record<string, [string, (params: any) => unknown]>} */
const EVENTS = {
  "Runtime.consoleAPICalled": ["console", ({ type, args }) => [type, args]],
  "Log.entryAdded": ["console", ({ entry }) => entry],
  "Audits.issueAdded": ["console", ({ issue }) => issue],
  "Runtime.exceptionThrown": ["errors", ({ exceptionDetails }) => exceptionDetails],
  "Page.navigatedWithinDocument": ["navigation", ({ url }) => url],
  "Page.windowOpen": ["navigation", ({ url }) => url],
};

/** A connection of our own to a running Chromium, beside its driver's. */
export class DevTools {
  /** `{sink, what, text}`, as recorders in pages have them. */
  records = [];
  /** Every request: `{id, url, type, headers, body, page}`; `headers` are those on the wire, where they are known. */
  requests = [];
  #socket;
  #pending = new Map();
  #id = 0;
  /** Target information by session. */
  #sessions = new Map();

  /** @param {import("selenium-webdriver").WebDriver} driver */
  static async attach(driver) {
    const { debuggerAddress } = (await driver.getCapabilities()).get("goog:chromeOptions");
    const { webSocketDebuggerUrl } = await (await fetch(`http://${debuggerAddress}/json/version`)).json();
    const tools = new DevTools();
    tools.#socket = new WebSocket(webSocketDebuggerUrl, { maxPayload: 1 << 30 });
    await new Promise((done, fail) => tools.#socket.once("open", done).once("error", fail));
    tools.#socket.on("message", (data) => tools.#received(JSON.parse(data)));
    const auto = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
    await tools.send("Target.setAutoAttach", { ...auto, filter: [{ type: "browser", exclude: true }, { type: "tab", exclude: true }, {}] });
    return tools;
  }

  close() {
    this.#socket.close();
  }

  /** @returns {Promise<any>} */
  send(method, params = {}, sessionId = undefined) {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((done, fail) => this.#pending.set(id, { done, fail, method }));
  }

  #received({ id, method, params, result, error, sessionId }) {
    if (id) {
      const { done, fail, method } = this.#pending.get(id);
      this.#pending.delete(id);
      return error ? fail(new Error(`${method}: ${error.message}`)) : done(result);
    }
    if (method === "Target.attachedToTarget") return void this.#attached(params).catch(() => {});
    if (method === "Target.detachedFromTarget") return void this.#sessions.delete(params.sessionId);
    if (method === "HeapProfiler.addHeapSnapshotChunk") return void this.#snapshot?.push(params.chunk);
    const known = EVENTS[method];
    if (known) this.#record(known[0], method, known[1](params), sessionId);
    if (method?.startsWith("Network.")) this.#network(method.slice(8), params, sessionId);
  }

  #record(sink, what, value, sessionId) {
    const { type = "?", url = "?" } = this.#sessions.get(sessionId) ?? {};
    this.records.push({ sink, what: `${what} in ${type} ${url.split("?")[0]}`, text: JSON.stringify(value) });
  }

  async #attached({ sessionId, targetInfo, waitingForDebugger }) {
    this.#sessions.set(sessionId, targetInfo);
    // A target that goes away meanwhile has nothing more to say; one without a domain has none of its events.
    const quiet = (method, params) => this.send(method, params, sessionId).catch(() => {});
    const auto = { autoAttach: true, waitForDebuggerOnStart: true, flatten: true };
    const all = [...DOMAINS.map((method) => quiet(method)), quiet("Target.setAutoAttach", auto)];
    if (waitingForDebugger) all.push(quiet("Runtime.runIfWaitingForDebugger"));
    await Promise.all(all);
  }

  #network(event, params, sessionId) {
    const find = (id) => this.requests.findLast((request) => request.id === id && request.sessionId === sessionId);
    const page = this.#sessions.get(sessionId)?.url;
    switch (event) {
      case "requestWillBeSent": {
        const { request, type, requestId, documentURL } = params;
        const body = (request.postDataEntries ?? []).map(({ bytes }) => Buffer.from(bytes ?? "", "base64").toString("latin1")).join("");
        const url = request.url + (request.urlFragment ?? "");
        // What is on the wire is told apart, and sometimes first.
        const wire = find(requestId);
        const known = { url, type, body: body || (request.postData ?? ""), page, documentURL };
        if (wire?.type === "extra") Object.assign(wire, known, { headers: { ...request.headers, ...wire.headers } });
        else this.requests.push({ id: requestId, sessionId, ...known, headers: request.headers });
        break;
      }
      case "requestWillBeSentExtraInfo": {
        const request = find(params.requestId);
        if (request) request.headers = { ...request.headers, ...params.headers };
        else this.requests.push({ id: params.requestId, sessionId, url: "", type: "extra", headers: params.headers, body: "", page });
        break;
      }
      case "webSocketCreated":
        this.requests.push({ id: params.requestId, sessionId, url: params.url, type: "WebSocket", headers: {}, body: "", page });
        break;
      case "webSocketFrameSent":
        this.requests.push({ id: params.requestId, sessionId, url: find(params.requestId)?.url ?? "", type: "WebSocket", headers: {}, body: params.response.payloadData, page });
        break;
    }
  }

  /** Sessions of pages and frames whose address starts so. */
  #of(origin) {
    return [...this.#sessions].filter(([, { type, url }]) => ["page", "iframe"].includes(type) && url.startsWith(origin));
  }

  /**
   * What the developer tools can be asked: the tree with all shadow roots, the history, cookies, of documents of these
   * origins. Added to the records.
   */
  async look(origins) {
    const { targetInfos } = await this.send("Target.getTargets");
    for (const { targetId, url, type } of targetInfos) {
      const known = [...this.#sessions].find(([, info]) => info.targetId === targetId);
      if (known) this.#sessions.set(known[0], { ...known[1], url, type });
    }
    for (const origin of origins) {
      for (const [sessionId] of this.#of(origin)) {
        const ask = (method, params) => this.send(method, params, sessionId);
        const { root } = await ask("DOM.getDocument", { depth: -1, pierce: true });
        // Frames of other sites are sessions of their own.
        const fields = [];
        prune(root, fields);
        this.#record("dom", "DOM.getDocument", root, sessionId);
        this.#record("fields", "what fields show", fields, sessionId);
        const { entries } = await ask("Page.getNavigationHistory").catch(() => ({ entries: [] }));
        const own = entries.filter(({ url }) => url.startsWith(origin));
        this.#record("navigation", "Page.getNavigationHistory", own, sessionId);
      }
    }
    const { cookies } = await this.send("Storage.getCookies");
    this.#record("storage", "Storage.getCookies", cookies);
  }

  /** @type {string[] | undefined} */
  #snapshot;

  /** Every string on the JavaScript heaps of documents of these origins, after their garbage was collected. */
  async heaps(origins) {
    const heaps = [];
    for (const origin of origins) {
      for (const [sessionId, { url }] of this.#of(origin)) {
        // What tools like these hold on to is not the page's doing.
        await this.send("Runtime.discardConsoleEntries", {}, sessionId);
        await this.send("HeapProfiler.collectGarbage", {}, sessionId);
        await this.send("HeapProfiler.collectGarbage", {}, sessionId);
        this.#snapshot = [];
        await this.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false }, sessionId);
        const { strings } = JSON.parse(this.#snapshot.join(""));
        this.#snapshot = undefined;
        heaps.push({ url, strings });
      }
    }
    return heaps;
  }
}

/** Takes what a browser draws inside its own controls out of a tree of nodes. */
function prune(node, fields) {
  const own = (root) => root.shadowRootType === "user-agent";
  fields.push(...(node.shadowRoots ?? []).filter(own));
  node.shadowRoots = node.shadowRoots?.filter((root) => !own(root));
  for (const child of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) prune(child, fields);
  for (const child of [node.templateContent, node.contentDocument]) if (child) prune(child, fields);
}
