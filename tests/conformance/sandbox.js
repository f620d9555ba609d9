// A spawned sandbox for tests that need no browser, and what a browser would do at its login pages.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program =
  process.env.CONNECT_FLOW_SANDBOX ??
  fileURLToPath(new URL("../../target/debug/connect-flow-sandbox", import.meta.url));

/** Starts a sandbox on free ports; `stop()` ends it and fails unless it ended well. */
export const startSandbox = (...args) => startSandboxWith({}, ...args);

/** The same, with variables of the environment. @param {Record<string, string>} env */
export async function startSandboxWith(env, ...args) {
  const addresses = ["host", "platform", "provider"].flatMap((name) => [`--${name}-addr`, "127.0.0.1:0"]);
  const child = spawn(program, [...addresses, ...args], { stdio: ["ignore", "pipe", "inherit"], env: { ...process.env, ...env } });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const early = exit.then(([code]) => Promise.reject(new Error(`sandbox ended with ${code}`)));
  early.catch(() => {});
  const ready = await Promise.race([once(lines, "line"), early]);
  return {
    ...JSON.parse(ready[0]),
    async stop() {
      child.kill("SIGTERM");
      const [code] = await exit;
      if (code !== 0) throw new Error(`sandbox ended with ${code}`);
    },
  };
}

/** A session token of the demo user, as a page of the host gets it. */
export async function sessionToken(sandbox) {
  const visit = await fetch(`${sandbox.host}/api/host`);
  const { csrfToken } = await visit.json();
  const answer = await fetch(`${sandbox.host}/api/session-token`, {
    method: "POST",
    headers: { cookie: visit.headers.getSetCookie()[0].split(";")[0], "x-csrf-token": csrfToken, origin: sandbox.host },
  });
  if (!answer.ok) throw new Error(`minting answered ${answer.status}`);
  return (await answer.json()).token;
}

/** Follows redirects and fills in forms, keeping cookies by origin: a browser without scripts. */
export class Visitor {
  #cookies = new Map();

  /** The last page that was no redirect: `{url, status, html}`. */
  async open(url, options = {}) {
    for (let hops = 0; hops < 20; hops++) {
      const { origin } = new URL(url);
      const jar = this.#cookies.get(origin) ?? new Map();
      this.#cookies.set(origin, jar);
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const response = await fetch(url, { ...options, redirect: "manual", headers: { ...options.headers, cookie } });
      for (const line of response.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        jar.set(name, value);
      }
      const location = response.headers.get("location");
      if (!location) return { url, status: response.status, html: await response.text() };
      url = new URL(location, url).href;
      options = {};
    }
    throw new Error("too many redirects");
  }

  /** Submits the page's only form with what is typed into it added to its hidden fields. */
  async submit(page, typed) {
    const action = /<form[^>]*action=['"]?([^'" >]+)/.exec(page.html);
    if (!action) throw new Error(`no form on ${page.url}: ${page.html.slice(0, 300)}`);
    const fields = new URLSearchParams();
    for (const [input] of page.html.matchAll(/<input[^>]*type=['"]?hidden['"]?[^>]*>/g)) {
      const attribute = (name) => {
        const found = new RegExp(`${name}=(?:'([^']*)'|"([^"]*)"|([^\\s>/]+))`).exec(input);
        return found?.slice(1).find(Boolean);
      };
      fields.set(attribute("name"), attribute("value") ?? "");
    }
    for (const [name, value] of Object.entries(typed)) fields.set(name, value);
    return this.open(new URL(action[1].replaceAll("&amp;", "&"), page.url).href, { method: "POST", body: fields });
  }
}

/** Signs in at the sandbox's own authorization server and decides; the platform's last page. */
export async function signIn(authUrl, { user = "demo", decision = "allow" } = {}) {
  const visitor = new Visitor();
  const login = await visitor.open(authUrl);
  const consent = await visitor.submit(login, { username: user, password: user });
  return visitor.submit(consent, { decision });
}
