// The page of the isolated frame: takes one port from the page around it, from nobody else, and gives it to the
// component. Keys that are typed here go to the platform named in frame.html and nowhere else.

import { address } from "./index.js";
import { crashes, whole } from "./life.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync("body{margin:0;background:none}");
document.adoptedStyleSheets = [sheet];

const platform = document.querySelector('meta[name="connect-flow-platform"]').content || location.origin;
if (parent === window) {
  // Framed by nobody: opened on its own.
  import("./hosted-page.js").then(({ start }) => start(platform));
} else {
  framed();
}

function framed() {
  const component = whole(address);
  // Noticed by the page around this one: nobody answers it.
  component.catch(() => {});

  const greeted = new AbortController();
  addEventListener(
    "message",
    async ({ source, data, ports }) => {
      if (source !== parent || greeted.signal.aborted) return;
      if (data?.name !== "connect-flow" || data.version !== 1 || typeof data.nonce !== "string") return;
      if (ports.length !== 1) return;
      greeted.abort();
      const Component = await component;
      const [port] = ports;
      const grown = new ResizeObserver(([{ target }]) => {
        port.postMessage({ name: "height", px: Math.ceil(target.getBoundingClientRect().height) });
      });
      crashes.addEventListener("crash", () => {
        grown.disconnect();
        document.body.replaceChildren();
        port.postMessage({ name: "failed", code: "crashed" });
      });
      const root = document.body.appendChild(document.createElement("div")).attachShadow({ mode: "open" });
      if (Component.mountFrame(root, port, data.nonce, platform)) grown.observe(root.lastElementChild);
    },
    { signal: greeted.signal },
  );
}
