// Ampersand's form to connect one app by a key, as its README shows it: it has no list of apps.
import { AmpersandProvider, ConnectProvider } from "@amp-labs/react";
import "@amp-labs/react/styles";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

export function show(place) {
  const options = { apiKey: "bench", projectId: "bench" };
  const form = createElement(ConnectProvider, { provider: "bench", consumerRef: "user", groupRef: "group" });
  createRoot(place).render(createElement(AmpersandProvider, { options }, form));
}
