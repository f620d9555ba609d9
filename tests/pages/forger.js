// A neighbour of the credentials page: greets it as its parent would, again and again.
for (let at = 0; at < 1_000; at++) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => parent.heard.push(["neighbour", data]);
  parent.frames[0].postMessage({ name: "connect-flow", version: 1, nonce: "neighbour" }, "*", [port2]);
}
parent.forged = true;
