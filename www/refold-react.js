"use client";
// The components of the platform vendor's React SDK on top of this package's own: its users change one import.

import { createContext, createElement, useContext } from "react";
import { ConnectFlow } from "./react.js";

export const Context = createContext({});

/** @type {typeof import("./refold-react.js").Provider} */
export function Provider({ children, baseApi = "https://api.gocobalt.io", theme, ...session }) {
  const value = { apiUrl: baseApi, theme: theme === "dark" ? "dark" : "light", ...session };
  return createElement(Context.Provider, { value }, children);
}

// There, callbacks get no argument.
const plain = (callback) => (typeof callback === "function" ? () => void callback() : undefined);

/** @type {typeof import("./refold-react.js").Config} */
export function Config({ id, slug, labels, onConnect, onDisconnect, onSave, style }) {
  const { apiUrl, sessionToken, getSessionToken, frameUrl, theme } = useContext(Context);
  if (!slug || !apiUrl) return null;
  return createElement(ConnectFlow, {
    // Another configuration is another life, as another app is.
    key: JSON.stringify([slug, id]),
    apiUrl,
    theme,
    sessionToken: sessionToken || undefined,
    getSessionToken,
    app: slug,
    config: { id, labels },
    // There, keys are typed in the page; a frame is the better place.
    frameUrl,
    inlineCredentials: !frameUrl,
    style,
    onAccountConnected: plain(onConnect),
    onAccountDisconnected: plain(onDisconnect),
    onConfigSaved: plain(onSave),
  });
}
