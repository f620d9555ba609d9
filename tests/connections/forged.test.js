// The credentials page takes one port, from the page around it, and sends nothing to any other platform than its own.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";

const heard = (page) => page.driver.executeScript("return window.heard.map(([label, data]) => [label, data.name])");

async function open(page) {
  await page.open({}, "forge.html");
  await page.waitFor(() => page.driver.executeScript("return window.ready"), "the frame");
}

suite("the credentials page", {}, {
  "ignores neighbours, look-alikes and second greetings (P6)": async ({ page }) => {
    await open(page);
    await page.driver.executeScript(() => window.neighbour());
    await page.driver.executeScript(() => {
      const good = { name: "connect-flow", version: 1, nonce: "n" };
      Object.prototype.name = "connect-flow";
      const bad = [
        {}, null, "connect-flow", [good], { ...good, name: "connect-flow " }, { ...good, version: 2 },
        { ...good, nonce: 7 }, JSON.parse('{"__proto__":{"name":"connect-flow","version":1,"nonce":"n"}}'),
      ];
      for (const data of bad) window.greet("look-alike", data);
      delete Object.prototype.name;
      window.greet("no port", good, 0);
      window.greet("two ports", good, 2);
      window.greet("honest", good);
      for (let at = 0; at < 1_000; at++) window.greet("second", good);
    });
    await page.waitFor(async () => (await heard(page)).some(([, name]) => name === "ready"), "the answer");
    const labels = new Set((await heard(page)).map(([label]) => label));
    assert.deepEqual([...labels], ["honest"]);
  },

  "answers the honest parent with its own number, and refuses another platform": async ({ page, sandbox }) => {
    await open(page);
    await page.driver.executeScript((apiUrl) => {
      const port = window.greet("honest", { name: "connect-flow", version: 1, nonce: "its own" });
      port.postMessage({ name: "session", generation: 1, token: "a-session-token-of-somebody" });
      port.postMessage({ name: "setup", apiUrl, app: "ferry-desk", authType: "keybased", headers: [] });
    }, sandbox.provider);
    await page.waitFor(async () => (await heard(page)).some(([, name]) => name === "failed"), "the refusal");
    const [[, ready]] = await page.driver.executeScript("return window.heard");
    assert.deepEqual(ready, { name: "ready", nonce: "its own" });
    const failed = await page.driver.executeScript("return window.heard.find(([, data]) => data.name === 'failed')[1]");
    assert.equal(failed.code, "invalid_option");
    assert.ok(!(await sandbox.requests()).some(({ path }) => path.includes("/f-sdk/")));
  },

  "a page of the host's own origin is no frame for secrets": async ({ page, sandbox }) => {
    await page.open({ frameUrl: `${sandbox.host}/frame.html` });
    const error = await page.waitForEvent("flow-error");
    assert.deepEqual([error.detail.code, error.detail.step], ["invalid_option", "embed"]);
  },

  "a document that is not the credentials page gets no token, and the user a way on": async ({ page, sandbox }) => {
    await page.open({ frameUrl: `${sandbox.platform}/api/v3/org/basics` });
    await page.waitForScreen("list");
    await page.click("button", /^Ferry Desk/);
    await page.waitForScreen("app");
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
    await page.click("button", "Continue to Ferry Desk");
    await page.waitForScreen("error", 20_000);
    const [error] = await page.eventsNamed("flow-error");
    assert.equal(error.detail.code, "load_failed");
    await page.find("button", "Try again");
  },
});
