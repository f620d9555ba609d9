// Pipedream's list of apps, as its README shows it.
import { createFrontendClient } from "@pipedream/sdk/browser";
import { FrontendClientProvider, SelectApp } from "@pipedream/connect-react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

export function show(place, origin) {
  const client = createFrontendClient({
    environment: "development",
    apiHost: origin.replace(/^https?:\/\//, ""),
    baseUrl: origin,
    externalUserId: "bench",
    tokenCallback: async () => ({ token: "bench", expiresAt: new Date(Date.now() + 3_600_000), connectLinkUrl: "" }),
  });
  createRoot(place).render(
    createElement(FrontendClientProvider, { client }, createElement(SelectApp, { onChange() {} })),
  );
}
