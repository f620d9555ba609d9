// The entry that registers `<connect-flow>` as soon as it is imported, where there are elements.

import { define } from "./component.js";

globalThis.customElements && define();

export * from "./component.js";
