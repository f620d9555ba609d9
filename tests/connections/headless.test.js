// The flow without an interface: whole connections by states and events alone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "../harness/index.js";

const WWW = fileURLToPath(new URL("../../www/", import.meta.url));
const TSC = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const KEY = "fd_live_Zq7Xw9Kv3Jy5Hu";

/** @typedef {import("../harness/page.js").HostPage} HostPage */

/** @param {HostPage} page */
async function begin(page, parameters = {}, options = {}) {
  await page.open(parameters, "ways.html");
  await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
  await page.driver.executeScript("window.headless(arguments[0])", options);
  await waitFor(page, (state) => state.apps?.status === "ready");
}

const now = (page) => page.driver.executeScript("return window.flow.state");
const screen = async (page) => (await now(page)).screen;
const send = (page, event) => page.driver.executeScript("window.flow.send(arguments[0])", event);
const states = async (page) => (await page.driver.executeScript("return window.__states")).map((text) => JSON.parse(text));

/** Sends the event in a click, where a window may open. */
async function click(page, event) {
  await page.driver.executeScript("window.act = () => window.flow.send(arguments[0])", event);
  await page.click("button", "Act");
}

/** @param {HostPage} page @param {(state: any) => unknown} question @returns the state for which it is so */
function waitFor(page, question, what = `a state in which ${question}`) {
  return page.waitFor(async () => {
    const state = await now(page);
    return question(state) && state;
  }, what);
}

const waitForScreen = (page, name) => waitFor(page, (state) => state.screen?.name === name, `screen ${name}`);

/** From the list to the app's fields or past its consent. */
async function consent(page, app, authType) {
  await send(page, { type: "app-chosen", app });
  await send(page, { type: "connect-chosen", authType });
  await waitForScreen(page, "consent");
  await click(page, { type: "consent-given" });
}

/** What was sent to the platform with that in it. */
async function body(page, part) {
  const bodies = () => page.driver.executeScript("return window.__bodies");
  return JSON.parse(await page.waitFor(async () => (await bodies()).find((one) => one.includes(part)), `a body with ${part}`));
}

/** No state told so far has any of these in it. */
async function assertNowhere(page, secrets) {
  const all = await page.driver.executeScript("return window.__states.join() + JSON.stringify(window.__events)");
  for (const secret of secrets) assert.ok(!all.includes(secret), "a secret is in a state or an event");
}

suite("headless", {}, {
  "end() before it is loaded ends it, unless a token comes after it": async ({ page }) => {
    await page.open({}, "ways.html");
    await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
    await page.driver.executeScript("window.headless({}); window.flow.end(); window.flow.setSessionToken(null)");
    await waitFor(page, (state) => state.session?.line === "ended");
    assert.deepEqual((await page.waitForEvent("session-ended")).detail, { reason: "host_ended" });
    assert.deepEqual(await page.eventsNamed("flow-ready"), []);
    await page.driver.executeScript(`
      const { mint, headless } = window;
      return mint().then((grant) => {
        headless({});
        window.flow.end();
        window.flow.setSessionToken(grant);
      });`);
    await waitFor(page, (state) => state.apps?.status === "ready");
  },

  "a whole connection by OAuth, by states and events alone": async ({ page }) => {
    await begin(page);
    await consent(page, "tally-books", "oauth2");
    const provider = await page.popup();
    await provider.signIn();
    const address = await page.driver.getCurrentUrl();
    await provider.allow();
    await page.back();
    const { screen: { account } } = await waitForScreen(page, "connected");
    assert.equal(account.identifier, "demo@example.com");
    await send(page, { type: "done" });
    await waitForScreen(page, "list");

    const told = await states(page);
    const ready = told.filter(({ status }) => status === "ready");
    const walk = ready.map(({ screen }) => screen.stage ?? screen.name).filter((name, at, all) => name !== all[at - 1]);
    assert.deepEqual(walk.filter((name) => name !== "checking"), [
      "list", "app", "consent", "preparing", "signing-in", "connected", "list",
    ]);
    assert.equal(told[0].status, "loading");
    assert.ok(ready.every(({ apps }) => apps), "each state has the apps");
    const names = (await page.events()).map(({ name }) => name);
    for (const name of ["flow-ready", "consent-given", "account-connected", "flow-closed"]) assert.ok(names.includes(name), name);
    assert.ok(!names.includes("state"));

    // Nothing that opens a door is in a state: no token, no address for signing in.
    const tokens = await page.driver.executeScript("return window.__tokens");
    await assertNowhere(page, [...tokens, new URL(address).searchParams.get("state") ?? address]);
    assert.equal(await page.driver.executeScript("return window.__states.length > 5 && document.body.querySelectorAll('connect-flow, iframe').length"), 0);
  },

  "a whole connection by keys: refused, put right, and in no state or event": async ({ page }) => {
    await begin(page);
    await consent(page, "ferry-desk", "keybased");
    await waitForScreen(page, "credentials");
    await send(page, { type: "fields-submitted", values: { api_key: "" } });
    const empty = await screen(page);
    assert.deepEqual([empty.busy, empty.framed, empty.errors], [false, false, [{ field: "api_key", kind: "required" }]]);
    await send(page, { type: "fields-submitted", values: { api_key: `wrong-${KEY}` } });
    const refused = await waitFor(page, (state) => state.screen.failure);
    assert.equal(refused.screen.failure.code, "credentials_refused");
    assert.match(refused.screen.failure.message, /API key/);
    await send(page, { type: "fields-submitted", values: { api_key: ` ${KEY} `, unasked: "x" } });
    await waitForScreen(page, "connected");
    assert.deepEqual(await body(page, `"${KEY}"`), { api_key: KEY, auth_type: "keybased" });
    await assertNowhere(page, [KEY, ...(await page.driver.executeScript("return window.__tokens"))]);

    await send(page, { type: "done" });
    await send(page, { type: "app-chosen", app: "ferry-desk" });
    await send(page, { type: "disconnect-chosen", authType: "keybased" });
    assert.equal((await screen(page)).removal.status, "asking");
    await send(page, { type: "disconnect-confirmed" });
    await waitFor(page, (state) => state.screen.name === "app" && !state.screen.removal);
    const { items } = (await now(page)).apps;
    assert.deepEqual(items.find(({ slug }) => slug === "ferry-desk").accounts, []);
  },

  "every value of a field that takes several is sent, as a list": async ({ page }) => {
    await begin(page);
    await consent(page, "drift-warehouse", "keybased");
    await waitForScreen(page, "credentials");
    const values = { host: "wh.example", port: "5439", user: "u", password: "p" };
    await send(page, { type: "fields-submitted", values: { ...values, schemas: ["public", "finance"] } });
    await waitForScreen(page, "connected");
    assert.deepEqual(await body(page, "wh.example"), { ...values, schemas: ["public", "finance"], auth_type: "keybased" });
  },

  "keys are typed in the isolated frame of a page that gives it a place": async ({ page }) => {
    await begin(page, { frame: "" });
    await consent(page, "ferry-desk", "keybased");
    const { screen: fields } = await waitForScreen(page, "credentials");
    assert.equal(fields.framed, true);
    const frame = await page.driver.executeScript(() => {
      const frame = document.getElementById("place").appendChild(document.createElement("iframe"));
      window.flow.showFrame(frame);
      return frame;
    });
    await page.driver.switchTo().frame(frame);
    const field = () => page.driver.executeScript("return document.querySelector('body > div')?.shadowRoot.querySelector('input')");
    const input = await page.waitFor(field, "the field");
    await page.driver.executeScript((input, key) => {
      input.value = key;
      input.form.requestSubmit();
    }, input, KEY);
    await page.back();
    await waitForScreen(page, "connected");
    await page.driver.executeScript("window.flow.showFrame(null); document.querySelector('iframe').remove()");
    await assertNowhere(page, [KEY]);
  },

  "configures: typed, chosen, refused, saved": async ({ page, sandbox }) => {
    const body = { linked_account_id: "acct_ada", slug: "tally-books", status: "active" };
    await fetch(`${sandbox.platform}/test/connections`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await begin(page, {}, { app: "tally-books" });
    await send(page, { type: "configure" });
    const { screen: first } = await waitFor(page, (state) => state.screen.status === "ready");
    const field = (screen, id) => screen.sections.flatMap(({ fields }) => fields).find((one) => one.id === id);
    const company = field(first, "company");
    assert.equal(company.type, "select");
    await send(page, { type: "field-chosen", field: "company", value: company.choices.at(-1).value });
    await send(page, { type: "field-typed", field: "start", text: "2026-01-31" });
    await send(page, { type: "field-typed", field: "webhook", text: "no address" });
    await send(page, { type: "save" });
    const { screen: faulty } = await waitFor(page, (state) => state.screen.faults.length);
    assert.deepEqual(faulty.faults, [{ field: "webhook", kind: "not_a_url" }]);
    await send(page, { type: "back" });
    assert.deepEqual([(await screen(page)).leaving, (await screen(page)).dirty], [true, true]);
    await send(page, { type: "leave-declined" });
    await send(page, { type: "field-typed", field: "webhook", text: "https://hooks.example/in" });
    await send(page, { type: "save" });
    const { screen: saved } = await waitFor(page, (state) => state.screen.saving.status === "saved");
    assert.equal(field(saved, "webhook").value, "https://hooks.example/in");
    assert.equal(field(saved, "company").value, company.choices.at(-1).value);
    await send(page, { type: "back" });
    await waitForScreen(page, "app");
    await send(page, { type: "runs" });
    await waitFor(page, (state) => state.screen.name === "runs" && state.screen.status === "ready");
    assert.equal((await page.eventsNamed("config-saved")).length, 1);
  },

  "takes the address of the page's own server while it lives, and asks nobody once that is gone": async ({ page }) => {
    await page.open({ callback: "none" }, "ways.html");
    await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
    await page.driver.executeAsyncScript(async (done) => {
      const { csrfToken } = await (await fetch("/api/host")).json();
      document.head.append(Object.assign(document.createElement("meta"), { name: "csrf-token", content: csrfToken }));
      window.headless();
      done();
    });
    await waitFor(page, (state) => state.status === "ready");
    assert.equal((await now(page)).apps.status, "loading");
    await page.driver.executeScript("window.flow.update({ sessionUrl: '/api/session-token' })");
    await waitFor(page, (state) => state.apps.status === "ready");
    await page.driver.executeAsyncScript(async (done) => {
      window.flow.update({ sessionUrl: null });
      const { token } = await window.mint();
      window.flow.setSessionToken({ token, expires_in: 2 });
      done();
    });
    await waitFor(page, (state) => state.session.line === "failed");
    const asked = await page.driver.executeScript(() => performance.getEntriesByType("resource").map(({ name }) => name));
    assert.ok(asked.some((name) => name.endsWith("/api/session-token")));
    assert.ok(!asked.some((name) => name.endsWith("/null")), "asked nobody's address");
  },

  "what is no event is refused, what fails to begin says so, and after close nothing is told": async ({ page }) => {
    await begin(page);
    for (const event of [{}, null, "back", { type: "token" }, { type: "connect-chosen", authType: "magic" }]) {
      const code = await page.driver.executeScript((event) => {
        try {
          window.flow.send(event);
        } catch (error) {
          return error.code;
        }
        return undefined;
      }, event);
      assert.equal(code, "invalid_option", JSON.stringify(event));
    }
    const count = () => page.driver.executeScript("return window.__states.length");
    await page.driver.executeScript("window.flow.close()");
    const before = await count();
    await page.driver.executeScript("window.flow.send({ type: 'app-chosen', app: 'tally-books' })");
    await page.driver.executeScript("window.flow.setSessionToken('late')");
    assert.equal(await count(), before);
    await page.driver.executeScript("window.headless({ apiUrl: 'http://platform.example' })");
    const { failure } = await waitFor(page, (state) => state.status === "failed");
    assert.deepEqual(failure, { code: "invalid_option", retryable: false });
  },

  "the states told are what the types say": async ({ page, browser }) => {
    // The types are the same in every browser.
    if (browser !== "chromium") return;
    await begin(page, {}, { app: "harbor-crm" });
    await consent(page, "harbor-crm", "oauth2");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await waitForScreen(page, "connected");
    await send(page, { type: "configure" });
    const { screen } = await waitFor(page, (state) => state.screen.status === "ready");
    for (const at of screen.pages.keys()) await send(page, { type: "page-chosen", page: at });
    await send(page, { type: "field-typed", field: "accent", text: "x" });
    await send(page, { type: "save" });
    const told = await states(page);
    assert.ok(told.length > 5);
    const folder = mkdtempSync(join(tmpdir(), "connect-flow-"));
    try {
      const check = (state) => {
        const lines = [
          `import { createConnectFlow, type FlowState } from ${JSON.stringify(join(WWW, "headless.js"))};`,
          ...told.map((one, at) => `export const s${at}: FlowState = ${JSON.stringify(one)};`),
          `createConnectFlow({ apiUrl: "https://p.example" }).send(${state});`,
        ];
        writeFileSync(join(folder, "states.ts"), lines.join("\n"));
        const strict = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "false"];
        execFileSync(process.execPath, [TSC, ...strict, join(folder, "states.ts")], { stdio: "pipe" });
      };
      try {
        check('{ type: "app-chosen", app: "crm" }');
      } catch (error) {
        assert.fail(String(error.stdout));
      }
      assert.throws(() => check('{ type: "app-chosen" }'), /status 1|status 2|Command failed/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});
