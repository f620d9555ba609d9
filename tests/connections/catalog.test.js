// Every kind of app that a platform can list connects: none is shown that cannot be, and none ends in an error.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite } from "../harness/index.js";
import { fill, submit } from "./frame-steps.js";

/** @typedef {import("../harness/page.js").HostPage} HostPage */

/** Chooses options by value, of the selection of that label. @param {HostPage} page */
const choose = (page, label, ...values) =>
  page.driver.executeScript(
    `const [label, values] = arguments;
    const root = document.querySelector("connect-flow").shadowRoot;
    const named = [...root.querySelectorAll("label")].find((one) => one.textContent.startsWith(label));
    for (const option of root.getElementById(named.htmlFor).options) option.selected = values.includes(option.value);`,
    label,
    values,
  );

const CATALOG = JSON.parse(await readFile(new URL("../../sandbox/catalog.json", import.meta.url), "utf8")).apps;

const focused = (page) =>
  page.driver.executeScript(`const root = document.querySelector("connect-flow").shadowRoot;
    return root.activeElement?.labels?.[0]?.textContent`);

/** Keys by app: what is typed and chosen, by label. An array is chosen. */
const KEYS = {
  "Signal Desk": { Subdomain: "acme", "Agent e-mail": "a@acme.example", "API token": "sd-Zq7Xw9Kv3J" },
  "Pollen Mailer": { "API key": "po-Zq7Xw9Kv3J", "Data centre": ["us1"] },
  "Drift Warehouse": { Host: "db.acme.example", Port: "5432", User: "ada", Password: "pw", Schemas: ["public", "finance"] },
  "In-house API": { "API key": "Zq7Xw9Kv3J" },
};

/** A page with that app alone, past its consent. @param {HostPage} page */
async function begin(page, name, way = "Connect", parameters = {}) {
  const app = CATALOG.find((one) => one.name === name).slug;
  await page.open({ app, ...parameters });
  await go(page, name, way);
}

async function go(page, name, way) {
  await page.click("button", way);
  await page.waitForScreen("consent");
  await page.click("button", `Continue to ${name}`);
}

async function enter(page, values) {
  for (const [label, value] of Object.entries(values)) {
    await (Array.isArray(value) ? choose(page, label, ...value) : fill(page, label, value));
  }
  await submit(page);
}

/** Signs in at the provider, after which the page has the account. */
async function signIn(page, user = "demo") {
  const provider = await page.popup();
  await provider.signIn(user, user);
  await provider.allow();
  await page.back();
  await page.waitForScreen("connected");
}

suite("every kind of app", {}, {
  "none of the catalog is without a way to connect, and each way begins": async ({ page }) => {
    await page.open({}, "ways.html");
    await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
    await page.driver.executeScript("window.headless(arguments[0])", { inlineCredentials: true });
    const ready = () => page.driver.executeScript("return window.flow.state.apps?.status === 'ready'");
    await page.waitFor(ready, "the apps");
    const seen = await page.driver.executeScript(async () => {
      const found = [];
      const step = async (event) => {
        window.flow.send(event);
        await new Promise((done) => setTimeout(done));
        return window.flow.state.screen.name;
      };
      for (const { slug, methods } of window.flow.state.apps.items) {
        const ways = [];
        for (const { authType } of methods) {
          await step({ type: "app-chosen", app: slug });
          ways.push(await step({ type: "connect-chosen", authType }));
          await step({ type: "back" });
          await step({ type: "back" });
        }
        found.push([slug, ways]);
      }
      return found;
    });
    const listed = CATALOG.filter(({ ecosystem }) => !ecosystem).map(({ slug }) => slug);
    assert.deepEqual(seen.map(([slug]) => slug), listed, "all but the platform's own");
    for (const [slug, ways] of seen) {
      assert.ok(ways.length > 0 && ways.every((name) => name === "consent"), `${slug}: ${ways}`);
    }
  },

  "keys of every kind: e-mail, selection, number, several of a selection, and an app of the customer's own": async ({ page }) => {
    for (const [app, values] of Object.entries(KEYS)) {
      await begin(page, app, "Connect", { credentials: "inline" });
      await page.waitForScreen("credentials");
      await enter(page, values);
      await page.waitForScreen("connected");
      assert.deepEqual(await page.eventsNamed("flow-error"), [], app);
    }
  },

  "many keys at once: what is missing is listed, and each line leads to its field": async ({ page }) => {
    await begin(page, "Granite ERP", "Connect", { credentials: "inline" });
    await page.waitForScreen("credentials");
    await submit(page);
    await page.waitFor(async () => /6 fields need your attention/.test(await page.text()), "the summary");
    for (const label of ["Token secret", "Environment", "Account ID"]) {
      await page.click("button", `${label}: Enter a value`);
      assert.equal(await focused(page), label);
    }
    await enter(page, {
      "Account ID": "1234567", "Consumer key": "ck", "Consumer secret": "cs", "Token ID": "ti", "Token secret": "ts",
      Environment: ["sandbox"], Certificate: "-----BEGIN-----",
    });
    await page.waitForScreen("connected");
  },

  "what an app asks before signing in, secret or not, needs no frame where nothing is secret": async ({ page }) => {
    for (const [app, values] of [["Meridian Payroll", { Region: ["na"] }], ["Copper Commerce", { "Shop name": "acme" }]]) {
      await begin(page, app, "Connect", { credentials: "none" });
      await page.waitForScreen("prerequisites");
      await enter(page, values);
      await page.waitForScreen("waiting");
      if ((await page.popups()) === 0) await page.click("button", `Open ${app}`);
      await signIn(page);
    }
  },

  "a broken connection is mended, and an app that allows it takes a second account": async ({ page, sandbox }) => {
    await page.open({ app: "tideline-tasks" });
    await page.waitFor(async () => /Needs attention/.test(await page.text()), "what is broken");
    await go(page, "Tideline Tasks", "Reconnect");
    await signIn(page);
    await begin(page, "Northwind Calendar");
    await signIn(page);
    await page.click("button", "Done");
    await go(page, "Northwind Calendar", "Add another account");
    await signIn(page, "second");
    const answer = await fetch(`${sandbox.platform}/test/connections?linked_account_id=acct_ada`);
    const kept = (await answer.json()).map(({ slug, identifier, status }) => `${slug} ${identifier} ${status}`);
    for (const one of [
      "tideline-tasks demo@example.com active", "northwind-calendar demo@example.com active",
      "northwind-calendar second@example.com active",
    ]) assert.ok(kept.includes(one), `${one} in ${kept}`);
  },
});
