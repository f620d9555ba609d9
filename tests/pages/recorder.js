// A session recorder as they come: patches what it can before anything else runs, and keeps all that it gets to see.
{
  const record = (window.__record = []);
  const seen = new WeakSet();
  const note = (kind, value) => {
    let text;
    try {
      text = typeof value === "string" ? value : JSON.stringify(value);
    } catch {
      text = String(value);
    }
    record.push(`${kind} ${text}`);
  };
  const wrap = (owner, name, kind) => {
    const original = owner[name];
    owner[name] = function (...given) {
      note(kind, given.map((one) => (one instanceof Request ? [one.url, one.method] : one)));
      if (given[0] instanceof Request) given[0].clone().text().then((text) => note(kind, text));
      return original.apply(this, given);
    };
  };
  wrap(window, "fetch", "fetch");
  wrap(XMLHttpRequest.prototype, "open", "xhr");
  wrap(XMLHttpRequest.prototype, "send", "xhr");
  wrap(window, "postMessage", "postMessage");
  wrap(MessagePort.prototype, "postMessage", "port.postMessage");

  const described = (event) => {
    const [target] = event.composedPath();
    return [event.type, event.key, event.data, target?.value, event.clipboardData?.getData("text")];
  };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const heard = new WeakMap();
  const hear = (listener) => {
    if (typeof listener !== "function") return listener;
    if (!heard.has(listener)) {
      heard.set(listener, function (event) {
        note("listener", described(event));
        return listener.call(this, event);
      });
    }
    return heard.get(listener);
  };
  EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
    return addEventListener.call(this, type, hear(listener), ...rest);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, ...rest) {
    return removeEventListener.call(this, type, hear(listener), ...rest);
  };
  for (const type of ["keydown", "keypress", "keyup", "beforeinput", "input", "change", "paste", "compositionend"]) {
    addEventListener.call(window, type, (event) => note(`key:${type}`, described(event)), true);
  }
  addEventListener.call(window, "message", ({ origin, data }) => note("message", [origin, data]), true);

  const watch = (root) => {
    if (seen.has(root)) return;
    seen.add(root);
    new MutationObserver((changes) => {
      for (const { target, addedNodes, attributeName } of changes) {
        note("mutation", [attributeName && target.getAttribute(attributeName), target.textContent]);
        for (const node of addedNodes) note("mutation", node.outerHTML ?? node.data ?? "");
      }
    }).observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
  };
  const { attachShadow } = Element.prototype;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    watch(root);
    return root;
  };
  watch(document);
}
