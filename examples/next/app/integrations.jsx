"use client";
// The part of the page that lives in the browser.
import { useState } from "react";
import { ConnectFlow } from "connect-flow/react";

export function Integrations({ apiUrl, frameUrl, csrfToken }) {
  const [status, setStatus] = useState("");

  async function getSessionToken({ signal }) {
    const headers = { "X-CSRF-Token": csrfToken };
    const response = await fetch("/api/session-token", { method: "POST", headers, signal });
    if (response.status === 401) return null; // nobody is signed in any more
    if (!response.ok) {
      const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
      throw Object.assign(new Error(`the server answered ${response.status}`), { retryAfter });
    }
    return response.json(); // {token, expires_in}
  }

  return (
    <>
      <ConnectFlow
        apiUrl={apiUrl}
        frameUrl={frameUrl}
        hostName="Acme Projects"
        getSessionToken={getSessionToken}
        onAccountConnected={({ app }) => setStatus(`${app} is connected`)}
        onAccountDisconnected={({ app }) => setStatus(`${app} is disconnected`)}
      />
      <p role="status">{status}</p>
    </>
  );
}
