// The React component and hook in React 18 and 19: one life in StrictMode, current callbacks, Suspense, hydration.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { bundle } from "./react/bundle.js";

const VERSIONS = [18, 19];
await Promise.all(VERSIONS.map(bundle));

for (const version of VERSIONS) {
  const open = async ({ page, driver }, app, name = `react${version}.html`) => {
    await page.open({ app }, name);
    await page.waitFor(() => driver.executeScript("return window.started === true"), "the app");
    assert.match(await driver.executeScript("return reactVersion"), RegExp(`^${version}\\.`));
  };
  const pause = (driver, ms) => driver.executeAsyncScript(`setTimeout(arguments[arguments.length - 1], ${ms})`);
  const asks = (driver) => driver.executeScript("return __asks");
  const status = (driver) => driver.executeScript("return document.getElementById('status')?.textContent.trim()");
  const opened = async (page) => (await page.eventsNamed("flow-activity")).filter(({ detail }) => detail.name === "opened");

  // The older one differs in its own rules, not in what it asks of a browser.
  suite(`React ${version}`, version === 18 ? { browsers: ["chromium"] } : {}, {
    [`R15 E10: one life in StrictMode, one renewal chain, each callback once (React ${version})`]: async (scene) => {
      const { page, driver, sandbox } = scene;
      await open(scene, "strict");
      await page.waitForEvent("flow-ready");
      await pause(driver, 300);
      assert.deepEqual(await asks(driver), ["initial"]);
      assert.equal((await page.eventsNamed("flow-ready")).length, 1);
      assert.equal((await opened(page)).length, 1);
      await sandbox.expireTokens();
      await page.click("button", /^Tally Books/);
      await page.click("button", "Connect");
      await page.click("button", /^Continue to/);
      await page.waitForEvent("session-renewed");
      assert.deepEqual(await asks(driver), ["initial", "rejected"]);
      assert.equal((await page.eventsNamed("session-renewed")).length, 1);
    },

    [`calls the callbacks of the last render and mounts nothing again (React ${version})`]: async (scene) => {
      const { page, driver } = scene;
      await open(scene, "strict");
      await page.waitForEvent("flow-ready");
      await driver.executeScript(`
        window.screen0 = document.querySelector("connect-flow").shadowRoot.querySelector("[data-screen]");
        for (let by = 1; by <= 20; by += 1) update({ by, more: { headers: {}, strings: {}, iconOrigins: [] } });`);
      await pause(driver, 100);
      await driver.executeScript("update({ more: { theme: 'dark', getSessionToken: async () => null } })");
      await pause(driver, 100);
      assert.ok(await driver.executeScript("return screen0.isConnected"));
      await driver.executeScript(`document.querySelector("connect-flow").end()`);
      const { by } = await page.waitForEvent("session-ended");
      assert.equal(by, 20);
      assert.deepEqual(await asks(driver), ["initial"]);
      assert.equal((await page.eventsNamed("session-ended")).length, 1);
    },

    [`ends its life when it is no longer rendered, and begins another (React ${version})`]: async (scene) => {
      const { page, driver } = scene;
      await open(scene, "strict");
      await page.waitForEvent("flow-ready");
      await driver.executeScript("window.old = document.querySelector('connect-flow'); update({ gone: true })");
      await page.waitFor(() => driver.executeScript("return old.shadowRoot.childNodes.length === 0"), "the end");
      await driver.executeScript("__events.length = 0; update({ gone: false, by: 1 })");
      await page.waitForEvent("flow-ready");
      assert.deepEqual(await asks(driver), ["initial", "initial"]);
    },

    [`whoever gets the element by a ref may give it a token there (React ${version})`]: async (scene) => {
      await open(scene, "pushed");
      await scene.page.waitForEvent("flow-ready");
    },

    [`lives on while Suspense hides it, and hears on (React ${version})`]: async (scene) => {
      const { page, driver } = scene;
      await open(scene, "suspense");
      await page.waitFor(async () => (await status(driver)) === "ready active", "the status");
      await driver.executeScript("window.old = document.querySelector('connect-flow'); update({ wait: true })");
      await page.waitFor(async () => /waiting/.test(await page.text()), "the fallback");
      await driver.executeScript("old.end()");
      await page.waitForEvent("session-ended");
      await driver.executeScript("ready()");
      await page.waitFor(async () => /loaded/.test(await page.text()), "the sibling");
      assert.ok(await driver.executeScript("return old === document.querySelector('connect-flow')"));
      assert.equal((await page.eventsNamed("session-ended")).length, 1);
      assert.deepEqual(await asks(driver), ["initial"]);
      await page.waitFor(async () => /ended/.test(await status(driver)), "the status");
    },

    [`hydrates what a server rendered, without a warning (React ${version})`]: async (scene) => {
      const { page, driver } = scene;
      await open(scene, "hydration", `hydrate${version}.html`);
      await page.waitForEvent("flow-ready");
      assert.ok(await driver.executeScript("return served && served === document.querySelector('connect-flow')"));
      assert.deepEqual(await asks(driver), ["initial"]);
    },

    [`takes the place of the vendor's components: connects, saves, disconnects (React ${version})`]: async (scene) => {
      const { page, driver } = scene;
      const told = async (name) => {
        await page.waitForEvent(name);
        assert.deepEqual(await page.eventsNamed(name), [{ name, given: [] }]);
      };
      await open(scene, "refold");
      assert.equal(await driver.executeScript("return document.querySelector('connect-flow')"), null);
      await driver.executeScript("update({ slug: 'payroll', id: 'customer-1', token: platform.mint().token })");
      await page.click("button", "Connect");
      await page.waitForScreen("consent");
      await page.click("button", /^Continue/);
      const key = "return document.querySelector('connect-flow').shadowRoot.querySelector('input[type=password]')";
      await (await page.waitFor(() => driver.executeScript(key), "the key's field")).sendKeys("key-1");
      await page.click("button", "Connect");
      await told("connect");
      await page.click("button", "Configure");
      await page.type("textbox", /^Folder/, "inbox");
      await page.click("button", "Save");
      await told("save");
      const asked = await driver.executeScript("return platform.requests");
      const made = asked.find(({ method, path }) => method === "POST" && path === "/api/v2/f-sdk/config");
      assert.deepEqual(made.body, { slug: "payroll", config_id: "customer-1", labels: [{ name: "Stage", value: 1 }] });
      const saved = asked.find(({ method }) => method === "PUT");
      assert.equal(saved.body.config_id, "customer-1");
      assert.equal(saved.body.fields.folder, "inbox");
      await driver.executeScript("update({ slug: null })");
      await page.waitFor(() => driver.executeScript("return !document.querySelector('connect-flow')"), "nothing");
      await driver.executeScript("update({ slug: 'payroll' })");
      await page.click("button", "Disconnect");
      await page.click("button", "Disconnect");
      await told("disconnect");
    },

    [`connect-flow/testing: an app is connected and expiry forced, without a network (React ${version})`]: async (scene) => {
      const { page, driver, sandbox } = scene;
      await open(scene, "testing");
      await page.waitFor(async () => (await status(driver)) === "ready active", "the status");
      await driver.executeScript(`
        platform.script({ on: "POST /api/v1/crm/integrate", before: () => platform.expire() });
        platform.script({ on: "GET /api/v2/f-sdk/application/crm", times: 2, status: 500 });`);
      await page.click("button", /^Example CRM/);
      await page.click("button", "Connect");
      await page.click("button", /^Continue to/);
      const { detail } = await page.waitForEvent("account-connected");
      assert.equal(detail.app, "crm");
      assert.deepEqual(await driver.executeScript("return platform.asks"), ["initial", "rejected"]);
      await driver.executeScript("clock.advance(16 * 60_000)");
      await page.waitFor(() => driver.executeScript("return platform.asks.length === 3"), "the host to be asked");
      await driver.executeScript("platform.signedIn = false; clock.advance(16 * 60_000)");
      await page.waitFor(async () => / ended/.test(await status(driver)), "the end of the session");
      const sent = (await sandbox.requests()).filter(({ path }) => path.startsWith("/api/"));
      assert.deepEqual(sent, []);
    },

    [`connect-flow/testing says that it came too late (React ${version})`]: async (scene) => {
      await open(scene, "late");
      assert.match(await scene.driver.executeScript("return said"), /before the first mount/);
    },
  });
}
