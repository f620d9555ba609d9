// Configuring a connected app: what is edited is what the platform keeps, and nothing else changes.
import assert from "node:assert/strict";
import { Cobalt } from "@cobaltio/cobalt-js";
import { By, Key } from "selenium-webdriver";
import { sessionToken } from "../conformance/sandbox.js";
import { suite } from "../harness/index.js";

/** A user of the platform's API beside the page, with a token of the same account. */
async function account(sandbox) {
  const token = await sessionToken(sandbox);
  const call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(sandbox.platform + path, { method, headers, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${path} answered ${answer.status}`);
    return answer.text();
  };
  const text = (slug) => call("GET", `/api/v2/f-sdk/slug/${slug}/config`);
  return {
    call,
    text,
    /** The values by field, workflows' as `workflow.field`. */
    async values(slug) {
      const config = JSON.parse(await text(slug));
      const pairs = (fields, prefix = "") => fields.map((field) => [prefix + field.id, field.value]);
      const inside = config.workflows.flatMap(({ id, fields }) => pairs(fields, `${id}.`));
      return Object.fromEntries([...pairs(config.fields), ...inside]);
    },
    client: new Cobalt({ baseUrl: sandbox.platform, token }),
  };
}

/** A connection of the page's user, made at the platform. */
async function connected(sandbox, slug) {
  const answer = await fetch(`${sandbox.platform}/test/connections`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ linked_account_id: "acct_ada", slug, status: "active" }),
  });
  assert.ok(answer.ok, await answer.text());
}

/** From nothing to the app's configure screen. */
async function configure({ page, sandbox }, slug) {
  await connected(sandbox, slug);
  await page.open({ app: slug });
  await page.click("button", "Configure");
  await page.waitForScreen("configure");
  await page.waitFor(() => shown(page, "fieldset"), "the fields");
}

/** Elements of the component by selector. */
function all(page, selector) {
  const find = (selector) => [...document.querySelector("connect-flow").shadowRoot.querySelectorAll(selector)];
  return page.driver.executeScript(`return (${find})(arguments[0])`, selector);
}

const shown = async (page, selector) => (await all(page, selector))[0];

/** The field that has the focus. */
const focused = (page) => page.driver.executeScript(() => {
  const { activeElement } = document.querySelector("connect-flow").shadowRoot;
  return activeElement?.closest("[data-field]")?.dataset.field;
});

/** A control of a field, as soon as it can be used. */
function control(page, field, selector = "input, select, textarea") {
  const inside = selector.split(", ").map((one) => `[data-field="${field}"] ${one}:enabled`).join(", ");
  return page.waitFor(() => shown(page, inside), `a control of ${field}`);
}

async function type(page, field, text) {
  const element = await control(page, field);
  await put(page, element, "");
  await element.sendKeys(text);
}

/** Sets a value as a browser's own editing does. */
async function put(page, element, value) {
  const set = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  await page.driver.executeScript(`(${set})(arguments[0], arguments[1])`, element, value);
}

/** Days are typed differently in each browser and language: set as the picker does. */
async function day(page, field, value) {
  await put(page, await control(page, field), value);
}

/** Chooses an option by its name. @param {string} [selector] of the selection in the field */
async function choose(page, field, name, selector = "select") {
  await page.waitFor(async () => {
    const select = await control(page, field, selector);
    const set = (select, name) => {
      const option = [...select.options].find((option) => option.textContent === name);
      if (!option) return false;
      select.value = option.value;
      return select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    return page.driver.executeScript(`return (${set})(arguments[0], arguments[1])`, select, name);
  }, `the option ${name} of ${field}`);
}

async function tick(page, field, name) {
  await page.waitFor(async () => {
    const labels = await all(page, `[data-field="${field}"] .check`);
    for (const label of labels) {
      if ((await label.getText()) !== name) continue;
      await label.findElement(By.css("input")).click();
      return true;
    }
    return false;
  }, `${name} of ${field}`);
}

/** Waits until a field holds a value. */
function holds(page, field, value) {
  const now = async () => (await (await control(page, field)).getAttribute("value")) === value;
  return page.waitFor(now, `${field} to be ${value}`);
}

async function save(page) {
  await page.click("button", "Save");
  await page.waitFor(async () => /\bSaved\b/.test(await page.text()), "what says that it is saved");
}

const puts = async (sandbox) => (await sandbox.requests()).filter((request) => request.method === "PUT");

suite("configuring", {}, {
  "every type of field is saved as it was edited, and read back by the vendor's client": async (scene) => {
    const { page, sandbox, browser } = scene;
    const ada = await account(sandbox);
    await configure(scene, "harbor-crm");
    await choose(page, "region", "Europe");
    await choose(page, "team", "Lisbon");
    await tick(page, "pipeline", "Renewals");
    await tick(page, "pipeline", "New business");
    await page.screenshot(`configure-selects-${browser}`);

    await page.click("button", "Mapping");
    await choose(page, "contact_map", "Name", ".pairs:nth-of-type(1) select");
    await choose(page, "contact_map", "Telephone", ".pairs:nth-of-type(3) select");
    await choose(page, "stage_map", "Closed won", ".pairs:last-child select");
    const tag = await control(page, "tag_map", ".pairs:last-child input");
    await tag.sendKeys("Très \"spécial\"");
    await page.screenshot(`configure-maps-${browser}`);

    await page.click("button", "Rules");
    await page.click("button", "Add condition");
    await choose(page, "only_if", "Amount", "[data-at='0'] > .control select");
    await choose(page, "only_if", "at least", "[data-at='0'] .comparison select");
    await (await control(page, "only_if", "[data-at='0'] .comparison input")).sendKeys("100.50");
    await page.click("button", "Add group");
    await (await control(page, "only_if", "[data-at='1'] button.b-secondary")).click();
    await choose(page, "only_if", "Owner", "[data-at='1.0'] > .control select");
    await choose(page, "only_if", "is", "[data-at='1.0'] .comparison > :first-child select");
    await choose(page, "only_if", "Ada", "[data-at='1.0'] .comparison > :last-child select");
    await page.screenshot(`configure-rules-${browser}`);
    assert.match(await page.text(), /"stops"/, "a type that is not known is shown");

    await page.click("button", "Workflows");
    await type(page, "contact_owner", "owner@example.com");
    await type(page, "contact_note", `Two${Key.ENTER}lines`);
    await page.click("switch", "Sync deals");
    await day(page, "deal_since", "2026-02-28");
    await type(page, "deal_minimum", "12.50");
    await page.screenshot(`configure-workflows-${browser}`);
    await save(page);

    const values = {
      region: "eu",
      team: 101,
      pipeline: ["nb-101", "rn-101"],
      contact_map: { full_name: "name", phone: "tel" },
      stage_map: { won: "closed_won" },
      tag_map: { trial: "Très \"spécial\"" },
      only_if: { logic: "AND", conditions: [
        { lhs: "amount", operator: "greater_or_equal", rhs: "100.50", type: "number" },
        { logic: "AND", conditions: [{ lhs: "owner", operator: "eq", rhs: "ada", type: "select" }] },
      ] },
      accent: { hue: 212, stops: [0, 0.5, 1.0] },
      tenant_ref: "tenant-7f3a",
      "wf_contacts.contact_owner": "owner@example.com",
      "wf_contacts.contact_note": "Two\nlines",
      "wf_deals.deal_since": "2026-02-28",
      "wf_deals.deal_minimum": 12.5,
    };
    const kept = await ada.values("harbor-crm");
    assert.deepEqual(JSON.parse(JSON.stringify(kept)), values);
    const read = await ada.client.getConfig("harbor-crm");
    for (const field of read.fields) {
      assert.equal(JSON.stringify(field.value), JSON.stringify(values[field.id]), field.id);
    }
    assert.deepEqual(read.workflows.map((workflow) => workflow.enabled), [true, true]);
    const [saved, ...more] = await page.eventsNamed("config-saved");
    assert.deepEqual([saved.detail, more.length], [{ app: "harbor-crm", configId: read.config_id }, 0]);
    assert.equal((await puts(sandbox)).length, 1);
  },

  "texts, addresses, days and JSON come back to the byte": async (scene) => {
    const { page, sandbox } = scene;
    const ada = await account(sandbox);
    await configure(scene, "tally-books");
    await choose(page, "company", "Example Services Ltd");
    await type(page, "vat_number", "GB 1 ");
    await type(page, "webhook", "https://example.com/hook?a=1");
    await type(page, "extra", "{ \"z\": [1, 25000], \"b\": null, \"__proto__\": 1, \"é\": \"\" }");
    await day(page, "start", "2026-01-31");
    await type(page, "invoice_prefix", "R-");
    await tick(page, "invoice_accounts", "Shipping");
    await save(page);
    const text = await ada.text("tally-books");
    for (const value of [
      '"value":2', '"value":"GB 1 "', '"value":"https://example.com/hook?a=1"', '"value":"2026-01-31"', '"value":"R-"',
      '"value":{"z":[1,25000],"b":null,"__proto__":1,"é":""}', '"value":["4200"]',
    ]) {
      assert.ok(text.includes(value), `${value} in ${text}`);
    }
  },

  "an untouched configuration changes no byte, and an edit changes only itself": async (scene) => {
    const { page, sandbox } = scene;
    const ada = await account(sandbox);
    await configure(scene, "harbor-crm");
    const before = await ada.text("harbor-crm");
    for (const name of ["Mapping", "Rules", "Workflows", "Pipeline"]) await page.click("button", name);
    assert.ok(!(await page.has("button", "Save")), "nothing to save");
    await page.click("button", "Back");
    await page.waitForScreen("app");
    assert.equal(await ada.text("harbor-crm"), before);
    assert.deepEqual(await puts(sandbox), []);

    const values = { region: "am", team: 201, accent: { hue: 1, stops: [1.5e3], "2": 0, "1": 0 } };
    const slug = "harbor-crm";
    const owner = { id: "wf_contacts", enabled: true, fields: { contact_owner: "a@example.com" } };
    await ada.call("PUT", "/api/v2/f-sdk/config", { slug, fields: values, workflows: [owner] });
    const full = await ada.text(slug);
    await page.click("button", "Configure");
    await page.waitFor(() => shown(page, "fieldset"), "the fields");
    await page.click("button", "Workflows");
    await type(page, "contact_note", "x");
    await save(page);
    const note = (text) => text.replace(/("id":"contact_note"[^}]*?),"value":"x"/, "$1");
    assert.equal(note(await ada.text(slug)), full);
  },

  "a field that depends on another follows it, three levels down": async (scene) => {
    const { page, sandbox } = scene;
    const ada = await account(sandbox);
    await configure(scene, "harbor-crm");
    const offered = async (field) => {
      const options = await all(page, `[data-field="${field}"] option`);
      return Promise.all(options.map((option) => option.getAttribute("textContent")));
    };
    assert.deepEqual(await offered("team"), ["Choose Region first"]);
    await choose(page, "region", "Americas");
    await choose(page, "team", "Toronto");
    await tick(page, "pipeline", "Renewals");
    await page.click("button", "Workflows");
    await type(page, "contact_owner", "a@example.com");
    await save(page);
    assert.deepEqual((await ada.values("harbor-crm")).pipeline, ["rn-201"]);

    await page.click("button", "Pipeline");
    await choose(page, "region", "Asia Pacific");
    await page.waitFor(async () => (await offered("pipeline"))[0] === "Choose Team first", "the third level to wait");
    await choose(page, "region", "Americas");
    await page.waitFor(async () => !(await page.has("button", "Save")), "the saved choices to be back");
    await choose(page, "region", "Asia Pacific");
    await page.click("button", "Save");
    await page.waitFor(async () => /Enter a value/.test(await page.text()), "the team to be asked for");
    await choose(page, "team", "Osaka");
    await tick(page, "pipeline", "Outbound");
    await save(page);
    const { region, team, pipeline } = await ada.values("harbor-crm");
    assert.deepEqual([region, team, pipeline], ["ap", 301, ["ou-301"]]);
  },

  "another of an app's configurations is chosen, while nothing of this one would be lost": async (scene) => {
    const { page, sandbox } = scene;
    const ada = await account(sandbox);
    const make = (config_id) => ada.call("POST", "/api/v2/f-sdk/config", { slug: "tally-books", config_id, labels: [] });
    await configure(scene, "tally-books");
    assert.equal(await shown(page, "#config-of"), undefined);
    await make("second-books");
    await page.click("button", "Back");
    await page.click("button", "Configure");
    const select = () => page.waitFor(() => shown(page, "#config-of"), "the choice");
    await type(page, "vat_number", "EE1");
    assert.equal(await (await select()).isEnabled(), false);
    await page.click("button", "Discard");
    await page.waitFor(async () => (await select()).isEnabled(), "the choice to be free");
    const options = await all(page, "#config-of option");
    assert.equal(options.length, 2);
    await page.driver.executeScript((select) => {
      select.value = "second-books";
      select.dispatchEvent(new Event("change"));
    }, await select());
    await page.waitFor(async () => (await (await select()).getAttribute("value")) === "second-books", "the second");
    await type(page, "vat_number", "EE2");
    await choose(page, "company", "Example Trading Ltd");
    await day(page, "start", "2026-01-31");
    await save(page);
    const [saved] = await page.eventsNamed("config-saved");
    assert.equal(saved.detail.configId, "second-books");
    const vat = ({ fields }) => fields.find(({ id }) => id === "vat_number").value;
    const at = async (path) => vat(JSON.parse(await ada.call("GET", `/api/v2/f-sdk/slug/tally-books/config${path}`)));
    assert.deepEqual([await at("/second-books"), (await at("")) ?? ""], ["EE2", ""]);
  },

  "what is wrong is said at its field before and after it is sent": async (scene) => {
    const { page, sandbox, browser } = scene;
    await configure(scene, "tally-books");
    await type(page, "webhook", "nowhere");
    await type(page, "extra", "{a:1}");
    await page.click("button", "Save");
    await page.waitFor(async () => /Enter valid JSON/.test(await page.text()), "the errors");
    const text = await page.text();
    assert.match(text, /4 fields need your attention/);
    assert.match(text, /begins with https/);
    assert.equal(await (await control(page, "webhook")).getAttribute("aria-invalid"), "true");
    await page.screenshot(`configure-errors-${browser}`);
    assert.deepEqual(await puts(sandbox), []);
    await page.click("button", /^Notify this address: /);
    await page.waitFor(async () => (await focused(page)) === "webhook", "the focus at the address");

    await type(page, "webhook", "https://a.example");
    assert.equal(await (await control(page, "webhook")).getAttribute("value"), "https://a.example", "the focus stayed");
    await type(page, "extra", "{}");
    await choose(page, "company", "Example Trading Ltd");
    await day(page, "start", "2026-01-31");
    await save(page);
  },

  "what the platform refuses is said at its field, and the rest is saved": async (scene) => {
    const { page, sandbox } = scene;
    const ada = await account(sandbox);
    await configure(scene, "harbor-crm");
    await choose(page, "region", "Europe");
    await choose(page, "team", "Tallinn");
    await page.click("button", "Workflows");
    await type(page, "contact_owner", "nobody@nowhere");
    await type(page, "contact_note", "kept");
    await page.click("button", "Save");
    await page.waitFor(async () => /Enter an e-mail address/.test(await page.text()), "the platform's sentence");
    assert.equal(await (await control(page, "contact_owner")).getAttribute("value"), "nobody@nowhere");
    assert.equal((await ada.values("harbor-crm"))["wf_contacts.contact_note"], "kept");
    // Its line in the summary leads to it from any page.
    await (await all(page, ".steps .chip"))[0].click();
    await page.waitFor(async () => !(await shown(page, '[data-field="contact_owner"]')), "the first page");
    await page.click("button", /: Enter an e-mail address/);
    await page.waitFor(async () => (await focused(page)) === "contact_owner", "the focus at the owner");
    await type(page, "contact_owner", "somebody@example.com");
    await save(page);
    assert.equal((await ada.values("harbor-crm"))["wf_contacts.contact_owner"], "somebody@example.com");
  },

  "a failure, a conflict and an expired session keep the edits": async (scene) => {
    const { page, sandbox, browser } = scene;
    const ada = await account(sandbox);
    await configure(scene, "northwind-calendar");
    await choose(page, "calendar", "Team");
    await type(page, "buffer", "15");
    for (const status of [500, 409]) {
      await sandbox.setSwitches({ match: { method: "PUT" }, status });
      await page.click("button", "Save");
      await page.waitFor(async () => (await all(page, ".bar .alert")).length === 1, `the failure ${status}`);
      await page.screenshot(`configure-failed-${browser}`);
      assert.equal(await (await control(page, "buffer")).getAttribute("value"), "15");
      await sandbox.clearSwitches();
      await holds(page, "buffer", "15");
    }
    await sandbox.expireTokens();
    await save(page);
    const fresh = await account(sandbox);
    assert.deepEqual(await fresh.values("northwind-calendar"), { calendar: "team", buffer: 15 });
    assert.ok(ada);
  },

  "unsaved edits are guarded, and can be discarded": async (scene) => {
    const { page, sandbox, browser } = scene;
    await configure(scene, "northwind-calendar");
    await type(page, "buffer", "20");
    await page.click("button", "Back");
    await page.find("button", "Leave without saving");
    await page.screenshot(`configure-leave-${browser}`);
    await page.click("button", "Keep editing");
    assert.equal(await (await control(page, "buffer")).getAttribute("value"), "20");
    await page.click("button", "Discard");
    await holds(page, "buffer", "10");
    assert.ok(!(await page.has("button", "Save")));
    await type(page, "buffer", "30");
    await page.click("button", "Back");
    await page.click("button", "Leave without saving");
    await page.waitForScreen("app");
    assert.deepEqual(await puts(sandbox), []);
  },

  "a configuration is deleted only after a question": async (scene) => {
    const { page, sandbox } = scene;
    await configure(scene, "northwind-calendar");
    await type(page, "buffer", "25");
    await choose(page, "calendar", "Work");
    await save(page);
    const deletes = async () => (await sandbox.requests()).filter((request) => request.method === "DELETE").length;
    const before = await deletes();
    await page.click("button", "Delete configuration");
    assert.equal(await deletes(), before);
    await page.click("button", "Delete configuration");
    await page.waitForScreen("app");
    assert.equal(await deletes(), before + 1);
    await page.click("button", "Configure");
    await holds(page, "buffer", "10");
  },

  "the last runs are paged and say what became of them": async (scene) => {
    const { page, browser } = scene;
    await connected(scene.sandbox, "ferry-desk");
    await page.open({ app: "ferry-desk" });
    await page.click("button", "Last runs");
    await page.waitForScreen("runs");
    await page.waitFor(async () => /Nothing has run yet/.test(await page.text()), "no runs");
    await page.click("button", "Back");
    await page.click("button", "Configure");
    await page.waitFor(() => shown(page, "fieldset"), "the fields");
    await choose(page, "inbox", "Billing");
    await save(page);
    await page.click("button", "Back");
    await page.click("button", "Last runs");
    await page.waitFor(async () => (await all(page, ".runs > li")).length === 10, "ten runs");
    await page.screenshot(`runs-${browser}`);
    const text = await page.text();
    assert.match(text, /Running/);
    assert.match(text, /answered 503/);
    await page.click("button", "Older");
    await page.waitFor(async () => (await all(page, ".runs > li")).length === 2, "the other two");
    await page.click("button", "Newer");
    await page.waitFor(async () => (await all(page, ".runs > li")).length === 10, "ten runs again");
  },
});
