// An authorization server that is not ours, named in a catalog file: the platform is an ordinary OAuth 2.0 client.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startIndependentProvider } from "./independent-provider.js";
import { Visitor, sessionToken, startSandbox } from "./sandbox.js";

let provider;
let sandbox;
let token;

before(async () => {
  provider = await startIndependentProvider();
  sandbox = await startSandbox(...provider.options);
  token = await sessionToken(sandbox);
});

after(async () => {
  await sandbox?.stop();
  await provider?.stop();
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
  assert.match(last.url, /callback\/independent\?.*code=/);
  assert.match((await visitor.open(last.url)).html, /data-outcome=failed/);
});
