// The platform vendor's own client, unmodified, against the sandbox: whoever claims its contract must serve it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Cobalt } from "@cobaltio/cobalt-js";
import { sessionToken, signIn, startSandbox } from "./sandbox.js";

let sandbox;
let cobalt;

before(async () => {
  sandbox = await startSandbox();
  cobalt = new Cobalt({ baseUrl: sandbox.platform, token: await sessionToken(sandbox) });
});
after(() => sandbox?.stop());

/** The client opens a window and polls: this is the window, with a user who decides at once. */
function popup(decide) {
  const opened = { closed: false, finished: undefined, close() { this.closed = true; } };
  globalThis.window = {
    open(url) {
      opened.url = url;
      opened.finished = decide(url).finally(() => { opened.closed = true; });
      return opened;
    },
  };
  return opened;
}

test("lists apps and gets one", async () => {
  const apps = await cobalt.getApp();
  assert.ok(apps.length >= 24);
  for (const app of apps) {
    for (const name of ["name", "description", "icon", "type", "slug", "auth_type"]) {
      assert.equal(typeof app[name], "string", `${app.slug}.${name}`);
    }
    assert.ok(["oauth2", "keybased"].includes(app.auth_type));
    assert.ok(Array.isArray(app.auth_input_map));
  }
  const app = await cobalt.getApp("harbor-crm");
  assert.equal(app.name, "Harbor CRM");
  assert.equal("connected" in app, false);
  await assert.rejects(cobalt.getApp("nothing"), /Not Found/);
});

test("knows the organisation", async () => {
  assert.equal((await cobalt.getAccountDetails()).name, "Acme Cloud");
});

test("connects with a key and disconnects", async () => {
  assert.equal(await cobalt.connect("ferry-desk", { api_key: "fd_live_abcdefgh" }), true);
  assert.equal((await cobalt.getApp("ferry-desk")).connected, true);
  await cobalt.disconnect("ferry-desk");
  assert.equal("connected" in (await cobalt.getApp("ferry-desk")), false);
  await assert.rejects(cobalt.disconnect("ferry-desk"), /Not Found/);
});

test("a refused key is an error", async () => {
  await assert.rejects(cobalt.connect("ferry-desk", { api_key: "wrong" }), /Internal Server Error/);
});

test("connects by OAuth", async () => {
  const opened = popup((url) => signIn(url));
  assert.equal(await cobalt.connect("harbor-crm"), true);
  assert.match((await opened.finished).html, /data-outcome=done/);
  assert.equal(opened.closed, true);
  const [account] = (await cobalt.getApp("harbor-crm")).connected_accounts;
  assert.equal(account.identifier, "demo@example.com");
  await cobalt.disconnect("harbor-crm");
});

test("connects by OAuth with prerequisites, which this client puts in the query", async () => {
  popup((url) => signIn(url));
  assert.equal(await cobalt.connect("stillwater-hr", { subdomain: "acme", partner_key: "pk-1" }), true);
});

test("a denied OAuth flow resolves to false", async () => {
  popup((url) => signIn(url, { decision: "deny" }));
  assert.equal(await cobalt.connect("lantern-mail"), false);
});

test("creates, reads, updates and deletes a configuration", async () => {
  const created = await cobalt.config({ slug: "tally-books", config_id: "books", labels: [] });
  assert.equal(created.config_id, "books");
  assert.deepEqual(await cobalt.config({ slug: "tally-books", config_id: "books", labels: [] }), created);
  const fields = { company: 2, vat_number: "GB 1", start: "2026-01-31", extra: { b: [1, null], a: "é" } };
  const workflows = [{ id: "wf_invoices", enabled: true, fields: { invoice_accounts: ["4000"] } }];
  const updated = await cobalt.updateConfig({ slug: "tally-books", config_id: "books", fields, workflows });
  assert.deepEqual(updated.field_errors, []);
  const read = await cobalt.getConfig("tally-books", "books");
  assert.deepEqual(read, updated);
  const sent = read.fields.filter((field) => field.id in fields);
  const values = Object.fromEntries(sent.map((field) => [field.id, field.value]));
  assert.equal(JSON.stringify(values.extra), JSON.stringify(fields.extra));
  assert.deepEqual(values, fields);
  assert.ok((await cobalt.deleteConfig("tally-books", "books")).message);
  await assert.rejects(cobalt.getConfig("tally-books", "books"), /Not Found/);
});

test("a token that is no longer good is refused", async () => {
  const revoked = new Cobalt({ baseUrl: sandbox.platform, token: await sessionToken(sandbox) });
  const headers = { authorization: `Bearer ${revoked.token}` };
  await fetch(`${sandbox.platform}/api/v2/public/session-token/revoke`, { method: "POST", headers });
  await assert.rejects(revoked.getApp(), /Unauthorized/);
});
