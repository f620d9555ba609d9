// The recipes of examples/backends, each as the host's server in front of the sandbox's platform.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { API_KEY, Sandbox } from "../harness/sandbox.js";

const folder = fileURLToPath(new URL("../../examples/backends/", import.meta.url));
const RUST = fileURLToPath(new URL("../../target/debug/examples/backend", import.meta.url));

const RECIPES = {
  node: { command: [process.execPath, "server.js"] },
  python: { command: ["python3", "server.py"], needs: ["python3", "--version"] },
  go: { command: ["go", "run", "."], needs: ["go", "version"], env: { GOFLAGS: "-mod=mod", GOTOOLCHAIN: "local" } },
  rust: { command: [process.env.CONNECT_FLOW_EXAMPLE_BACKEND ?? RUST] },
};

/** A recipe that runs: its address, what it wrote, and its end. */
async function start(name, env) {
  const { command: [program, ...args], env: own } = RECIPES[name];
  const child = spawn(program, args, {
    cwd: folder + name,
    env: { ...process.env, ...own, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // `go run` has the server as a child of its own.
    detached: true,
  });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.on("exit", kill);
  const log = [];
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => log.push(line));
  const address = await Promise.race([
    new Promise((resolve) => lines.once("line", resolve)),
    ended.then((code) => Promise.reject(new Error(`ended with ${code}: ${log.join("\n")}`))),
  ]);
  const stop = async () => {
    kill();
    await ended;
    process.off("exit", kill);
  };
  return { address, log, stop };
}

/** A visitor's browser: its cookie, and what a page of the host knows. */
async function visit(address) {
  const answer = await fetch(`${address}/api/host`);
  const [cookie, ...attributes] = answer.headers.get("set-cookie").split("; ");
  return { ...(await answer.json()), cookie, attributes };
}

const mint = (address, headers, path = "/api/session-token", body = undefined) =>
  fetch(address + path, { method: "POST", headers, body });

for (const [name, { needs }] of Object.entries(RECIPES)) {
  const missing = needs && spawnSync(needs[0], needs.slice(1)).status !== 0 && `${needs[0]} is not installed`;

  describe(`the session-token endpoint in ${name}`, { skip: missing }, () => {
    let sandbox, host, visitor, signed;

    before(async () => {
      sandbox = await Sandbox.start();
      host = await start(name, { CONNECT_API_KEY: API_KEY, CONNECT_API_URL: sandbox.platform });
      visitor = await visit(host.address);
      signed = { cookie: visitor.cookie, "x-csrf-token": visitor.csrfToken, "sec-fetch-site": "same-origin" };
    });
    after(async () => {
      await host?.stop();
      await sandbox?.stop();
    });

    it(`gives a token that works, and nothing else, to no cache (R13, R17, T16): ${name}`, async () => {
      const answer = await mint(host.address, signed);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      assert.match(answer.headers.get("content-type"), /^application\/json/);
      const given = await answer.json();
      assert.deepEqual(Object.keys(given).sort(), ["expires_in", "token"]);
      assert.equal(given.expires_in, 900);
      const headers = { authorization: `Bearer ${given.token}` };
      const apps = await fetch(`${sandbox.platform}/api/v2/f-sdk/application`, { headers });
      assert.ok((await apps.json()).length > 0);
      const again = await (await mint(host.address, signed)).json();
      assert.notEqual(again.token, given.token, "each session has a token of its own");
      const asked = (await sandbox.requests()).filter(({ path }) => path === "/api/v2/public/session-token");
      assert.ok(asked.every(({ query, headers }) => query === "force_refresh=true" && headers["x-api-key"]));
    });

    it(`keeps its login's cookie from scripts (T9): ${name}`, () => {
      assert.ok(visitor.attributes.includes("HttpOnly"), visitor.attributes.join());
      assert.ok(visitor.attributes.includes("SameSite=Lax"), visitor.attributes.join());
    });

    it(`gives none to whoever is not signed in, or comes from elsewhere (R19, T18, S25): ${name}`, async () => {
      const { cookie, ...without } = signed;
      const elsewhere = { ...signed, "sec-fetch-site": "cross-site" };
      assert.equal((await mint(host.address, without)).status, 401);
      assert.equal((await mint(host.address, { ...signed, cookie: "session=forged" })).status, 401);
      assert.equal((await mint(host.address, { cookie })).status, 403);
      assert.equal((await mint(host.address, { ...signed, "x-csrf-token": "wrong" })).status, 403);
      assert.equal((await mint(host.address, elsewhere)).status, 403);
      assert.match(String((await fetch(`${host.address}/api/session-token`, { headers: signed })).status), /40[45]/);
    });

    it(`takes the account from its session, whatever is asked for (R22, R23): ${name}`, async () => {
      const named = { ...signed, "content-type": "application/json", "x-linked-account-id": "acct_grace" };
      const path = "/api/session-token?linked_account_id=acct_grace";
      const { token } = await (await mint(host.address, named, path, '{"linked_account_id":"acct_grace"}')).json();
      const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
      assert.equal(claims.linked_account_id, "acct_ada");
    });

    it(`says what the platform's failures mean, not what it said (R7): ${name}`, async () => {
      const match = { path: "/api/v2/public/session-token" };
      const faults = [
        [{ status: 429, retry_after: 7 }, 429],
        [{ status: 401 }, 502],
        [{ status: 500 }, 502],
        [{ body: "html" }, 502],
        [{ drop: true }, 502],
      ];
      for (const [fault, status] of faults) {
        await sandbox.setSwitches({ match, ...fault });
        const answer = await mint(host.address, signed);
        assert.equal(answer.status, status, JSON.stringify(fault));
        assert.deepEqual(Object.keys(await answer.json()), ["error"]);
        if (status === 429) assert.equal(answer.headers.get("retry-after"), "7");
      }
      await sandbox.clearSwitches();
      assert.equal((await mint(host.address, signed)).status, 200);
    });

    it(`sends its key nowhere but to the platform (R5, R12): ${name}`, async () => {
      const seen = [];
      const elsewhere = createServer((request, response) => {
        seen.push(request.headers);
        response.end("{}");
      });
      const pointing = createServer((_, response) => {
        response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.address().port}/` }).end();
      });
      for (const server of [elsewhere, pointing]) await new Promise((up) => server.listen(0, "127.0.0.1", up));
      const env = { CONNECT_API_KEY: API_KEY, CONNECT_API_URL: `http://127.0.0.1:${pointing.address().port}` };
      const redirected = await start(name, env);
      const { cookie, csrfToken } = await visit(redirected.address);
      const answer = await mint(redirected.address, { cookie, "x-csrf-token": csrfToken });
      await redirected.stop();
      for (const server of [elsewhere, pointing]) server.close();
      assert.equal(answer.status, 502);
      assert.deepEqual(seen, []);
    });

    it(`writes neither key nor token into its log (R7, R28, A12): ${name}`, async () => {
      const { token } = await (await mint(host.address, signed)).json();
      const text = host.log.join("\n");
      assert.match(text, /^http:/, "the log is read");
      assert.ok(!text.includes(API_KEY) && !text.includes(token) && !text.includes(token.split(".")[2]));
    });

    it(`does not start without a key (R9): ${name}`, async () => {
      await assert.rejects(start(name, { CONNECT_API_KEY: "" }), /ended with [1-9][^]*CONNECT_API_KEY is not set/);
    });
  });
}
