// Shows one contender when it is told to, and says how long that took: from the import of its first byte to rows that
// are laid out and painted.

const place = document.getElementById("place");
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/** Waits for a condition: told by changes of the document and of a shadow root, so that no frame is waited for. */
const when = (condition, inside = window.root) =>
  new Promise((done) => {
    const watched = new Set();
    const observer = new MutationObserver(() => look());
    const look = () => {
      for (const root of [document, inside()]) {
        if (!root || watched.has(root)) continue;
        watched.add(root);
        observer.observe(root, { subtree: true, childList: true, attributes: true });
      }
      if (!condition()) return;
      observer.disconnect();
      done();
    };
    look();
  });

let mount;
const options = () => ({
  apiUrl: new URLSearchParams(location.search).get("platform") ?? location.origin,
  getSessionToken: async () => ({ token: `bench.${Math.random().toString(36).slice(2)}.x`, expires_in: 3600 }),
});

// The module's memory, to weigh it.
window.memories = [];
for (const name of ["instantiate", "instantiateStreaming"]) {
  const real = WebAssembly[name];
  WebAssembly[name] = async (...source) => {
    const result = await real.apply(WebAssembly, source);
    const exported = Object.values((result.instance ?? result).exports);
    window.memories.push(...exported.filter((item) => item instanceof WebAssembly.Memory));
    return result;
  };
}

/** What to load, how to show it, and how to tell that rows are there. */
const contenders = {
  async "connect-flow"() {
    mount = (await import("./index.js")).mount;
    window.handle = mount(place, options());
    await when(() => window.root()?.querySelectorAll("[data-slug]").length >= 30);
  },
  async floor() {
    const apps = await (await fetch("/api/v2/f-sdk/application")).json();
    const list = document.createElement("ul");
    for (const { name, description } of apps.slice(0, 40)) {
      const row = document.createElement("li");
      const button = document.createElement("button");
      for (const [tag, text] of [["b", name], ["span", description]]) {
        const part = document.createElement(tag);
        part.textContent = text;
        button.append(part);
      }
      row.append(button);
      list.append(row);
    }
    place.append(list);
  },
  async ampersand() {
    const { show } = await import("./ampersand.js");
    show(place);
    await when(() => place.querySelector("input"));
  },
  async pipedream() {
    const { show } = await import("./pipedream.js");
    show(place, location.origin);
    await when(() => place.querySelector("input"));
    const control = place.querySelector("input");
    control.focus();
    control.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", keyCode: 40, bubbles: true }));
    await when(() => document.querySelectorAll("[role=option]").length >= 30);
  },
};

window.bench = async (name) => {
  const start = performance.now();
  await contenders[name]();
  await painted();
  const end = performance.now();
  const list = performance.getEntriesByType("resource").find(({ name }) => name.endsWith("/application"));
  return { ms: end - start, transfer: list ? list.responseEnd - list.requestStart : 0 };
};

window.root = () => place.querySelector("*")?.shadowRoot ?? place.shadowRoot;

/** The top of a long list is shown before all of it is read: waits for the rest. */
window.whole = async (apps) => {
  while (window.root().querySelector("[role=list]").offsetHeight < 20 * apps) await new Promise((done) => setTimeout(done, 50));
};

const further = [];
const shown = async () => {
  const box = document.createElement("div");
  box.style.cssText = "inline-size:480px;block-size:640px";
  place.after(box);
  const handle = mount(box, options());
  const root = () => box.querySelector("*")?.shadowRoot ?? box.shadowRoot;
  await when(() => root()?.querySelector("[data-slug]"), root);
  return { box, handle };
};

/** That many instances more, each with its list on screen. */
window.many = async (many) => {
  for (let one = 0; one < many; one += 1) further.push(await shown());
};

window.none = () => {
  for (const { box, handle } of further.splice(0)) {
    handle.unmount();
    box.remove();
  }
};

/** Mounted and unmounted, one after the other. */
window.churn = async (many) => {
  for (let one = 0; one < many; one += 1) {
    const { box, handle } = await shown();
    handle.unmount();
    box.remove();
  }
};
