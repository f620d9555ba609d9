// One sandbox for one test file: three listeners on free ports, and the switches that tests turn.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createInterface } from "node:readline";

export const BINARY = process.env.CONNECT_FLOW_SANDBOX ?? here("../../target/debug/connect-flow-sandbox");
export const SITE = process.env.CONNECT_FLOW_SITE ?? here("../../target/site");
/** The platform takes the key that the host has at the start. */
export const API_KEY = "tk_0123456789abcdef0123456789abcdef";
const START_TIMEOUT = 20_000;
const LOG_LINES = 40;

function here(path) {
  return fileURLToPath(new URL(path, import.meta.url));
}

export class Sandbox {
  /** The key that the host mints with, at the start. */
  static apiKey = API_KEY;
  /** Origins, each with its own site or port. @type {string} */
  host = "";
  platform = "";
  provider = "";
  #child;
  #log = [];

  /**
   * @param {string[]} [options] further command-line options of the sandbox
   * @param {Record<string, string>} [env]
   * @returns {Promise<Sandbox>}
   */
  static async start(options = [], env = {}) {
    const sandbox = new Sandbox();
    const addresses = ["--host-addr", "--platform-addr", "--provider-addr"].flatMap((name) => [name, "127.0.0.1:0"]);
    // Tests mint far more often than a user does.
    const args = [...addresses, "--pages", SITE, "--frame-pages", SITE, "--test-mode", "--mint-limit", "100000", ...options];
    const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CONNECT_API_KEY: API_KEY, ...env } });
    sandbox.#child = child;
    process.on("exit", sandbox.#kill);
    createInterface({ input: child.stderr }).on("line", (line) => sandbox.#log.push(line));
    const line = await new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`the sandbox ${why}\n${sandbox.log()}`));
      const timer = setTimeout(() => fail(`was not up after ${START_TIMEOUT} ms`), START_TIMEOUT);
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("error", (error) => fail(`did not start: ${error.message}`));
      child.once("exit", (code) => fail(`ended with ${code}`));
      child.once("spawn", () => timer.unref());
    });
    const { host, platform, provider } = JSON.parse(line);
    return Object.assign(sandbox, { host, platform, provider });
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#kill();
    await ended;
    process.off("exit", this.#kill);
  }

  #kill = () => this.#child.kill("SIGTERM");

  /** The last lines of the sandbox's log. */
  log() {
    return this.#log.slice(-LOG_LINES).join("\n");
  }

  /** All of the sandbox's log. */
  wholeLog() {
    return this.#log.join("\n");
  }

  /** Ends what one test set, so that the next starts from the same state. */
  async reset() {
    await this.#call(this.platform, "DELETE", "/test/switches");
    await this.#call(this.platform, "DELETE", "/test/requests");
    await this.resetAccounts();
    await this.#call(this.host, "POST", "/api/test/mint", { mode: "ok" });
    await this.#call(this.host, "DELETE", "/api/csp-reports");
    await this.setApiKey();
  }

  /** Connections and configurations as after a start. */
  resetAccounts() {
    return this.#call(this.platform, "POST", "/test/accounts/reset", {});
  }

  /**
   * Turns a fault on, in place of those before. sandbox/README.md says what each does.
   * @param {{ latency_ms?: number, status?: number, body?: string, drop?: boolean | "before" | "after",
   *   match?: { method?: string, path?: string }, times?: number, retry_after?: number | string,
   *   cors_headers_off?: boolean, provider_coop?: string, date_header_off?: boolean }} switches
   */
  setSwitches(switches) {
    return this.#call(this.platform, "POST", "/test/switches", switches);
  }

  clearSwitches() {
    return this.#call(this.platform, "DELETE", "/test/switches");
  }

  /** Every outstanding session token dies now. */
  expireTokens() {
    return this.#call(this.platform, "POST", "/test/tokens", { action: "expire" });
  }

  revokeTokens() {
    return this.#call(this.platform, "POST", "/test/tokens", { action: "revoke" });
  }

  /** The lifetime of tokens minted from now on. @param {number} seconds */
  setLifetime(seconds) {
    return this.#call(this.platform, "POST", "/test/lifetime", { seconds });
  }

  /** How the host backend answers a request for a token. @param {string} mode @param {number} [times] */
  setMint(mode, times) {
    return this.#call(this.host, "POST", "/api/test/mint", { mode, times });
  }

  /** The API key the host backend uses from now on, until the next reset. @param {string} [key] its own again */
  setApiKey(key = API_KEY) {
    return this.#call(this.host, "POST", "/api/test/api-key", { key });
  }

  /**
   * What the platform was asked since the last reset, oldest first.
   * @returns {Promise<{ time_ms: number, method: string, path: string, query: string | null, headers: Record<string, string> }[]>}
   */
  requests() {
    return this.#call(this.platform, "GET", "/test/requests");
  }

  /** Violations of the page's Content-Security-Policy that browsers reported. @returns {Promise<unknown[]>} */
  cspReports() {
    return this.#call(this.host, "GET", "/api/csp-reports");
  }

  async #call(origin, method, path, body) {
    const init = body === undefined ? { method } : { method, headers: json(origin), body: JSON.stringify(body) };
    const answer = await fetch(origin + path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return text && (answer.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : undefined;
  }
}

function json(origin) {
  return { "content-type": "application/json", origin };
}
