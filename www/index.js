// The entry for scripts: mounts a component into an element of the page, and loads it ahead of time.

import { assign, define } from "./component.js";

export * from "./component.js";

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
 * Loads glue and wasm before the first mount.
 * @type {typeof import("./connect-flow.js").preload}
 */
export async function preload(options) {
  const [{ load }] = await Promise.all([import("./load.js"), import("./life.js")]);
  await load(options);
}
