// Types of the entry `connect-flow/testing`: for a host's own tests, never for a page that customers see.

import type { ConnectFlowOptions, SessionTokenAnswer } from "./connect-flow.js";

export interface FakeField {
  name: string;
  label: string;
  /** `text`, `password`, `email`, `url`, `number`, `textarea`. */
  type: string;
  required?: boolean;
  placeholder?: string;
  options?: { name: string; value: string }[];
}

export interface FakeApp {
  slug: string;
  /** Default: the slug. */
  name?: string;
  description?: string;
  /** Default: `oauth2`. */
  authType?: "oauth2" | "keybased";
  /** What is asked for before connecting. */
  fields?: FakeField[];
  scopes?: string[];
  /** Connected from the start. */
  connected?: boolean;
  /** Why these keys are refused; nothing takes them. */
  refuse?: (values: Record<string, string>) => string | undefined;
  /** `fields` and `workflows` of a configuration, as the platform's API writes them. */
  config?: { fields?: object[]; workflows?: object[] };
}

export interface FakePlatformOptions {
  /** Default: `https://platform.test`. Requests to its origin are answered here and never leave the page. */
  apiUrl?: string;
  /** The platform's name. */
  name?: string;
  /** Seconds that session tokens live. Default: 900. */
  lifetime?: number;
  /** Default: `crm`, by OAuth, and `payroll`, by an API key. */
  apps?: FakeApp[];
}

/** One thing that goes another way than usual. */
export interface Step {
  /** The requests meant, by method and the start of the path: `"GET /api/v2/f-sdk/application"`. Default: all. */
  on?: string;
  /** How many of them. Default: 1. */
  times?: number;
  /** Runs before the answer: `(platform) => platform.expire()`, or `() => clock.advance(ms)`. */
  before?: (platform: FakePlatform) => void | Promise<void>;
  /** Milliseconds until the answer. */
  delayMs?: number;
  /** The network fails. */
  fail?: boolean;
  /** Answers this status in place of doing the work. */
  status?: number;
  /** The JSON that goes with `status`. */
  body?: unknown;
}

export interface FakePlatform {
  /** For `mount()`, the element or the React component: address, `getSessionToken`, and an `openUrl` that signs in. */
  readonly options: Required<Pick<ConnectFlowOptions, "apiUrl" | "getSessionToken" | "openUrl" | "inlineCredentials">>;
  /** What it was asked, oldest first; tokens are not kept. */
  readonly requests: { method: string; path: string; body: unknown }[];
  /** Why `getSessionToken` was asked, in order. */
  readonly asks: string[];
  /** `false`: `getSessionToken` answers `null`. */
  signedIn: boolean;
  /** What happens at the provider: connected, declined or nothing yet (`wait`), or the window is blocked. */
  provider: "allow" | "wait" | "block";
  /** Seconds that session tokens live from now on. */
  lifetime: number;
  /** A token as the host's server would hand it out. */
  mint(): SessionTokenAnswer;
  /** Every token that is out is refused from now on. */
  expire(): void;
  /** An account is connected, in place of what was. */
  connect(slug: string, account?: { identifier?: string; status?: "active" | "expired" }): void;
  disconnect(slug: string): void;
  /** Faults to come; the first that fits a request counts. */
  script(...steps: Step[]): void;
  /** Its requests go to the network again. */
  remove(): void;
}

/**
 * A platform in memory: apps, connections by OAuth and by keys, configurations, expiry. Rules and dependent fields are
 * not in it (501), runs are always none. It answers in place of `globalThis.fetch`, which the component takes hold of
 * when it is loaded.
 * @throws {Error} if the component is loaded already: call this before the first mount or `preload()`
 */
export function createFakePlatform(options?: FakePlatformOptions): FakePlatform;

/** The page's clocks, `Date.now` and `performance.now`, in the hand of a test. Timers run in real time. */
export interface Clock {
  /** So many milliseconds go by at once, as for a device that slept; components look at the clocks right away. */
  advance(ms: number): void;
  restore(): void;
}

export function createClock(): Clock;
