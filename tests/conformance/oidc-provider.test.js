// An authorization server that is not ours, named in a catalog file: the platform is an ordinary OAuth 2.0 client.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Provider from "oidc-provider";
import { Visitor, sessionToken, startSandbox } from "./sandbox.js";

const SECRET = "a-client-secret-of-the-independent-server";
let server;
let directory;
let sandbox;
let token;

/** A free port that stays free for a moment: the platform's callback must be known before the platform is up. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

before(async () => {
  const [issuerPort, platformPort] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${issuerPort}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "platform",
      client_secret: SECRET,
      redirect_uris: [`http://127.0.0.1:${platformPort}/api/v1/oauth/callback`],
      grant_types: ["authorization_code", "refresh_token"],
    }],
    claims: { openid: ["sub"], email: ["email"] },
    pkce: { required: () => true },
    cookies: { keys: ["only for this test"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@independent.example` }) }),
  });
  server = provider.listen(issuerPort, "127.0.0.1");
  await once(server, "listening");

  directory = await mkdtemp(join(tmpdir(), "connect-flow-"));
  const catalog = join(directory, "catalog.json");
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  await writeFile(catalog, JSON.stringify({
    providers: {
      independent: {
        issuer,
        authorization_endpoint: metadata.authorization_endpoint,
        token_endpoint: metadata.token_endpoint,
        userinfo_endpoint: metadata.userinfo_endpoint,
        client_id: "platform",
        client_secret_env: "INDEPENDENT_SECRET",
      },
    },
    apps: [{
      slug: "independent",
      name: "Independent",
      auth: [{ type: "oauth2", provider: "independent", scopes: ["openid", "email"] }],
    }],
  }));
  process.env.INDEPENDENT_SECRET = SECRET;
  sandbox = await startSandbox("--catalog", catalog, "--platform-addr", `127.0.0.1:${platformPort}`);
  token = await sessionToken(sandbox);
});

after(async () => {
  await sandbox?.stop();
  server?.close();
  server?.closeAllConnections();
  if (directory) await rm(directory, { recursive: true });
});

async function app() {
  const url = `${sandbox.platform}/api/v2/f-sdk/application/independent`;
  return (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json();
}

async function authUrl() {
  const url = `${sandbox.platform}/api/v1/independent/integrate`;
  const answer = await fetch(url, { method: "POST", headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()).auth_url;
}

test("denied at an independent server", async () => {
  const visitor = new Visitor();
  const login = await visitor.open(await authUrl());
  const abort = /href=['"]([^'"]+\/abort)/.exec(login.html)[1];
  const last = await visitor.open(new URL(abort, login.url).href);
  assert.match(last.html, /data-outcome=denied/);
  assert.equal("connected" in (await app()), false);
});

test("connected at an independent server", async () => {
  const visitor = new Visitor();
  const login = await visitor.open(await authUrl());
  const consent = await visitor.submit(login, { login: "ada", password: "any" });
  const last = await visitor.submit(consent, {});
  assert.match(last.html, /data-outcome=done/);
  const [account] = (await app()).connected_accounts;
  assert.equal(account.identifier, "ada@independent.example");
});

test("an answer of the independent server works once", async () => {
  const visitor = new Visitor();
  const login = await visitor.open(await authUrl());
  const consent = await visitor.submit(login, { login: "ada", password: "any" });
  const last = await visitor.submit(consent, {});
  assert.match(last.url, /callback\?.*code=/);
  assert.match((await visitor.open(last.url)).html, /data-outcome=failed/);
});
