// The two servers that a page with the component talks to, both the test's own: they keep every request as it came.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Sandbox } from "../harness/sandbox.js";
import { accountId, apiKey, Canaries, sessionToken, thirdPartyToken } from "./canaries.js";

const RRWEB = fileURLToPath(new URL("../node_modules/rrweb/dist/rrweb.umd.min.cjs", import.meta.url));
const TYPES = { ".js": "text/javascript", ".html": "text/html", ".css": "text/css", ".wasm": "application/wasm" };
const JSON_TYPE = { "content-type": "application/json" };

/** What a careful page sends, but for the three lists that would stop a leak before it shows. */
const POLICY =
  "default-src *; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src * data:; connect-src * ws:; " +
  "frame-src *; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
const strict = (platform) =>
  `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: ${platform}; ` +
  `connect-src 'self' ${platform}; frame-src 'self' ${platform}; base-uri 'none'; form-action 'self'; ` +
  "frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/**
 * @typedef {{ to: "host" | "platform" | "elsewhere", method: string, url: string, headers: Record<string, string>,
 *   body: string }} Received
 */

/** A host, a platform in front of the sandbox's, and an origin that nobody has business with. */
export class Stage {
  canaries = new Canaries();
  /** @type {Received[]} */
  received = [];
  /** What recorders in pages and frames handed over: `{sink, what, text}`. */
  records = [];
  /** The bytes of memories that were handed over. @type {Buffer[]} */
  memories = [];
  /** Session tokens given out, oldest first. @type {string[]} */
  tokens = [];
  /** Tokens that the platform answers with 401. @type {Set<string>} */
  dead = new Set();
  /**
   * How the host answers `/mint`; `kind`: an API `key`, a token with `more` beside it, an `html` page.
   * @type {{ lifetime: number, status?: number, kind?: "key" | "more" | "html" | "attribute" }}
   */
  minting = { lifetime: 900 };
  /** Part of a served file that is another: `{file, from, to}`. */
  replacement;
  /** What was replaced indeed. */
  replaced = 0;
  #site;
  #servers = [];
  #account = accountId();
  #key = "";
  #real = "";

  /** @param {string} site the directory of pages */
  static async start(site) {
    const stage = new Stage();
    stage.#site = site;
    const key = (stage.#key = stage.canaries.add("CAN_APIKEY", apiKey()));
    stage.thirdParty = stage.canaries.add("CAN_3P", thirdPartyToken());
    stage.sandbox = await Sandbox.start(["--token-lifetime", "7000000", "--frame-pages", site], { CONNECT_API_KEY: key });
    stage.#real = stage.canaries.add("CAN_REAL", await realToken(stage.sandbox));
    stage.host = `http://localhost:${await stage.#listen("host", stage.#host)}`;
    stage.platform = `http://127.0.0.1:${await stage.#listen("platform", stage.#platform)}`;
    stage.elsewhere = `http://127.0.0.1:${await stage.#listen("elsewhere", stage.#elsewhere)}`;
    return stage;
  }

  async stop() {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
    await this.sandbox.stop();
  }

  /** As after the start, but for the secrets that are known. */
  async reset() {
    await this.sandbox.clearSwitches();
    await this.sandbox.resetAccounts();
    this.minting = { lifetime: 900 };
    this.replacement = undefined;
    this.replaced = 0;
    this.dead.clear();
    for (const list of [this.received, this.records, this.memories, this.tokens]) list.length = 0;
  }

  async #listen(to, handle) {
    const server = createServer(async (request, response) => {
      try {
        const parts = [];
        for await (const part of request) parts.push(part);
        const body = Buffer.concat(parts);
        const { method, url, headers } = request;
        if (url.startsWith("/leak/")) return this.#handed(url, body, response);
        this.received.push({ to, method, url, headers, body: body.toString("latin1") });
        await handle.call(this, { method, url, headers, body }, response);
      } catch (problem) {
        response.writeHead(500).end(problem.message);
      }
    });
    this.#servers.push(server);
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    return server.address().port;
  }

  #handed(url, body, response) {
    if (url === "/leak/memory") this.memories.push(body);
    else this.records.push(...JSON.parse(body.toString()));
    response.writeHead(204).end();
  }

  async #host({ method, url }, response) {
    const { pathname, searchParams } = new URL(url, this.host);
    if (pathname === "/mint" && method === "POST") return this.#mint(response);
    if (method !== "GET") return response.writeHead(204).end();
    const file = pathname === "/rrweb.js" ? RRWEB : join(this.#site, pathname === "/" ? "leak.html" : pathname);
    let content = await readFile(file).catch(() => undefined);
    if (!content) return response.writeHead(404).end();
    if (this.replacement?.file === pathname.slice(1)) content = this.#replace(content);
    response.writeHead(200, {
      "content-type": TYPES[extname(pathname)] ?? "application/octet-stream",
      "content-security-policy": searchParams.has("strict") ? strict(this.platform) : POLICY,
      "cache-control": "no-store",
      ...(extname(pathname) === ".html" && { "set-cookie": "host=signed-in; HttpOnly; SameSite=Lax" }),
    });
    response.end(content);
  }

  #replace(content) {
    const { file, from, to } = this.replacement;
    const text = content.toString();
    if (text.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
    this.replaced += 1;
    return text.replace(from, () => to);
  }

  #mint(response) {
    const { lifetime, status, kind } = this.minting;
    if (status) return response.writeHead(status).end();
    if (kind === "key") return response.writeHead(200, JSON_TYPE).end(JSON.stringify({ token: this.#key }));
    if (kind === "html") return response.writeHead(200, { "content-type": "text/html" }).end(`<p>${this.#key}`);
    const minted = sessionToken(lifetime, this.#account);
    const token = this.canaries.addToken(`CAN_SESSION${this.tokens.length + 1}`, minted);
    this.tokens.push(token);
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-store" });
    const more = kind === "more" && { refresh_token: this.thirdParty, client_secret: this.#key };
    response.end(JSON.stringify({ token, expires_in: lifetime, ...more }));
  }

  /** Passes a request on to the sandbox's platform, with a token that works there, and its answer back with secrets. */
  async #platform({ method, url, headers, body }, response) {
    const allow = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": headers["access-control-request-headers"] ?? "*",
      "access-control-allow-methods": "*",
      "access-control-expose-headers": "date, retry-after, x-request-id",
    };
    if (method === "OPTIONS") return response.writeHead(204, allow).end();
    const token = headers.authorization?.replace(/^Bearer /, "");
    if (token && (this.dead.has(token) || !this.tokens.includes(token))) {
      const refusal = { status_code: 401, error_code: "INVALID_TOKEN", message: "the token is not valid" };
      return response.writeHead(401, { ...JSON_TYPE, ...allow }).end(JSON.stringify(refusal));
    }
    const forwarded = { ...(token && { authorization: `Bearer ${this.#real}` }) };
    for (const name of ["content-type", "slug"]) if (headers[name]) forwarded[name] = headers[name];
    const init = { method, headers: forwarded, redirect: "manual", ...(body.length && { body }) };
    const answer = await fetch(this.sandbox.platform + url, init);
    let content = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get("content-type") ?? "";
    if (type.includes("json") && answer.ok) content = this.#laden(content);
    if (url.startsWith("/frame.html")) content = recorded(content);
    if (this.replacement?.file === url.slice(1).split("?")[0]) content = this.#replace(content);
    const kept = ["content-type", "content-security-policy", "retry-after", "x-request-id", "referrer-policy"];
    const passed = kept.flatMap((name) => (answer.headers.has(name) ? [[name, this.#here(answer.headers.get(name))]] : []));
    response.writeHead(answer.status, { ...Object.fromEntries(passed), ...allow, "cache-control": "no-store" });
    response.end(content);
  }

  /** With a third party's token in every object, and the secrets of an address for signing in made known. */
  #laden(content) {
    const text = this.#here(content.toString());
    if (!text) return content;
    const secret = this.thirdParty;
    const add = (value) => {
      if (Array.isArray(value)) value.forEach(add);
      else if (value && typeof value === "object") {
        Object.values(value).forEach(add);
        Object.assign(value, { access_token: secret, refresh_token: secret });
      }
    };
    const answer = JSON.parse(text);
    if (answer.auth_url) {
      const { searchParams } = new URL(answer.auth_url);
      for (const name of ["state", "code_challenge"]) {
        if (searchParams.has(name)) this.canaries.add("CAN_STATE", searchParams.get(name));
      }
    }
    add(answer);
    return Buffer.from(JSON.stringify(answer));
  }

  /** The sandbox's platform is this one to a page. */
  #here(text) {
    return text.replaceAll(this.sandbox.platform, this.platform);
  }

  #elsewhere(_, response) {
    response.writeHead(200, { "access-control-allow-origin": "*", "access-control-allow-headers": "*" }).end();
  }
}

/** The frame's page, with the recorder in it before anything else. */
function recorded(content) {
  const place = '<script type="module"';
  const text = content.toString();
  if (!text.includes(place)) throw new Error("frame.html has no place for the recorder");
  return Buffer.from(text.replace(place, () => `<script src="leak-recorder.js"></script>${place}`));
}

/** As a page of the sandbox's own host gets one. */
async function realToken(sandbox) {
  const answer = await fetch(`${sandbox.host}/api/host`);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const { csrfToken } = await answer.json();
  const headers = { "x-csrf-token": csrfToken, cookie, origin: sandbox.host };
  const { token } = await (await fetch(`${sandbox.host}/api/session-token`, { method: "POST", headers })).json();
  return token;
}
