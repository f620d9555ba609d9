// The entry that registers `<connect-flow>` as soon as it is imported, where there are elements.

import { define } from "./index.js";

globalThis.customElements && define();

export * from "./index.js";
