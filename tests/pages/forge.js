// Plays the parent of the credentials page, an honest one and others; what the page answers is in `heard`.
window.heard = [];
const { frameUrl } = await (await fetch("/api/host")).json();
const frame = document.createElement("iframe");
frame.src = frameUrl;
document.body.append(frame);
await new Promise((loaded) => frame.addEventListener("load", loaded, { once: true }));
const { origin } = new URL(frameUrl);

/** Sends what may be a greeting, with so many ports. */
window.greet = (label, data, ports = 1) => {
  const channels = Array.from({ length: ports }, () => new MessageChannel());
  for (const { port1 } of channels) port1.onmessage = ({ data }) => window.heard.push([label, data]);
  frame.contentWindow.postMessage(data, origin, channels.map(({ port2 }) => port2));
  return channels[0]?.port1;
};

window.neighbour = async () => {
  const neighbour = document.createElement("iframe");
  neighbour.src = "forger.html";
  document.body.append(neighbour);
  while (!window.forged) await new Promise((done) => setTimeout(done, 20));
};
window.ready = true;
