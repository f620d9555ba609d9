// Types of the entry `connect-flow/headless`: the flow's state as plain data, and the events that drive it.

import type {
  ConnectFlowEventTarget, ConnectFlowOptions, EndOptions, ErrorCode, LiveOptions, SessionTokenOffer,
} from "./connect-flow.js";

export type * from "./connect-flow.js";

/** Texts shown are your own, but for `message`: the platform's sentence, to be shown as text. */
export interface Failure {
  code: ErrorCode;
  retryable: boolean;
  message?: string;
  /** What the platform's support can look up. */
  reference?: string;
}

export type AuthType = "oauth2" | "keybased";

/** Loading, failed, or with its content. */
export type Loadable<Content> =
  | { status: "loading" }
  | { status: "failed"; failure: Failure }
  | ({ status: "ready" } & Content);

export interface App {
  /** Its key. */
  slug: string;
  name: string;
  description?: string;
  /** Address of an image, of the platform or of `iconOrigins`. */
  icon?: string;
  tags: string[];
  /** The ways to connect it. */
  methods: { authType: AuthType; scopes: string[]; fields: InputField[] }[];
  accounts: Account[];
  /** Connected, but the platform can no longer use the connection: offer `connect-chosen`. */
  needsAttention: boolean;
}

export interface Account {
  connectionId?: string;
  /** Whose account it is, as the provider names it: personal data. */
  identifier: string;
  /** ISO 8601. */
  connectedAt: string;
  active: boolean;
  authType: AuthType;
}

export interface InputField {
  name: string;
  label: string;
  placeholder: string;
  required: boolean;
  multiple: boolean;
  help?: string;
  type: "text" | "password" | "email" | "url" | "number" | "textarea" | "select";
  /** Of a `select`. */
  options: { name: string; value: string }[];
}

type InputFault = "required" | "not_an_email" | "not_a_url" | "not_a_number" | "refused";

/** `message`: of `refused`, the platform's sentence. */
export interface InputError {
  field: string;
  kind: InputFault;
  message?: string;
}

/** A confirmation in place: `disconnect-confirmed` or `delete-confirmed`, or the same with `-declined`. */
export interface Removal {
  status: "asking" | "busy" | "failed";
  failure?: Failure;
}

/** Anything that JSON can say. Numbers of more than 15 digits are rounded; what is not chosen anew is never sent back. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

export interface Choice {
  name: string;
  value: string | number;
}

/** One column of a rule; `type` is the platform's word for how its values are entered. */
export interface RuleColumn {
  name?: string;
  type?: string;
  /** Empty for what is typed. */
  choices: Choice[];
}

export interface RuleColumns {
  columns: { lhs: RuleColumn; operator: RuleColumn; rhs: RuleColumn };
}

export type FieldKind =
  /** Changed by `field-typed`. */
  | { type: "text" | "textarea" | "date" | "number" | "url" | "email" | "json" }
  /** Changed by `field-chosen`, as all that follow: the value, or a list of values if `multiple`. */
  | { type: "select"; choices: Choice[]; multiple: boolean }
  /** `{left: right}`; free text where `right` is absent. */
  | { type: "map"; leftName?: string; left: Choice[]; rightName?: string; right?: Choice[]; multiple: boolean }
  /**
   * `{logic: "AND" | "OR", conditions: [{lhs, operator, rhs, type} | {logic, conditions}]}`. `sides`: what each left-hand
   * side in use can be compared with.
   */
  | ({ type: "rule_engine"; sides: ({ lhs: JsonValue } & Loadable<RuleColumns>)[] } & RuleColumns)
  /** Newer than this version: to be shown, never changed. */
  | { type: "unknown"; typeName: string };

export type ConfigField = FieldKind & {
  id: string;
  /** Id of the workflow that it belongs to. With `id` it addresses the field. */
  workflow?: string;
  name: string;
  required: boolean;
  editable: boolean;
  help?: string;
  placeholder: string;
  /** What counts now: the edit, else what is saved. Absent while there is none, or while `text` is no value. */
  value?: JsonValue;
  /** What was typed for a number or JSON. */
  text?: string;
  /** Whether choices are there: `waiting` for the field that they depend on; `options-retried` after `failed`. */
  options: "ready" | "waiting" | "loading" | "failed";
  /** Of `options: "failed"`. */
  failure?: Failure;
};

export interface ConfigFault {
  field: string;
  workflow?: string;
  kind: InputFault | "not_a_date" | "not_json" | "incomplete";
  message?: string;
}

export interface Configuration {
  /** The platform's id, where an app can have several. */
  configId?: string;
  /** Ids of the app's configurations: `config-chosen` while not `dirty`. */
  configs: string[];
  /** `workflows`: the page of all switches. `part` counts from 1 the parts of a long page, 0 if it is whole. */
  pages: { title?: string; workflows?: true; part: number }[];
  /** Index of the page that `sections` are of. */
  page: number;
  sections: {
    workflow?: { id: string; name: string; description?: string; enabled: boolean };
    fields: ConfigField[];
  }[];
  /** On any page. */
  faults: ConfigFault[];
  dirty: boolean;
  /** Leaving was asked for while `dirty`: `save`, `leave-confirmed` or `leave-declined`. */
  leaving: boolean;
  saving: { status: "idle" | "busy" | "saved" | "failed"; failure?: Failure };
  removal?: Removal;
}

export interface Run {
  id: string;
  name: string;
  /** `running`, `completed`, `failed`, or a state newer than this version. */
  state: string;
  /** ISO 8601. */
  startedAt: string;
  error?: string;
}

/** One screen each, with the events that it takes besides `back`. */
export type Screen =
  /** `app-chosen`, `search-changed`, `category-chosen`; `retry` if the apps could not be loaded. */
  | { name: "list" }
  /** `connect-chosen`, `disconnect-chosen` and what follows, `configure`, `runs`. */
  | { name: "app"; app: string; removal?: Removal & { authType: AuthType } }
  /** Tell what connecting allows. `consent-given`, in the click itself: it opens the provider's window. */
  | { name: "consent"; app: string; authType: AuthType }
  /** The method's fields: `fields-submitted`. `framed`: they are in the isolated frame, see `showFrame`. */
  | {
      name: "credentials" | "prerequisites";
      app: string;
      authType: AuthType;
      framed: boolean;
      busy: boolean;
      failure?: Failure;
      errors: InputError[];
    }
  /** `cancel`, `check-now`; `open-again`, in a click, when `blocked` or `unfinished`. */
  | {
      name: "waiting";
      app: string;
      stage: "preparing" | "signing-in" | "signing-in-long" | "blocked" | "checking" | "unfinished";
    }
  /** `done`, `configure`. */
  | { name: "connected"; app: string; account: Account }
  /** `field-typed`, `field-chosen`, `workflow-switched`, `page-chosen`, `save`, `discard`, `delete-chosen`, `retry`. */
  | ({ name: "configure"; app: string } & Loadable<Configuration>)
  /** `runs-page-chosen`, `runs-workflow-chosen`, `retry`. The page counts from 1. */
  | ({ name: "runs"; app: string; workflow: string; workflows: { id: string; name: string }[] } & Loadable<{
      page: number;
      pages: number;
      runs: Run[];
    }>)
  /** Connecting failed: `retry`, in a click. */
  | { name: "error"; app: string; authType: AuthType; failure: Failure };

export interface ReadyState {
  status: "ready";
  session: {
    /** `ended`: nothing else should be shown. `failed`, and `ended` because nobody was signed in: `retrySession()`. */
    line: "quiet" | "renewing" | "retrying" | "failed" | "ended";
    /** The platform's test environment. */
    testMode: boolean;
    /** Show nothing: what the state has may be another user's, until a token says whose it is. */
    covered: boolean;
  };
  online: boolean;
  search: string;
  category?: string;
  /** What the platform calls the organisation that asks. */
  organisation?: string;
  /** Slug of the only app to show. */
  pinned?: string;
  /** The same object as before while the list is the same. */
  apps: Loadable<{ items: App[] }>;
  screen: Screen;
}

/** Plain data that can be stored and compared. It never has a session token, an address for signing in or a typed key. */
export type FlowState = { status: "loading" } | { status: "failed"; failure: Failure } | ReadyState;

type FieldAddress = { field: string; workflow?: string };

/** What the user did. An event that the screen shown does not take changes nothing. */
export type FlowEvent =
  | { type: "search-changed"; search: string }
  /** Without a category: all. */
  | { type: "category-chosen"; category?: string }
  | { type: "app-chosen"; app: string }
  | { type: "back" }
  | { type: "connect-chosen"; authType: AuthType }
  | { type: "consent-given" }
  /** By field name; a list for fields that are `multiple`. Checked, sent, and wiped; never part of a state. */
  | { type: "fields-submitted"; values: Record<string, string | string[]> }
  | { type: "open-again" }
  | { type: "check-now" }
  | { type: "cancel" }
  | { type: "disconnect-chosen"; authType: AuthType }
  | { type: "disconnect-confirmed" }
  | { type: "disconnect-declined" }
  /** Also after `status: "failed"`, where it loads again. */
  | { type: "retry" }
  | { type: "done" }
  | { type: "configure" }
  | { type: "runs" }
  | ({ type: "field-typed"; text: string } & FieldAddress)
  | ({ type: "field-chosen"; value: JsonValue } & FieldAddress)
  | { type: "workflow-switched"; workflow: string; enabled: boolean }
  | { type: "config-chosen"; config: string }
  | { type: "page-chosen"; page: number }
  | ({ type: "options-retried" } & FieldAddress)
  | { type: "save" }
  | { type: "discard" }
  | { type: "leave-confirmed" }
  | { type: "leave-declined" }
  | { type: "delete-chosen" }
  | { type: "delete-confirmed" }
  | { type: "delete-declined" }
  | { type: "runs-page-chosen"; page: number }
  | { type: "runs-workflow-chosen"; workflow: string };

/** Those of the component that are not about its look. */
export type HeadlessOptions = Omit<ConnectFlowOptions, "density" | "autofocus" | "platformName">;

/** The flow that the built-in interface shows, without it. Its events are those of the element. */
export interface HeadlessFlow extends ConnectFlowEventTarget {
  readonly state: FlowState;
  /** Calls back with the state now and with each that follows, in a microtask. Returns what ends that. */
  subscribe(listener: (state: FlowState) => void): () => void;
  /**
   * Call it in the user's click itself: a browser lets a window open only there.
   * @throws {Error & { code: "invalid_option" }} for an event that there is not
   */
  send(event: FlowEvent): void;
  /**
   * For a screen that is `framed`: an `iframe` of yours, in the page and without `src`. The component fills it, sets its
   * height and answers by states; give it `null` before you take it away.
   */
  showFrame(iframe: HTMLIFrameElement | null): void;
  update(changes: Partial<LiveOptions>): void;
  setSessionToken(offer: SessionTokenOffer | null): void;
  /** Asks the host for a token now. */
  retrySession(): void;
  /** Wipes the token and ends the session. */
  end(options?: EndOptions): void;
  /** Ends everything; no state and no event follow. */
  close(): void;
}

/** Begins at once: loads the component, asks for a token, then for the apps. */
export function createConnectFlow(options: HeadlessOptions): HeadlessFlow;
