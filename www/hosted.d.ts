// Types of the entry `connect-flow/hosted`: the flow in a window of its own, on the platform's origin.

import type {
  ConnectFlowEventTarget, ConnectFlowOptions, EndOptions, SessionTokenOffer,
} from "./connect-flow.js";

export type * from "./connect-flow.js";

type Shared =
  | "apiUrl" | "app" | "config" | "headers" | "theme" | "density" | "locale" | "getSessionToken" | "sessionUrl"
  | "sessionToken";

/**
 * Those of the component that are not about this page. Texts, names and links of your own are not taken: the window speaks
 * for the platform, which says its own in `frame.html`, and calls you what the platform calls your organisation.
 */
export interface HostedOptions extends Pick<ConnectFlowOptions, Shared & keyof ConnectFlowOptions> {
  /**
   * Where the package's `frame.html` is served, on another origin than this page's: https, or http of this machine. The
   * window's address has this page's origin behind `#`, and never a token.
   */
  hostedUrl: string;
  /** Of `window.open`: `popup,width=560,height=760` say; a new tab without. */
  features?: string;
}

/** The flow in the window. Its events are those of the element; the last is `flow-closed`. */
export interface HostedFlow extends ConnectFlowEventTarget {
  /** The window is closed, or was told to close. */
  readonly closed: boolean;
  focus(): void;
  setSessionToken(offer: SessionTokenOffer | null): void;
  /** Wipes the token in the window and closes it, loaded or not. Closing the window by hand ends the session as well. */
  close(options?: EndOptions): void;
}

/**
 * Opens the flow in a window of its own. Call it in the user's click itself. This page must not send
 * `Cross-Origin-Opener-Policy: same-origin`, which would cut it off from the window.
 * @throws {Error & { code: "popup_blocked" | "invalid_option" | "insecure_context" }}
 */
export function openHosted(options: HostedOptions): HostedFlow;
