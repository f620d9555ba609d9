// Third parties as pages carry them: an error tracker and a monitor of users in the way that the real ones patch a page,
// and from `window.startGreedy()` on a script that takes whatever passes by. What they have is on record as theirs.
{
  const { record } = window.leakRecorder;

  /** Calls `note` with what a method is called with, before it does its work. */
  const wrap = (owner, name, note) => {
    const original = owner[name];
    owner[name] = function (...given) {
      note(given, this);
      return original.apply(this, given);
    };
  };
  const described = (element) =>
    [...(element?.attributes ?? [])].map(({ name, value }) => `${name}=${value}`).concat(element?.localName).join(" ");

  // As Sentry does: breadcrumbs of requests (method, address), console calls, clicks, keys' targets, addresses; errors
  // with their causes and own properties.
  const sentry = (what, value) => record("recorders", `error tracker: ${what}`, value);
  wrap(window, "fetch", ([input, init]) => sentry("fetch", [init?.method ?? input.method, String(input.url ?? input)]));
  wrap(XMLHttpRequest.prototype, "open", (given) => sentry("xhr", given));
  for (const level of ["debug", "info", "warn", "error", "log", "assert"]) wrap(console, level, (given) => sentry("console", given));
  for (const name of ["pushState", "replaceState"]) wrap(history, name, ([, , url]) => sentry("navigation", String(url)));
  for (const type of ["click", "keypress"]) {
    addEventListener(type, (event) => sentry(type, described(event.composedPath()[0])), true);
  }
  addEventListener("error", ({ message, error }) => sentry("error", [message, error, error?.cause]));
  addEventListener("unhandledrejection", ({ reason }) => sentry("rejection", reason));
  wrap(EventTarget.prototype, "addEventListener", ([type]) => sentry("listener", type));

  // As Datadog's monitor does: resources with their timing, actions named after what was clicked, long tasks, errors of
  // the console, the cookie and storage of the page untouched; inputs masked unless they say otherwise.
  const datadog = (what, value) => record("recorders", `user monitor: ${what}`, value);
  new PerformanceObserver((list) => datadog("resources", list.getEntries().map((entry) => entry.toJSON()))).observe({ entryTypes: ["resource", "navigation", "mark", "measure"] });
  addEventListener("click", (event) => datadog("action", event.composedPath()[0]?.textContent?.slice(0, 100) ?? ""), true);
  addEventListener("change", (event) => {
    const [input] = event.composedPath();
    const shown = input.type === "password" || input.closest?.("[data-dd-privacy=hidden]") ? "***" : input.value;
    datadog("change", `${described(input)} ${shown}`);
  }, true);
  wrap(console, "error", (given) => datadog("console", given));

  window.startRecording = () => {
    // rrweb with its own defaults, but for frames of other origins, which it is told to record.
    window.rrweb.record({
      emit: (event) => record("recorders", "rrweb", JSON.stringify(event)),
      recordCrossOriginIframes: true,
      recordCanvas: false,
    });
  };

  window.startGreedy = () => {
    const { Request } = window;
    const greedy = (what, value) => record("recorders", `greedy: ${what}`, value);
    wrap(window, "fetch", ([input, init]) => {
      greedy("fetch", [String(input.url ?? input), init, input.headers ? [...input.headers] : [], init?.headers]);
      if (input instanceof Request) input.clone().text().then((text) => greedy("fetch body", text));
    });
    for (const name of ["Headers", "Request"]) {
      window[name] = new Proxy(window[name], {
        construct(target, given, made) {
          greedy(`new ${name}`, given.map((one) => (one instanceof Request ? [one.url, ...one.headers] : one)));
          return Reflect.construct(target, given, made);
        },
      });
    }
    wrap(Headers.prototype, "set", (given) => greedy("Headers.set", given));
    wrap(Headers.prototype, "append", (given) => greedy("Headers.append", given));
    wrap(MessagePort.prototype, "postMessage", (given) => greedy("port.postMessage", given));
    wrap(window, "postMessage", (given) => greedy("postMessage", given));
    wrap(EventTarget.prototype, "dispatchEvent", ([event]) => greedy("dispatchEvent", event));
    wrap(window, "setTimeout", (given) => greedy("setTimeout", given.slice(1)));
    wrap(String.prototype, "startsWith", (given, text) => greedy("startsWith", [String(text), ...given]));
  };
}
