// Types of the entries `connect-flow` and `connect-flow/element`.

import type { ConnectFlowEventDetails, ErrorCode } from "./events.js";

export type { ConnectFlowEventDetails, ErrorCode } from "./events.js";

/** What the host's server answers. Both spellings of a name are read; times are RFC 3339 or epoch seconds or ms. */
export interface SessionTokenAnswer {
  token: string;
  /** Seconds from minting. */
  expiresIn?: number | string;
  expires_in?: number | string;
  expiresAt?: number | string | Date;
  expires_at?: number | string | Date;
  /** The server's clock when it answered; makes a wrong clock of this device harmless. */
  serverTime?: number | string | Date;
  server_time?: number | string | Date;
}

export type SessionTokenOffer = string | SessionTokenAnswer;

export interface SessionTokenRequest {
  reason: "initial" | "expiring" | "expired" | "rejected" | "manual";
  /** Counts from 1 since the last good token. */
  attempt: number;
  /** Aborted after 15 s and when the component goes away. */
  signal: AbortSignal;
}

/** Asked for every token; `null` says that nobody is signed in. A rejection's `retryAfter` (seconds) is honoured. */
export type GetSessionToken = (
  request: SessionTokenRequest,
) => SessionTokenOffer | null | Promise<SessionTokenOffer | null>;

/** A change of one of these begins a new life of the component and wipes its token. */
export interface StartOptions {
  /** Base URL of the platform: https, or http of this machine. */
  apiUrl: string;
  /** Slug of the only app to show. */
  app?: string;
  /**
   * Where the package's `frame.html` is served, on another origin than this page's: https, or http of this machine. Keys
   * and other secrets are typed in that frame, which this page cannot look into. Without it and without
   * `inlineCredentials`, apps that ask for a secret cannot be connected (`credentials_frame_missing`).
   */
  frameUrl?: string;
  /** Ask for secrets in this page itself instead, where its scripts can read along. */
  inlineCredentials?: boolean;
}

/** Read when a life begins; a later change counts for the next one. */
export interface FixedOptions {
  /** Origins that icons of apps may come from, besides that of `apiUrl`. */
  iconOrigins?: string[];
  /**
   * Opens the address for signing in, where a page cannot open windows: Tauri, Electron, web views. It gets that address
   * and nobody else does; a throw or a rejection counts as a blocked window.
   */
  openUrl?: (url: string) => void | Promise<void>;
  /** Optional request headers; off unless named, because a platform's CORS may refuse them. */
  headers?: RequestHeaders;
  /** Whether the search field takes the focus when the list of apps first comes. */
  autofocus?: boolean;
  /** Which configuration of an app is shown, where there can be several. */
  config?: ConfigChoice;
}

/** Take effect at once. */
export interface LiveOptions {
  theme?: "system" | "light" | "dark";
  density?: "comfortable" | "compact";
  /**
   * BCP 47 language tag; if absent, the `lang` of the element or of what is around it. Built in or loaded when needed:
   * ar, de, en, es, fr, he, ja, pt-BR (for any pt), zh-Hans. Any other is shown in English.
   */
  locale?: string;
  /** Texts by key, instead of the built-in ones. */
  strings?: Record<string, string>;
  /** Who asks for the connection, in the words of the user. */
  hostName?: string;
  /** Who runs the platform, in the words of the user. */
  platformName?: string;
  /** The host's privacy notice, shown with the question for consent: http or https. */
  privacyUrl?: string;
  /** The host's terms, in the same place. */
  termsUrl?: string;
  getSessionToken?: GetSessionToken;
  /** Address of this page's own origin that is POSTed to for a token, in place of `getSessionToken`. */
  sessionUrl?: string;
}

export interface ConfigChoice {
  /** Your own id of the configuration; without one, the app's first. */
  id?: string;
  /** Labels for the app's `map` fields, handed to the platform as they are: any JSON. */
  labels?: unknown;
}

export interface RequestHeaders {
  /** `X-Activity-ID`: a UUID v4 for each life. */
  activityId?: boolean;
  /** `X-Session-ID`: a UUID v4 for each life. */
  sessionId?: boolean;
  /** `X-Correlation-ID`: a UUID v4 for each request, shown with errors. */
  correlationId?: boolean;
  /** `X-Tenant-ID`: up to 128 visible ASCII characters. */
  tenantId?: string;
}

export interface ConnectFlowOptions extends StartOptions, FixedOptions, LiveOptions {
  /** A first token, or a fresh one. Kept in memory only and never to be read back. */
  sessionToken?: SessionTokenOffer | null;
}

export interface EndOptions {
  /** Also revokes the token at the platform, which ends it in other tabs that share it. */
  revoke?: boolean;
}

export type ConnectFlowEvent<Name extends keyof ConnectFlowEventDetails> = CustomEvent<
  ConnectFlowEventDetails[Name]
>;

export type ConnectFlowEventMap = {
  [Name in keyof ConnectFlowEventDetails]: ConnectFlowEvent<Name>;
};

/** Listeners of the events by their types, on what is no element. */
export interface ConnectFlowEventTarget extends EventTarget {
  addEventListener<Name extends keyof ConnectFlowEventMap>(
    type: Name,
    listener: (this: this, event: ConnectFlowEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare const base: typeof globalThis extends { HTMLElement: infer Base } ? Base : new () => object;

/**
 * `<connect-flow>`. Options are properties; those of text are attributes as well, in kebab case (`api-url`). Secrets
 * and functions never are: a `token` or `session-token` attribute is removed unread. Properties set before the element
 * is defined are taken over. Its events neither bubble nor leave an outer shadow root, and cannot be cancelled.
 */
export class ConnectFlowElement extends base {
  apiUrl: string | undefined;
  app: string | undefined;
  frameUrl: string | undefined;
  /** As an attribute: `inline-credentials`, true if present. */
  inlineCredentials: boolean;
  platformName: string | undefined;
  iconOrigins: string[] | undefined;
  headers: RequestHeaders | undefined;
  config: ConfigChoice | undefined;
  openUrl: FixedOptions["openUrl"];
  theme: string | undefined;
  density: string | undefined;
  locale: string | undefined;
  strings: Record<string, string> | undefined;
  hostName: string | undefined;
  privacyUrl: string | undefined;
  termsUrl: string | undefined;
  getSessionToken: GetSessionToken | undefined;
  sessionUrl: string | undefined;
  /** Write-only. */
  get sessionToken(): undefined;
  set sessionToken(offer: SessionTokenOffer | null | undefined);

  setSessionToken(offer: SessionTokenOffer | null): void;
  /** Wipes the token and ends the session. */
  end(options?: EndOptions): void;
  /** Asks the host for a token now; after a failed load, loads again. */
  retry(): void;

  addEventListener<Name extends keyof ConnectFlowEventMap>(
    type: Name,
    listener: (this: ConnectFlowElement, event: ConnectFlowEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends keyof HTMLElementEventMap>(
    type: Name,
    listener: (this: ConnectFlowElement, event: HTMLElementEventMap[Name]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

export interface ConnectFlowHandle {
  readonly element: ConnectFlowElement;
  setSessionToken(offer: SessionTokenOffer | null): void;
  update(changes: Partial<ConnectFlowOptions>): void;
  end(options?: EndOptions): void;
  retry(): void;
  /** Wipes the token and removes the element from the page. */
  unmount(): void;
}

/**
 * Puts a `<connect-flow>` into the target, or takes the target if it is one.
 * @throws {Error & { code: "invalid_option" }} if there is no such target
 */
export function mount(target: Element | string, options: ConnectFlowOptions): ConnectFlowHandle;

export interface PreloadOptions {
  /** Where the wasm is, if it was moved, or the wasm itself. */
  wasm?: string | URL | Response | WebAssembly.Module;
  /** The same of the second wasm, `connect-flow_second.wasm`: what is beyond the list of apps. */
  second?: string | URL | Response | WebAssembly.Module;
  /**
   * What the first file must be: `files["connect-flow_bg.wasm"]` of the package's `provenance.json`. That file names
   * the hash of the second, which is checked always.
   */
  integrity?: string;
}

/**
 * Loads the component's files before the first mount; what is given here counts for later attempts as well.
 * @throws {ConnectFlowError} `wasm_blocked`: by the page's policy. `load_failed`: by anything else, after a second try
 */
export function preload(options?: PreloadOptions): Promise<void>;

/** Registers the element, under another name if the page holds two versions. Harmless to call again. */
export function define(name?: string): void;

/** An error thrown here says what is wrong in `code`. */
export interface ConnectFlowError extends Error {
  code: ErrorCode;
}

declare global {
  interface HTMLElementTagNameMap {
    "connect-flow": ConnectFlowElement;
  }
}
