// Types of the entry `connect-flow/react`.

import type { CSSProperties, ForwardRefExoticComponent, RefAttributes, RefCallback } from "react";
import type {
  ConnectFlowElement, ConnectFlowEvent, ConnectFlowEventDetails, ConnectFlowOptions, EndOptions, SessionTokenOffer,
} from "./connect-flow.js";

export type * from "./connect-flow.js";

type Pascal<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Capitalize<Head>}${Pascal<Tail>}`
  : Capitalize<Name>;

/** `onSessionExpiring` for `session-expiring` and so on; the detail comes first, the DOM event second. */
export type ConnectFlowHandlers = {
  [Name in keyof ConnectFlowEventDetails as `on${Pascal<Name>}`]?: (
    detail: ConnectFlowEventDetails[Name],
    event: ConnectFlowEvent<Name>,
  ) => void;
};

/** Callbacks may be new ones at each render: the latest is called, and nothing is mounted again. */
export interface ConnectFlowProps extends ConnectFlowOptions, ConnectFlowHandlers {
  className?: string;
  style?: CSSProperties;
  id?: string;
}

/** The element itself on a server as well; it begins to live in the browser. */
export const ConnectFlow: ForwardRefExoticComponent<ConnectFlowProps & RefAttributes<ConnectFlowElement>>;

export interface ConnectFlowControls {
  /** For the `ref` of `<ConnectFlow>`. */
  ref: RefCallback<ConnectFlowElement>;
  status: "loading" | "ready" | "closed";
  session: "waiting" | "active" | "expiring" | "expired" | "ended";
  /** The latest `flow-error` since the flow was ready. */
  error: ConnectFlowEventDetails["flow-error"] | undefined;
  setSessionToken(offer: SessionTokenOffer | null): void;
  end(options?: EndOptions): void;
  retry(): void;
}

/** Where a flow stands and how to steer it: `<ConnectFlow ref={flow.ref} …/>`. */
export function useConnectFlow(): ConnectFlowControls;
