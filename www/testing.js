// The entry for tests of a host: a platform in the page's memory, scripted faults, and a clock to let sessions expire.

import { loads } from "./life.js";

/** By origin. @type {Map<string, FakePlatform>} */
const served = new Map();
let hooked = false;

/** The component keeps the `fetch` that it finds when it is loaded: this one must be there by then, and stays. */
function hook() {
  if (hooked) return;
  if (loads()) throw Error("connect-flow is loaded already: create the fake platform before the first mount");
  const { fetch } = globalThis;
  globalThis.fetch = (request, init) => {
    const url = new URL(request.url ?? request, globalThis.location?.href);
    const platform = served.get(url.origin);
    return platform ? platform.answer(new Request(request, init), url) : fetch.call(globalThis, request, init);
  };
  hooked = true;
}

const json = (body, status = 200) =>
  Response.json(body, { status, headers: { Date: new Date(Date.now()).toUTCString() } });
const refuse = (status, error_code, message) => json({ status_code: status, error_code, message }, status);
const MISSING = () => refuse(404, "NOT_FOUND", "not found");

const APPS = [
  { slug: "crm", name: "Example CRM", authType: "oauth2" },
  {
    slug: "payroll",
    name: "Example Payroll",
    authType: "keybased",
    fields: [{ name: "api_key", label: "API key", type: "password", required: true, placeholder: "" }],
  },
];

const CONFIG = "/api/v2/f-sdk/slug/([^/]+)/config(?:/(.+))?";

/** The platform's routes: method, path, and what answers. A part in parentheses is an argument. */
const ROUTES = [
  ["GET", "/api/v2/f-sdk/application", ({ apps }) => [...apps.values()].map(application)],
  ["GET", "/api/v2/f-sdk/application/(.+)", ({ apps }, _, slug) => apps.has(slug) && application(apps.get(slug))],
  ["GET|POST", "/api/v1/([^/]+)/integrate", integrate],
  ["POST", "/api/v2/app/(.+)/save", save],
  ["DELETE", "/api/v1/linked-acc/integration/(.+)", disconnect],
  ["POST", "/api/v2/f-sdk/config", ({ apps }, { slug, config_id: id, labels }) => config(apps.get(slug), id, labels)],
  ["PUT", "/api/v2/f-sdk/config", ({ apps }, body) => configure(apps.get(body.slug), body)],
  ["GET", CONFIG, ({ apps }, _, slug, id) => config(apps.get(slug), id, [], false)],
  ["DELETE", CONFIG, ({ apps }, _, slug, id) => forget(apps.get(slug), id)],
  ["GET", "/api/v2/public/execution", () => ({ docs: [], totalDocs: 0, limit: 10, page: 1, totalPages: 1 })],
  ["GET", "/api/v2/public/session/active-linked-account", () => ({ linked_account_id: "fake" })],
  ["POST", "/api/v2/public/session-token/revoke", revoke],
  ["GET", "/api/v3/org/basics", ({ name }) => ({ name })],
].map(([methods, path, act]) => [methods.split("|"), RegExp(`^${path}$`), act]);

function application({ slug, name = slug, description, authType, fields = [], scopes, accounts }) {
  return {
    app_id: slug, slug, name, description, scopes, tags: [], type: "app",
    auth_type: authType,
    auth_type_options: { [authType]: fields },
    connected: accounts.length > 0 || undefined,
    reauth_required: accounts.some(({ status }) => status === "expired"),
    connected_accounts: accounts,
  };
}

function revoke(platform) {
  platform.expire();
  return { success: true, revoked_count: 1 };
}

function integrate({ apps, apiUrl }, _, slug) {
  return apps.has(slug) && { auth_url: `${apiUrl}/authorize/${slug}` };
}

function save(platform, { auth_type, ...values }, slug) {
  const app = platform.apps.get(slug);
  const refusal = app?.refuse?.(values);
  if (refusal) return refuse(500, "APP_ERROR", refusal);
  platform.connect(slug);
  return { success: true };
}

function disconnect({ apps }, _, slug) {
  if (!apps.get(slug)?.accounts.length) return undefined;
  apps.get(slug).accounts = [];
  return { success: true };
}

function config(app, id = "default", labels = [], create = true) {
  if (!app || !(create || app.configs.has(id))) return undefined;
  if (!app.configs.has(id)) app.configs.set(id, structuredClone({ fields: [], workflows: [], ...app.config }));
  const { fields, workflows } = app.configs.get(id);
  const shown = fields.map((field) => (field.field_type === "map" && labels.length ? { ...field, labels } : field));
  return { slug: app.slug, config_id: id, field_errors: [], fields: shown, workflows };
}

function configure(app, { config_id, fields = {}, workflows = [] }) {
  const current = config(app, config_id);
  if (!current) return undefined;
  const merge = (list, values) => {
    for (const field of list) if (Object.hasOwn(values, field.id)) field.value = values[field.id];
  };
  const kept = app.configs.get(current.config_id);
  merge(kept.fields, fields);
  for (const { id, enabled, fields } of workflows) {
    const workflow = kept.workflows.find((workflow) => workflow.id === id);
    if (workflow) merge(Object.assign(workflow, { enabled }).fields ?? [], fields ?? {});
  }
  return config(app, config_id);
}

function forget(app, id = "default") {
  return app?.configs.delete(id) ? { message: "deleted" } : undefined;
}

/** What `createFakePlatform` makes: testing.d.ts says how it is used. */
class FakePlatform {
  /** Tokens given out, and when each ends by the page's clock. @type {Map<string, number>} */
  #tokens = new Map();
  #steps = [];
  #connections = 0;
  requests = [];
  asks = [];
  signedIn = true;
  provider = "allow";

  constructor({ apiUrl = "https://platform.test", name = "Example Platform", lifetime = 900, apps = APPS } = {}) {
    Object.assign(this, { apiUrl, name, lifetime });
    const own = (app) => ({ authType: "oauth2", ...app, accounts: [], configs: new Map() });
    this.apps = new Map(apps.map((app) => [app.slug, own(app)]));
    for (const { slug, connected } of apps) if (connected) this.connect(slug);
    hook();
    served.set(new URL(apiUrl).origin, this);
  }

  get options() {
    return {
      apiUrl: this.apiUrl,
      inlineCredentials: true,
      getSessionToken: async ({ reason } = {}) => {
        this.asks.push(reason);
        return this.signedIn ? this.mint() : null;
      },
      openUrl: (url) => this.#open(url),
    };
  }

  mint() {
    const token = `fake-session-${crypto.randomUUID()}`;
    this.#tokens.set(token, Date.now() + this.lifetime * 1000);
    return { token, expires_in: this.lifetime };
  }

  expire() {
    this.#tokens.clear();
  }

  connect(slug, { identifier = "demo@example.com", status = "active" } = {}) {
    const app = this.apps.get(slug);
    if (!app) throw Error(`no app ${slug}`);
    const connection_id = `connection-${++this.#connections}`;
    const connectedAt = new Date(Date.now() + this.#connections).toISOString();
    app.accounts = [{ identifier, status, connection_id, connectedAt, auth_type: app.authType }];
  }

  disconnect(slug) {
    this.apps.get(slug).accounts = [];
  }

  script(...steps) {
    this.#steps.push(...steps.map((step) => ({ times: 1, ...step })));
  }

  remove() {
    served.delete(new URL(this.apiUrl).origin);
  }

  /** The provider's login page, with nobody in front of it. */
  #open(url) {
    const slug = decodeURIComponent(new URL(url).pathname.split("/").pop());
    if (this.provider === "block") throw Error("blocked");
    if (this.provider === "allow") this.connect(slug);
  }

  /** @param {Request} request @param {URL} url */
  async answer(request, { pathname, search }) {
    const { method, signal } = request;
    const text = await request.text();
    const body = text ? JSON.parse(text) : {};
    this.requests.push({ method, path: pathname + search, body });
    const wanted = `${method} ${pathname}`;
    const step = this.#steps.find(({ times, on = "" }) => times > 0 && wanted.startsWith(on));
    if (step) {
      step.times -= 1;
      await step.before?.(this);
      if (step.delayMs) await pause(step.delayMs, signal);
      if (step.fail) throw TypeError("the fake network failed");
      if (step.status) return json(step.body ?? { status_code: step.status }, step.status);
    }
    const [, token] = (request.headers.get("authorization") ?? "").split("Bearer ");
    if (!(this.#tokens.get(token) > Date.now())) return refuse(401, "INVALID_TOKEN", "Invalid token");
    for (const [methods, pattern, act] of ROUTES) {
      const match = methods.includes(method) && pattern.exec(pathname);
      if (!match) continue;
      const found = act(this, body, ...match.slice(1).map((part) => part && decodeURIComponent(part)));
      return found instanceof Response ? found : found ? json(found) : MISSING();
    }
    return refuse(501, "NOT_FAKED", `the fake platform has no ${wanted}`);
  }
}

const pause = (ms, signal) =>
  new Promise((done, fail) => {
    setTimeout(done, ms);
    signal.addEventListener("abort", () => fail(signal.reason));
  });

/** @type {typeof import("./testing.js").createFakePlatform} */
export function createFakePlatform(options) {
  return new FakePlatform(options);
}

/** @type {typeof import("./testing.js").createClock} */
export function createClock() {
  const real = { wall: Date.now, steady: performance.now };
  let ahead = 0;
  Date.now = () => real.wall.call(Date) + ahead;
  performance.now = () => real.steady.call(performance) + ahead;
  return {
    advance(ms) {
      ahead += ms;
      globalThis.dispatchEvent?.(new Event("focus"));
    },
    restore() {
      Date.now = real.wall;
      // It came from the prototype.
      delete performance.now;
    },
  };
}
