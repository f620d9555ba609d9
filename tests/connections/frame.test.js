// Keys are typed where the host's page cannot look: in a frame of the platform's origin.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { chooseApp } from "../flow/steps.js";
import { enterFrame, fill, focusField, openFields, shoot, submit, value } from "./frame-steps.js";

const KEY = "fd_live_Zq7Xw9Kv3Jy5Hu";
const WRONG = "Zq7Xw9Kv3Jy5Hu";

const records = (page) => page.driver.executeScript("return window.__record");
/** Whatever the recorder has of the key: an event of its keyboard, or three characters in a row. */
const traces = (all, key) => {
  const parts = [...key].map((_, at) => key.slice(at, at + 3)).filter((part) => part.length === 3);
  // The key that sends the form is let go when the frame may be gone already.
  const typed = (line) => line.startsWith("key:") && !(line.startsWith("key:keyup") && line.includes("Enter"));
  return all.filter((line) => typed(line) || parts.some((part) => line.includes(part)));
};

suite("the isolated frame", {}, {
  "a recorder in the host's page sees no character of the key": async ({ page, browser }) => {
    await page.open({}, "recorded.html");
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await focusField(page, "API key");
    await page.driver.switchTo().defaultContent();
    const before = (await records(page)).length;
    await enterFrame(page);
    await fill(page, "API key", KEY);
    await shoot(page, `frame-${browser}`);
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
    assert.deepEqual(traces((await records(page)).slice(before), KEY), []);
    const [connected] = await page.eventsNamed("account-connected");
    assert.equal(connected.detail.app, "ferry-desk");
    assert.equal(connected.detail.authType, "keybased");
  },

  "the same recorder sees every character of a key in the page itself": async ({ page }) => {
    await page.open({ credentials: "inline" }, "recorded.html");
    await openFields(page, "Ferry Desk");
    await fill(page, "API key", KEY);
    await submit(page);
    await page.waitForScreen("connected");
    const seen = traces(await records(page), KEY);
    for (const kind of ["key:keydown", "key:input", "fetch"]) {
      assert.ok(seen.some((line) => line.startsWith(kind)), `the recorder has no ${kind}`);
    }
  },

  "without a place for keys the host is told what to set, and other apps work": async ({ page, browser }) => {
    await page.open({ credentials: "none" });
    await chooseApp(page, "Ferry Desk");
    await page.click("button", "Connect");
    await page.waitForScreen("error");
    await page.screenshot(`frame-missing-${browser}`);
    const [error] = await page.eventsNamed("flow-error");
    assert.equal(error.detail.code, "credentials_frame_missing");
    assert.match(await page.text(), /frameUrl or inlineCredentials/);
    assert.ok(!(await page.has("button", "Try again")));
    await page.click("button", "Back");
    await page.waitForScreen("app");
    await page.click("button", "Back");
    await chooseApp(page, "Tally Books");
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
  },

  "several fields, each with what is wrong with it (P13)": async ({ page, browser }) => {
    await page.open();
    await openFields(page, "Signal Desk");
    await enterFrame(page);
    await fill(page, "Agent e-mail", "nobody");
    await submit(page);
    await page.waitFor(async () => /3 fields need your attention/.test(await page.text()), "the summary");
    await shoot(page, `frame-errors-${browser}`);
    await fill(page, "Agent e-mail", "@acme.example");
    await fill(page, "Subdomain", "  acme ");
    await fill(page, "API token", "sd-Zq7Xw9Kv3J");
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
  },

  "a refusal is shown in the platform's words, inside the frame alone, and the next try counts": async (scene) => {
    const { page, browser } = scene;
    await page.open();
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await fill(page, "API key", WRONG);
    await submit(page);
    await page.waitFor(async () => /does not know this API key/.test(await page.text()), "the refusal");
    await shoot(page, `frame-refused-${browser}`);
    assert.equal(await value(page, "API key"), WRONG);
    await page.back();
    const [error, ...more] = await page.eventsNamed("flow-error");
    assert.deepEqual([error.detail.code, error.detail.step, more.length], ["credentials_refused", "credentials", 0]);
    assert.doesNotMatch(JSON.stringify(await page.events()), /does not know/);
    assert.doesNotMatch(await page.text(), /does not know/);

    await enterFrame(page);
    const select = await page.driver.executeScript("return document.querySelector('body > div').shadowRoot.querySelector('input')");
    await select.clear();
    await fill(page, "API key", KEY);
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
  },

  "a session that expires behind the form is renewed, and what was typed stays": async ({ page, sandbox }) => {
    await page.open();
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await fill(page, "API key", KEY);
    await sandbox.expireTokens();
    await page.driver.switchTo().defaultContent();
    await page.driver.executeScript("dispatchEvent(new Event('focus'))");
    await enterFrame(page);
    assert.equal(await value(page, "API key"), KEY);
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
    const names = (await page.events()).map(({ name }) => name);
    assert.ok(names.includes("session-renewed") && !names.includes("flow-error"), `${names}`);
  },

  "a session that expires between the two requests is renewed by way of the page": async ({ page, sandbox }) => {
    await page.open();
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await fill(page, "API key", KEY);
    await sandbox.setSwitches({ match: { path: "/api/v2/app/" }, times: 1, status: 401 });
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
    assert.ok((await page.eventsNamed("session-renewed")).length > 0);
  },

  "an answer that is lost on the way is asked for and nothing is sent twice (N13)": async ({ page, sandbox }) => {
    await page.open();
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await fill(page, "API key", KEY);
    await sandbox.setSwitches({ match: { method: "POST", path: "/api/v2/app/" }, body: "cut" });
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
    const saves = (await sandbox.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/save"));
    assert.equal(saves.length, 1);
  },

  "secrets that come before signing in are the frame's, too, and go in a body": async ({ page, sandbox }) => {
    await page.open();
    await openFields(page, "Stillwater HR", "Connect", "prerequisites");
    await enterFrame(page);
    await fill(page, "Subdomain", "acme");
    await fill(page, "Partner key", "pk-Zq7Xw9Kv3J");
    await submit(page);
    await page.back();
    await page.waitForScreen("waiting");
    if ((await page.popups()) === 0) await page.click("button", "Open Stillwater HR");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    const asked = (await sandbox.requests()).filter(({ path }) => path.includes("/integrate"));
    assert.ok(asked.length > 0 && asked.every(({ method, query }) => method !== "GET" && !query));
  },

  "client credentials connect without a window": async ({ page }) => {
    await page.open();
    await openFields(page, "Orchard Metrics", "Connect", "prerequisites");
    await enterFrame(page);
    await fill(page, "Client ID", "demo-client");
    await fill(page, "Client secret", "demo-secret");
    await submit(page);
    await page.back();
    await page.waitForScreen("connected");
    await page.waitForNoPopup();
  },

  "the frame takes the host's theme and its colours": async ({ page, browser }) => {
    await page.open({ theme: "dark" });
    await page.waitForScreen("list");
    await page.driver.executeScript(
      "document.querySelector('connect-flow').style.setProperty('--cf-accent', 'rgb(200, 30, 90)')",
    );
    await openFields(page, "Ferry Desk");
    await enterFrame(page);
    await page.waitFor(
      () => page.driver.executeScript(() => {
        const root = document.querySelector("body > div").shadowRoot.querySelector(".cf");
        return root.dataset.theme === "dark" && getComputedStyle(root).getPropertyValue("--accent").includes("200");
      }),
      "the look",
    );
    await page.driver.switchTo().defaultContent();
    await page.screenshot(`frame-dark-${browser}`);
    const [title, high] = await page.driver.executeScript(() => {
      const frame = document.querySelector("connect-flow").shadowRoot.querySelector("iframe");
      return [frame.title, frame.clientHeight];
    });
    assert.match(title, /Ferry Desk/);
    assert.ok(high > 80 && high < 300, `${high} px`);
  },
});
