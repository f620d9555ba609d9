// The page of the hosted flow's window, as a platform may change it. Each query parameter is one of its metas, but for:
// `silent` asks for no port, `heard` keeps what it is told in `window.heard` and shows nothing, `polluted` fills prototypes.
const parameters = new URLSearchParams(location.search);
for (const [name, content] of parameters) {
  document.head.append(Object.assign(document.createElement("meta"), { name: `connect-flow-${name}`, content }));
}

function hear() {
  window.heard = [];
  addEventListener("message", ({ data: { nonce }, ports: [port] }) => {
    port.onmessage = ({ data }) => window.heard.push(data);
    port.postMessage({ name: "ready", nonce });
  });
  opener.postMessage({ name: "connect-flow-hosted", version: 1 }, location.hash.slice(1));
}

if (parameters.has("polluted")) {
  for (const [name, value] of Object.entries({ app: "no-such-app", headers: { tenantId: "stolen" } })) {
    Object.defineProperty(Object.prototype, name, { value, writable: true, configurable: true });
  }
}
if (parameters.has("heard")) hear();
else if (!parameters.has("silent")) import("./frame.js");
