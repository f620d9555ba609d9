// Where components meet a hostile platform: the sandbox behind a proxy that spoils its answers, a server for the pages,
// and a trap at an origin that nobody has a reason to ask.
import { Agent, createServer, request } from "node:http";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { Sandbox } from "../harness/sandbox.js";
import { chance, pick, seedOf } from "../pages/random.js";
import { mutate } from "./mutate.js";

const SITE = process.env.CONNECT_FLOW_SITE ?? fileURLToPath(new URL("../../target/site", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** How many of a session's answers are spoilt: some sessions get far, some nowhere. */
const LEVELS = [0.06, 0.15, 0.3, 0.6];
/** Those that users choose on purpose, and how many others there are in most sessions. */
const CHOSEN = ["harbor-crm", "ferry-desk"];
const OTHERS = 6;
/**
 * Every eighth session has all apps, with icons of its own, spoilt as anything. The others have a few, whose icons are the
 * same for all: nine in ten requests would be for icons otherwise, which reach no code of the component.
 */
const isWhole = (seed) => (seed >>> 2) % 8 === 0;

async function listen(handle, host = "127.0.0.1") {
  const server = createServer((incoming, outgoing) => {
    Promise.resolve(handle(incoming, outgoing)).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, origin: `http://${host}:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}` };
}

async function bodyOf(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

export class Stage {
  /** Requests that should not have been made, of any origin. @type {string[]} */
  trapped = [];
  /** Signs somebody in at that address; nobody does, unless told. @type {(address: string) => unknown} */
  post = () => {};
  /** Answers that were spoilt. */
  spoilt = 0;
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #servers = [];
  /** Questions so far, by session and address, so that the same question of the same session has the same fate. */
  #asked = new Map();
  #healed = new Set();
  #known = new Set();
  #policy;

  /** @param {(seed: number, request: string) => boolean} [spoils] whether answers are spoilt at all */
  static async start(spoils = () => true) {
    const stage = new Stage();
    stage.spoils = spoils;
    stage.sandbox = await Sandbox.start();
    const trap = await listen((incoming, outgoing) => {
      stage.trapped.push(`${incoming.method} ${incoming.url}`);
      outgoing.writeHead(200, { "access-control-allow-origin": "*" }).end();
    });
    stage.trap = trap.origin;
    const proxy = await listen((incoming, outgoing) => stage.#platform(incoming, outgoing));
    stage.platform = proxy.origin;
    const pages = await listen((incoming, outgoing) => stage.#page(incoming, outgoing), "localhost");
    stage.pages = pages.origin;
    stage.#servers = [trap, proxy, pages];
    const policy = (await fetch(`${stage.sandbox.host}/host.html`)).headers.get("content-security-policy");
    stage.#policy = policy.replaceAll(stage.sandbox.platform, stage.platform);
    return stage;
  }

  async stop() {
    for (const { server } of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
    this.#agent.destroy();
    await this.sandbox.stop();
  }

  /** A session token of an account that is made for it, with one app connected already. */
  async mint(account) {
    const json = (path, body, headers = {}) =>
      fetch(this.sandbox.platform + path, {
        method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body),
      });
    if (!this.#known.has(account)) {
      this.#known.add(account);
      const made = await json("/test/connections", { linked_account_id: account, slug: "harbor-crm", status: "active" });
      if (!made.ok) throw new Error(`the sandbox answered ${made.status}: ${await made.text()}`);
    }
    const path = "/api/v2/public/session-token?force_refresh=true";
    const answer = await json(path, { linked_account_id: account }, { "x-api-key": Sandbox.apiKey });
    const { token, expires_in } = await answer.json();
    return { token, expires_in };
  }

  async #page(incoming, outgoing) {
    const { pathname, searchParams } = new URL(incoming.url, this.pages);
    const json = (value) => outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (pathname === "/stage") return json({ platform: this.platform, trap: this.trap });
    if (pathname === "/mint") return json(await this.mint(searchParams.get("account")));
    if (pathname === "/sign-in") {
      this.post(searchParams.get("to"));
      return outgoing.writeHead(204).end();
    }
    if (pathname === "/api/csp-reports") {
      this.trapped.push(`a report: ${await bodyOf(incoming)}`);
      return outgoing.writeHead(204).end();
    }
    try {
      const file = await readFile(`${SITE}/${basename(pathname)}`);
      const policy = searchParams.get("csp") === "off" ? {} : { "content-security-policy": this.#policy };
      const type = TYPES[extname(pathname)] ?? "application/octet-stream";
      return outgoing.writeHead(200, { "content-type": type, "cache-control": "max-age=600", ...policy }).end(file);
    } catch {
      // What is not a file of the site was asked for by somebody whom the platform has misled.
      this.trapped.push(`${incoming.method} ${incoming.url} of the page's own origin`);
      return outgoing.writeHead(404).end();
    }
  }

  async #platform(incoming, outgoing) {
    const heal = /^\/heal\/(\d+)$/.exec(incoming.url);
    if (heal) {
      this.#healed.add(Number(heal[1]));
      return outgoing.writeHead(204, { "access-control-allow-origin": "*" }).end();
    }
    const [, digits, path] = /^\/s\/(\d+)(\/.*)$/.exec(incoming.url) ?? [];
    // An icon's address may be anything of the platform's own origin.
    if (!path) return incoming.url.startsWith("/icons/") ? this.#icon(incoming, outgoing) : outgoing.writeHead(404).end();
    const seed = Number(digits);
    const question = `${incoming.method} ${path}`;
    const answer = await this.#forward(incoming, path, seed);
    const asked = this.#count(seed, question);
    const next = chance(seedOf(`${seed} ${question} ${asked}`));
    const spoils = !this.#healed.has(seed) && this.spoils(seed, question) && next() < this.#share(seed, incoming.method);
    if (spoils) this.spoilt += 1;
    const spoilt = spoils ? mutate(answer, next, `${this.trap}/session-${seed}`) : { ...answer, headers: {}, way: "at once" };
    // No page can forbid an image to follow a redirect, except by its policy.
    if (path.startsWith("/icons/")) delete spoilt.headers.location;
    return this.#send(outgoing, answer.headers, spoilt);
  }

  async #icon(incoming, outgoing) {
    const answer = await this.#forward(incoming, incoming.url, 0);
    return this.#send(outgoing, { ...answer.headers, "cache-control": "max-age=3600" }, { ...answer, headers: {}, way: "at once" });
  }

  #share(seed, method) {
    const share = LEVELS[seed % LEVELS.length];
    return method === "OPTIONS" ? share / 8 : share;
  }

  #count(seed, question) {
    const of = this.#asked.get(seed) ?? new Map();
    this.#asked.set(seed, of);
    const count = (of.get(question) ?? 0) + 1;
    of.set(question, count);
    return count;
  }

  /** The sandbox's answer to a session, with its addresses for those of the proxy. */
  async #forward(incoming, path, seed) {
    const { hostname, port } = new URL(this.sandbox.platform);
    const body = await bodyOf(incoming);
    const headers = { ...incoming.headers, host: `${hostname}:${port}`, "accept-encoding": "identity" };
    const answer = await new Promise((done, fail) => {
      const onward = request({ hostname, port, path, method: incoming.method, headers, agent: this.#agent }, done);
      onward.once("error", fail);
      onward.end(body);
    });
    const text = await bodyOf(answer);
    const isText = /json/.test(answer.headers["content-type"] ?? "");
    const own = isText ? Buffer.from(this.#here(text.toString("utf8"), path, seed)) : text;
    return { status: answer.statusCode, headers: answer.headers, body: own };
  }

  #here(text, path, seed) {
    const base = `${this.platform}/s/${seed}`;
    if (isWhole(seed)) return text.replaceAll(this.sandbox.platform, base);
    const own = text.replaceAll(`${this.sandbox.platform}/icons/`, `${this.platform}/icons/`).replaceAll(this.sandbox.platform, base);
    if (path.split("?")[0] !== "/api/v2/f-sdk/application") return own;
    const apps = JSON.parse(own);
    if (!Array.isArray(apps)) return own;
    const next = chance(seedOf(`${seed} apps`));
    const kept = new Set(CHOSEN);
    while (kept.size < Math.min(CHOSEN.length + OTHERS, apps.length)) kept.add(pick(next, apps).slug);
    return JSON.stringify(apps.filter(({ slug }) => kept.has(slug)));
  }

  async #send(outgoing, before, { status, headers, body, way }) {
    if (way === "dropped") return outgoing.destroy();
    const all = { ...before, ...headers };
    for (const name of ["connection", "keep-alive", "transfer-encoding", "content-length"]) delete all[name];
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    const bodiless = status === 204 || status === 205 || status === 304;
    outgoing.writeHead(status, bodiless ? all : { ...all, "content-length": body.length });
    if (bodiless || way === "at once") return outgoing.end(bodiless ? undefined : body);
    const half = Math.floor(body.length / 2);
    outgoing.write(body.subarray(0, half));
    if (way === "slowly") {
      const step = Math.ceil((body.length - half) / 12) || 1;
      for (let at = half; at < body.length && !outgoing.destroyed; at += step) {
        await sleep(20);
        outgoing.write(body.subarray(at, at + step));
      }
      return outgoing.end();
    }
    // Stalled: whoever asked has to give up.
    await sleep(way === "cut" ? 20 : 30_000, undefined, { ref: false });
    return outgoing.destroy();
  }
}
