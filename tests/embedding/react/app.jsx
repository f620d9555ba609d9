// Apps for the React tests, bundled once for each React; the page's parameter `app` names the one that is shown.
import { lazy, StrictMode, Suspense, useState, version } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { preload } from "connect-flow";
import { ConnectFlow, useConnectFlow } from "connect-flow/react";
import { Config, Provider } from "connect-flow/refold-react";
import { createClock, createFakePlatform } from "connect-flow/testing";

const parameters = new URLSearchParams(location.search);
window.__events = [];
window.__problems = [];
window.__asks = [];
window.reactVersion = version;
addEventListener("error", (event) => __problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => __problems.push(`rejection: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => __problems.push(`CSP: ${event.violatedDirective}`));
// React warns here: of hydration, of effects, of unknown props.
console.error = (...said) => __problems.push(`console: ${said.join(" ")}`);

const tell = (by, name) => (detail) => __events.push({ name, by, detail: detail && { ...detail } });
const handlers = (by) => ({
  onFlowReady: tell(by, "flow-ready"),
  onFlowActivity: tell(by, "flow-activity"),
  onFlowError: tell(by, "flow-error"),
  onAccountConnected: tell(by, "account-connected"),
  onSessionRenewed: tell(by, "session-renewed"),
  onSessionEnded: tell(by, "session-ended"),
});

async function sandbox() {
  const host = await (await fetch("/api/host")).json();
  const getSessionToken = async ({ reason }) => {
    __asks.push(reason);
    const headers = { "x-csrf-token": host.csrfToken };
    return (await fetch("/api/session-token", { method: "POST", headers })).json();
  };
  return { apiUrl: host.apiUrl, getSessionToken };
}

/** Shows what it is told to show by `update(changes)`. */
function Stage({ show, start }) {
  const [props, setProps] = useState(start);
  window.update = (changes) => setProps((before) => ({ ...before, ...changes }));
  return show(props);
}

const place = () => document.getElementById("place");
const strict = (show, start) =>
  createRoot(place()).render(
    <StrictMode>
      <Stage show={show} start={start} />
    </StrictMode>,
  );

function Watched({ options }) {
  const flow = useConnectFlow();
  window.flow = flow;
  return (
    <>
      <output id="status">{`${flow.status} ${flow.session} ${flow.error?.code ?? ""}`}</output>
      <ConnectFlow ref={flow.ref} {...options} {...handlers("watched")} />
    </>
  );
}

const APPS = {
  /** In StrictMode; `update({by})` renders again with other callbacks, `update({gone: true})` without it. */
  async strict() {
    const options = await sandbox();
    const show = ({ by, gone, more }) => gone || <ConnectFlow {...options} {...handlers(by)} {...more} />;
    strict(show, { by: 0 });
  },

  /** A token that is given as soon as the element is. */
  async pushed() {
    const { apiUrl, getSessionToken } = await sandbox();
    const { token } = await getSessionToken({ reason: "ahead" });
    const give = (element) => element?.setSessionToken(token);
    createRoot(place()).render(<ConnectFlow ref={give} apiUrl={apiUrl} {...handlers("pushed")} />);
  },

  /** `update({wait: true})` lets a sibling suspend, `ready()` lets it go on. */
  async suspense() {
    const options = await sandbox();
    const Slow = lazy(() => new Promise((done) => (window.ready = () => done({ default: () => <p>loaded</p> }))));
    const show = ({ wait }) => (
      <Suspense fallback={<p>waiting</p>}>
        <Watched options={options} />
        {wait && <Slow />}
      </Suspense>
    );
    strict(show, {});
  },

  /** Over what the server sent. */
  async hydration() {
    const options = await sandbox();
    window.served = document.querySelector("connect-flow");
    hydrateRoot(
      place(),
      <StrictMode>
        <ConnectFlow id="served" className="flow" {...options} {...handlers("hydrated")} />
      </StrictMode>,
    );
  },

  /** The vendor's SDK, against a platform in memory. */
  async refold() {
    const workflow = { id: "sync", name: "Sync employees", enabled: false, fields: [] };
    const text = { id: "folder", name: "Folder", field_type: "text", required: false, hidden: false };
    const config = { fields: [text], workflows: [workflow] };
    const field = { name: "api_key", label: "API key", type: "password", required: true };
    const app = { slug: "payroll", name: "Example Payroll", authType: "keybased", fields: [field], config };
    window.platform = createFakePlatform({ apps: [app] });
    const show = ({ slug, id, token }) => (
      <Provider baseApi={platform.apiUrl} sessionToken={token}>
        <Config
          id={id}
          slug={slug}
          labels={[{ name: "Stage", value: 1 }]}
          removeBranding
          style={{ maxWidth: 450 }}
          onConnect={(...given) => __events.push({ name: "connect", given })}
          onDisconnect={(...given) => __events.push({ name: "disconnect", given })}
          onSave={(...given) => __events.push({ name: "save", given })}
        />
      </Provider>
    );
    strict(show, { token: null });
  },

  /** A host's own test: a platform in memory and a clock. */
  async testing() {
    window.platform = createFakePlatform({ lifetime: 900 });
    window.clock = createClock();
    strict(() => <Watched options={platform.options} />, {});
  },

  /** The component is loaded before the platform in memory is there. */
  async late() {
    await preload();
    try {
      createFakePlatform();
    } catch (problem) {
      window.said = problem.message;
    }
  },
};

await APPS[parameters.get("app")]();
window.started = true;
