// Everything that a script can see of a page, recorded before anything else runs; a classic script, in frames as well.
// A record is uploaded to the document's own server, which belongs to the test, and forgotten here.
{
  const real = {
    fetch: window.fetch.bind(window),
    stringify: JSON.stringify,
    attachShadow: Element.prototype.attachShadow,
    getItem: Storage.prototype.getItem,
    key: Storage.prototype.key,
    open: IDBFactory.prototype.open,
    openCache: window.CacheStorage?.prototype.open,
  };
  /** @type {{ sink: string, what: string, text: string }[]} */
  let records = [];
  const roots = [];
  const memories = [];
  const globals = new Set(Object.getOwnPropertyNames(window));

  /** All text in a value, at any depth: own properties of any kind, errors with their causes, binary data as bytes. */
  const flatten = (value) => {
    const parts = [];
    const seen = new Set();
    const visit = (value, name, depth) => {
      if (parts.length > 5_000 || depth > 10) return;
      if (value === null || typeof value !== "object") {
        if (typeof value === "function" && depth < 3) return;
        parts.push(`${name}: ${String(value)}`);
        return;
      }
      if (seen.has(value)) return;
      seen.add(value);
      if (value instanceof Memory) return void parts.push(`${name}: WebAssembly.Memory`);
      if (value instanceof Window) return;
      if (value instanceof Node) return void parts.push(`${name}: ${value.outerHTML ?? value.textContent}`);
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
        return void parts.push(`${name}: ${new TextDecoder("latin1").decode(bytes.subarray(0, 100_000))}`);
      }
      if (value instanceof Map || value instanceof Set) [...value].forEach((item, at) => visit(item, `${name}[${at}]`, depth + 1));
      if (value instanceof Error) parts.push(`${name}: ${value.message} ${value.stack}`);
      if (value instanceof Event) ["detail", "data", "message", "error", "reason"].forEach((part) => visit(value[part], part, depth + 1));
      for (const key of Reflect.ownKeys(value)) {
        let item;
        try {
          item = value[key];
        } catch {
          continue;
        }
        parts.push(String(key));
        visit(item, String(key), depth + 1);
      }
    };
    visit(value, "", 0);
    return parts.join("\n");
  };
  const { Memory } = WebAssembly;
  const record = (sink, what, value) => {
    records.push({ sink, what, text: typeof value === "string" ? value : flatten(value) });
  };

  /** Calls of a method are records; what they do is what they did. */
  const spy = (owner, name, sink, what, pick = (given) => given) => {
    const original = owner?.[name];
    if (!original) return;
    owner[name] = function (...given) {
      record(sink, what ?? name, pick(given, this));
      return original.apply(this, given);
    };
  };
  const spySetter = (prototype, name, sink) => {
    const { get, set, ...rest } = Object.getOwnPropertyDescriptor(prototype, name);
    const traced = function (value) {
      record(sink, `${name} =`, value);
      set.call(this, value);
    };
    Object.defineProperty(prototype, name, { ...rest, get, set: traced });
  };

  for (const name of ["debug", "dir", "error", "group", "info", "log", "table", "trace", "warn", "assert", "count", "time"]) {
    spy(console, name, "console", `console.${name}`);
  }
  addEventListener("error", (event) => record("errors", "error", [event.message, event.error]));
  addEventListener("unhandledrejection", (event) => record("errors", "unhandledrejection", event.reason));
  addEventListener("securitypolicyviolation", (event) => {
    const { violatedDirective, blockedURI, sample, documentURI, sourceFile } = event;
    record("violations", "securitypolicyviolation", { violatedDirective, blockedURI, sample, documentURI, sourceFile });
  });
  spy(EventTarget.prototype, "dispatchEvent", "events", "dispatchEvent", ([event]) => [event.type, event]);

  for (const name of ["setItem", "removeItem", "clear"]) spy(Storage.prototype, name, "writes", `Storage.${name}`);
  for (const name of ["put", "add"]) {
    spy(IDBObjectStore.prototype, name, "writes", `IDBObjectStore.${name}`);
    spy(window.Cache?.prototype, name, "writes", `Cache.${name}`);
  }
  spy(IDBFactory.prototype, "open", "writes", "indexedDB.open");
  spy(window.CacheStorage?.prototype, "open", "writes", "caches.open");
  spy(window.CookieStore?.prototype, "set", "writes", "cookieStore.set");
  spy(window.FileSystemDirectoryHandle?.prototype, "getFileHandle", "writes", "getFileHandle");
  spySetter(Document.prototype, "cookie", "writes");

  for (const name of ["pushState", "replaceState"]) spy(History.prototype, name, "navigation");
  addEventListener("hashchange", ({ newURL }) => record("navigation", "hashchange", newURL));
  spy(window, "open", "navigation");

  spy(window, "postMessage", "messaging", "window.postMessage");
  spy(MessagePort.prototype, "postMessage", "messaging", "port.postMessage", ([message]) => {
    // The one message that has the token, to the frame whose port this is: anything else in it is looked at.
    const { token, ...rest } = message?.name === "session" ? message : { ...message };
    return message?.name === "session" ? rest : message;
  });
  spy(window.BroadcastChannel?.prototype, "postMessage", "messaging", "BroadcastChannel.postMessage");
  spy(window.Worker?.prototype, "postMessage", "messaging", "Worker.postMessage");
  addEventListener("message", ({ data, origin }) => record("messaging", `message of ${origin}`, data));
  addEventListener("storage", ({ key, newValue }) => record("messaging", "storage event", [key, newValue]));

  for (const name of ["mark", "measure"]) spy(Performance.prototype, name, "performance", `performance.${name}`);
  if (window.ReportingObserver) new ReportingObserver((reports) => record("performance", "report", reports.map((report) => report.toJSON?.() ?? report.body)), { buffered: true }).observe();

  spy(navigator, "sendBeacon", "network", "sendBeacon");
  spy(XMLHttpRequest.prototype, "open", "network", "xhr.open");
  spy(XMLHttpRequest.prototype, "send", "network", "xhr.send");
  for (const name of ["WebSocket", "EventSource", "Worker", "SharedWorker"]) {
    const Class = window[name];
    if (!Class) continue;
    window[name] = new Proxy(Class, {
      construct(target, given, made) {
        record("network", `new ${name}`, given);
        return Reflect.construct(target, given, made);
      },
    });
  }
  spy(window.Clipboard?.prototype, "writeText", "dom", "clipboard.writeText");
  spy(window.Clipboard?.prototype, "write", "dom", "clipboard.write");
  spy(Selection.prototype, "addRange", "dom", "selection", ([range]) => range.toString());

  Element.prototype.attachShadow = function (init) {
    const root = real.attachShadow.call(this, init);
    roots.push(root);
    return root;
  };
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const result = await instantiate.apply(WebAssembly, given);
      memories.push(...Object.values((result.instance ?? result).exports).filter((item) => item instanceof Memory));
      return result;
    };
  }

  /** What a serializer does not write: values, comments, templates, computed names, roots that are closed. */
  const documentText = () => {
    const [parts, values] = [[`title: ${document.title}`, document.documentElement.outerHTML], []];
    const visit = (node, where) => {
      if (node.nodeType !== Node.ELEMENT_NODE) {
        if (node.nodeValue) parts.push(`${where} ${node.nodeName}: ${node.nodeValue}`);
      } else {
        const here = `<${node.localName}>`;
        for (const { name, value } of node.attributes) parts.push(`attribute ${name} of ${here}: ${value}`);
        if (typeof node.value === "string") values.push(`value of ${here} type=${node.type}: ${node.value}`);
        if (node.content instanceof DocumentFragment) visitAll(node.content, `${here} content`);
        where = here;
      }
      visitAll(node, where);
    };
    const visitAll = (root, where) => root.childNodes.forEach((child) => visit(child, `in ${where}`));
    visitAll(document, "document");
    for (const root of roots) visitAll(root, `${root.mode} root of <${root.host.localName}>`);
    parts.push(`selection: ${getSelection()}`);
    return [parts.join("\n"), values.join("\n")];
  };

  const rows = (store) =>
    new Promise((done, fail) => {
      const request = store.getAll();
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  const storageText = async () => {
    const parts = [`cookie: ${document.cookie}`, `window.name: ${window.name}`];
    for (const [name, storage] of [["localStorage", localStorage], ["sessionStorage", sessionStorage]]) {
      for (let at = 0; at < storage.length; at += 1) {
        const key = real.key.call(storage, at);
        parts.push(`${name} ${key}: ${real.getItem.call(storage, key)}`);
      }
    }
    for (const { name } of (await indexedDB.databases?.()) ?? []) {
      const database = await new Promise((done, fail) => {
        const request = real.open.call(indexedDB, name);
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
      });
      for (const store of database.objectStoreNames) {
        parts.push(`IndexedDB ${name} ${store}: ${flatten(await rows(database.transaction(store).objectStore(store)))}`);
      }
      database.close();
    }
    for (const name of (await window.caches?.keys()) ?? []) {
      const cache = await real.openCache.call(caches, name);
      for (const request of await cache.keys()) {
        parts.push(`Cache ${name} ${request.url}: ${await (await cache.match(request)).text()}`);
      }
    }
    try {
      const files = await navigator.storage?.getDirectory?.();
      for await (const [name, handle] of files ?? []) {
        parts.push(`OPFS ${name}: ${handle.getFile ? await (await handle.getFile()).text() : "folder"}`);
      }
    } catch (problem) {
      // Some browsers have none in a frame of another site.
      parts.push(`OPFS: ${problem.name}`);
    }
    for (const { scope } of (await navigator.serviceWorker?.getRegistrations()) ?? []) parts.push(`service worker: ${scope}`);
    return parts.join("\n");
  };
  const upload = async (path, body) => {
    const answer = await real.fetch(path, { method: "POST", body });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  };

  window.leakRecorder = {
    record,
    /** Hands over all that was recorded since the last time, and what can be read of the page now. */
    async hand() {
      const all = records;
      records = [];
      const add = (sink, what, text) => all.push({ sink, what, text });
      const [text, values] = documentText();
      add("dom", "the document", text);
      add("fields", "what fields hold", values);
      add("storage", "what is stored", await storageText());
      add("navigation", "the address", flatten({ href: location.href, state: history.state, referrer: document.referrer }));
      add("performance", "entries", flatten(performance.getEntries().map((entry) => [entry.toJSON(), entry.detail])));
      for (const name of Object.getOwnPropertyNames(window)) {
        if (!globals.has(name) && !window.leakOwn?.has(name)) add("objects", `window.${name}`, flatten(window[name]));
      }
      for (const [name, value] of Object.entries((await window.leakObjects?.()) ?? {})) add("objects", name, flatten(value));
      await upload("/leak/records", real.stringify(all));
    },
    /** Hands over the bytes of the component's memory. */
    async handMemory() {
      for (const memory of memories) await upload("/leak/memory", new Uint8Array(memory.buffer));
      return memories.length;
    },
  };
  globals.add("leakRecorder").add("leakOwn").add("leakObjects");
}
