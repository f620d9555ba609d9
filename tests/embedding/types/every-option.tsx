// An app that uses every option, every event and every entry: checked by the compiler, never run.
import { define, mount, preload, type ConnectFlowEventDetails, type ConnectFlowOptions } from "connect-flow";
import "connect-flow/element";
import { ConnectFlow, useConnectFlow } from "connect-flow/react";
import { Config, Provider } from "connect-flow/refold-react";
import { createClock, createFakePlatform } from "connect-flow/testing";

const options: ConnectFlowOptions = {
  apiUrl: "https://platform.example.com",
  app: "crm",
  frameUrl: "https://platform.example.com/frame.html",
  inlineCredentials: false,
  iconOrigins: ["https://icons.example.com"],
  openUrl: async (url: string) => void url.length,
  headers: { activityId: true, sessionId: true, correlationId: true, tenantId: "acme" },
  autofocus: true,
  config: { id: "customer-1", labels: [{ name: "Stage", value: 1 }] },
  theme: "dark",
  density: "compact",
  locale: "en",
  strings: { retry: "Once more" },
  hostName: "Acme",
  platformName: "Example",
  privacyUrl: "https://acme.example/privacy",
  termsUrl: "https://acme.example/terms",
  sessionUrl: "/api/session-token",
  getSessionToken: async ({ reason, attempt, signal }) => {
    if (signal.aborted || attempt > 3) return null;
    return { token: `${reason}`, expiresIn: 900, expiresAt: new Date(), serverTime: "2030-01-01T00:00:00Z" };
  },
  sessionToken: { token: "t", expires_in: "900", expires_at: 1, server_time: 1 },
};

const flow = mount("#place", options);
flow.update({ theme: "light" });
flow.setSessionToken("token");
flow.setSessionToken(null);
flow.end({ revoke: true });
flow.retry();
flow.element.addEventListener("account-connected", ({ detail }) => detail.app.length);
flow.element.addEventListener("click", (event) => event.clientX);
flow.unmount();
define("another-connect-flow");
await preload({ wasm: new URL("https://cdn.example.com/connect-flow_bg.wasm"), integrity: "sha384-abc" });
const element = document.createElement("connect-flow");
element.apiUrl = "https://platform.example.com";
element.sessionToken = "token";
// Write-only.
const nothing: undefined = element.sessionToken;

const heard: { [Name in keyof ConnectFlowEventDetails]: (detail: ConnectFlowEventDetails[Name]) => unknown } = {
  "session-expiring": ({ remainingMs, lifetimeMs, generation, reason }) => [remainingMs + lifetimeMs + generation, reason],
  "session-expired": ({ generation, reason }) => [generation.toFixed(), reason],
  "session-renewed": ({ generation, lifetimeMs }) => [generation, lifetimeMs?.toFixed()],
  "session-renewal-failed": ({ attempt, retryable, code, nextTryMs }) => [attempt, retryable, code, nextTryMs],
  "session-ended": ({ reason }) => reason === "host_ended",
  "account-connected": ({ app, authType, connectionId }) => [app, authType === "oauth2", connectionId?.length],
  "account-disconnected": ({ app, authType, connectionIds }) => [app, authType, connectionIds.length],
  "config-saved": ({ app, configId }) => [app, configId],
  "consent-given": ({ app, scopes, at, version }) => [app, scopes.join(), at, version],
  "flow-activity": ({ name, app, at, activityId }) => [name === "opened", app, at, activityId],
  "flow-error": ({ code, retryable, step, reference, app }) => [code === "offline", retryable, step, reference, app],
  "flow-ready": (detail) => Object.keys(detail),
  "flow-closed": ({ reason }) => reason === "done",
};

export function App() {
  const controls = useConnectFlow();
  return (
    <>
      <ConnectFlow
        {...options}
        ref={controls.ref}
        id="flow"
        className="flow"
        style={{ maxWidth: 560 }}
        onSessionExpiring={heard["session-expiring"]}
        onSessionExpired={heard["session-expired"]}
        onSessionRenewed={heard["session-renewed"]}
        onSessionRenewalFailed={heard["session-renewal-failed"]}
        onSessionEnded={heard["session-ended"]}
        onAccountConnected={heard["account-connected"]}
        onAccountDisconnected={heard["account-disconnected"]}
        onConfigSaved={heard["config-saved"]}
        onConsentGiven={heard["consent-given"]}
        onFlowActivity={heard["flow-activity"]}
        onFlowError={heard["flow-error"]}
        onFlowReady={heard["flow-ready"]}
        onFlowClosed={(detail, event) => [detail.reason, event.detail.reason, event.timeStamp]}
      />
      {controls.status === "ready" && controls.session === "active" && controls.error?.code}
      <button onClick={() => controls.end()}>End</button>
      <Provider baseApi="https://app.refold.ai" sessionToken="token">
        <Config
          id="customer-1"
          slug="crm"
          labels={[{ name: "Stage", value: 1 }]}
          onConnect={() => {}}
          onDisconnect={() => {}}
          onSave={() => {}}
          removeBranding
          style={{ borderRadius: 8 }}
        />
      </Provider>
    </>
  );
}

const clock = createClock();
const platform = createFakePlatform({ lifetime: 300, apps: [{ slug: "crm", refuse: ({ key }) => key && "no" }] });
platform.script({ on: "GET /api", times: 2, status: 500 }, { before: () => clock.advance(300_000) });
mount(document.body, { ...platform.options, app: "crm" });
void [nothing, platform.requests[0]?.path, platform.asks.length];
