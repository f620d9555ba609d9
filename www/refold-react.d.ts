// Types of the entry `connect-flow/refold-react`.

import type { Context as ReactContext, CSSProperties, FunctionComponent, ReactNode } from "react";
import type { GetSessionToken } from "./connect-flow.js";

export interface ProviderProps {
  /** Base URL of the platform. Default: `https://api.gocobalt.io`. */
  baseApi?: string;
  /** A session token; nothing is asked of the platform before there is one. A new one takes its place. */
  sessionToken?: string | null;
  /** Default: `light`. */
  theme?: "light" | "dark";
  /** Beyond the SDK's own props: asked for every token, so that sessions renew themselves. */
  getSessionToken?: GetSessionToken;
  /** Beyond the SDK's own props: where keys are typed out of this page's sight. Without it: in the page. */
  frameUrl?: string;
  children?: ReactNode;
}

/** Hands the session to each `Config` inside. */
export const Provider: FunctionComponent<ProviderProps>;

export interface Label {
  name: string;
  value: string | number | boolean;
}

export interface ConfigProps {
  /** Your own id of the configuration; a change of it starts over. */
  id?: string;
  /** The app; nothing is rendered without one. */
  slug?: string | null;
  /** Labels for the app's `map` fields, handed to the platform as they are. */
  labels?: Label[] | Record<string, Label[]>;
  onConnect?: () => void;
  onDisconnect?: () => void;
  onSave?: () => void;
  /** Accepted and without effect: there is no branding to remove. */
  removeBranding?: boolean;
  style?: CSSProperties;
}

/** Connects, shows and configures one app. */
export const Config: FunctionComponent<ConfigProps>;

/** What `Provider` hands to `Config`. */
export const Context: ReactContext<{
  apiUrl?: string;
  theme?: "light" | "dark";
  sessionToken?: string | null;
  getSessionToken?: GetSessionToken;
  frameUrl?: string;
}>;
