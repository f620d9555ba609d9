// The page: one component, whose events are React's state.
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { ConnectFlow } from "connect-flow/react";
import { getSessionToken, host } from "./host.js";
import "../../acme.css";

function Integrations() {
  const [status, setStatus] = useState("");
  return (
    <>
      <header>Acme Projects</header>
      <main>
        <h1>Integrations</h1>
        <p>Connect the tools your team already uses.</p>
        <ConnectFlow
          apiUrl={host.apiUrl}
          frameUrl={host.frameUrl}
          hostName="Acme Projects"
          getSessionToken={getSessionToken}
          onAccountConnected={({ app }) => setStatus(`${app} is connected`)}
          onAccountDisconnected={({ app }) => setStatus(`${app} is disconnected`)}
        />
        <p role="status">{status}</p>
      </main>
    </>
  );
}

createRoot(document.getElementById("app")).render(
  <StrictMode>
    <Integrations />
  </StrictMode>,
);
