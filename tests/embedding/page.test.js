// The page around the element: other versions of it, other shadow roots, pages without storage, options that change.
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { suite } from "../harness/index.js";
import { open, run } from "./stage.js";

const SITE = process.env.CONNECT_FLOW_SITE ?? fileURLToPath(new URL("../../target/site", import.meta.url));
const FILES = [
  "element.js", "index.js", "life.js", "session-url.js", "connect-flow_bg.wasm",
  "connect-flow_second.wasm",
];

const ready = (page, times = 1) =>
  page.waitFor(async () => (await page.eventsNamed("flow-ready")).length === times, `${times} lists`);

suite("the page around the element", {}, {
  "E11: two versions on one page live beside each other, each under its own name": async (scene) => {
    const { page, driver } = scene;
    for (const name of FILES) await cp(`${SITE}/${name}`, `${SITE}/second-version/${name}`);
    await open(scene);
    await run(driver, `
      const first = customElements.get("connect-flow");
      // Registers nothing: the name is taken, and stays with the one that came first.
      const { define } = await importModule("/second-version/element.js");
      window.kept = customElements.get("connect-flow") === first;
      define("connect-flow-second");
      embed();
      window.second = embed({}, true, "connect-flow-second");`);
    await ready(page, 2);
    assert.ok(await run(driver, "return kept"));
    const loaded = "return performance.getEntriesByType('resource').map(({ name }) => name)";
    const wasm = (await driver.executeScript(loaded)).filter((name) => name.endsWith("_bg.wasm"));
    assert.equal(new Set(wasm).size, 2, String(wasm));
    // The end of one is not the end of the other.
    await run(driver, "second.end(); second.remove()");
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
    await rm(`${SITE}/second-version`, { recursive: true });
  },

  "E10: lives inside other shadow roots, open and closed, and moves between them": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await run(driver, `
      window.roots = ["open", "closed"].map((mode) => {
        const host = document.getElementById("place").appendChild(document.createElement("section"));
        return host.attachShadow({ mode });
      });
      roots[0].append(embed());`);
    await ready(page);
    await run(driver, `window.screen0 = flow.shadowRoot.querySelector("[data-screen]"); roots[1].append(flow)`);
    await run(driver, "await new Promise((done) => setTimeout(done, 100))");
    assert.ok(await run(driver, "return screen0.isConnected && flow.getRootNode() === roots[1]"));
    // The focus comes back to the row, also where the document knows no more than the outermost host.
    const back = await run(driver, `
      const find = async (selector) => {
        for (;;) {
          const found = flow.shadowRoot.querySelector(selector);
          if (found) return found;
          await new Promise((done) => setTimeout(done, 20));
        }
      };
      const row = await find("[data-slug=tally-books]");
      row.focus();
      row.click();
      (await find(".top button")).click();
      await find("[data-slug=tally-books]");
      await new Promise((done) => setTimeout(done, 100));
      return flow.shadowRoot.activeElement?.dataset.slug;`);
    assert.equal(back, "tally-books");
    await run(driver, "document.getElementById('elsewhere').append(flow)");
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
    assert.deepEqual(await run(driver, "return __asks"), ["initial"]);
  },

  "E10: several on one page end alone": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await run(driver, "window.flows = [embed(), embed(), embed()]");
    await ready(page, 3);
    await run(driver, "flows[0].remove(); flows[1].end()");
    await page.waitForEvent("session-ended");
    const screens = "return flows.map((one) => one.shadowRoot.querySelector('[data-screen]')?.dataset.screen ?? null)";
    await page.waitFor(async () => (await run(driver, screens))[0] === null, "the first to be gone");
    assert.deepEqual(await run(driver, screens), [null, "ended", "list"]);
  },

  "what a patched page does while a screen is built has its turn afterwards": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await run(driver, "embed()");
    await ready(page);
    await run(driver, `
      const real = Element.prototype.setAttribute;
      Element.prototype.setAttribute = function (name, value) {
        if (value === "actions" && !window.within) {
          window.within = true;
          flow.end();
        }
        real.call(this, name, value);
      };`);
    await page.click("button", /^Tally Books/);
    await page.waitForScreen("ended");
    assert.ok(await run(driver, "return within"));
    assert.deepEqual((await page.eventsNamed("flow-error")).map(({ detail }) => detail.code), []);
  },

  "what the platform no longer offers is there to be ended, and for nothing else": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    // A key is all that it takes by now; who had signed in is still connected.
    await run(driver, `
      describe("tally-books", \`{
        "auth_type": "keybased", "auth_type_options": { "keybased": [] }, "connected": true,
        "connected_accounts": [{ "connection_id": "c", "identifier": "ada@example.com", "auth_type": "oauth2", "status": "active" }]
      }\`);
      embed();`);
    await page.click("button", /^Tally Books/);
    await page.find("button", "Disconnect");
    const card = "return [...flow.shadowRoot.querySelectorAll('.card button')].map((button) => button.textContent)";
    assert.deepEqual(await driver.executeScript(card), ["Disconnect"]);
  },

  "a list that comes while the user is elsewhere on the page takes no focus from there": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await run(driver, `embed()`);
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
    const focused = await run(driver, `
      const field = document.body.appendChild(document.createElement("input"));
      field.id = "field";
      field.focus();
      flow.shadowRoot.querySelector(".top button").click();
      await new Promise((done) => setTimeout(done, 200));
      return [flow.shadowRoot.querySelector("[data-screen]").dataset.screen, document.activeElement.id];`);
    assert.deepEqual(focused, ["list", "field"]);
  },

  "E4: works where storage, cookies and databases throw": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await run(driver, `
      const refuse = { get: () => { throw new DOMException("denied", "SecurityError"); }, configurable: true };
      for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
        Object.defineProperty(window, name, refuse);
      }
      Object.defineProperty(Document.prototype, "cookie", refuse);
      embed();`);
    await ready(page);
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
  },

  "E4: works in a frame of another site": async (scene) => {
    const { page, driver, sandbox } = scene;
    // Loopback, so that the frame is a secure context; another host, so that it is a third party.
    const outer = createServer((_, answer) => {
      answer.setHeader("content-type", "text/html");
      answer.end(`<!doctype html><title>Outer</title><iframe src="${sandbox.host}/embedding.html?csp=off"></iframe>`);
    });
    await new Promise((done) => outer.listen(0, "127.0.0.1", done));
    try {
      await driver.get(`http://127.0.0.1:${outer.address().port}/`);
      page.window = await driver.getWindowHandle();
      await driver.switchTo().frame(0);
      await page.waitFor(() => driver.executeScript("return window.ready === true"), "the page's script");
      await run(driver, `
        const { apiUrl, ...rest } = createFakePlatform().options;
        embed({ "api-url": apiUrl }, false);
        Object.assign(flow, rest);`);
      await ready(page);
      assert.deepEqual(await driver.executeScript("return window.__problems"), []);
    } finally {
      await driver.switchTo().defaultContent();
      outer.closeAllConnections();
      outer.close();
    }
  },

  "options that change: those that are live take effect at once, the others with the next life": async (scene) => {
    const { page, driver, sandbox } = scene;
    await open(scene);
    await run(driver, `embed({ "platform-name": "First Platform" })`);
    await ready(page);
    await page.waitFor(async () => /First Platform/.test(await page.text()), "the name");
    await run(driver, `
      flow.platformName = "Second Platform";
      flow.headers = { tenantId: "acme" };
      flow.iconOrigins = ["https://icons.example.com"];`);
    await page.waitFor(async () => /Second Platform/.test(await page.text()), "the other name");
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
    const tenants = async () => (await sandbox.requests()).map(({ headers }) => headers["x-tenant-id"]).filter(Boolean);
    assert.deepEqual(await tenants(), []);
    await run(driver, "flow.remove(); await Promise.resolve(); document.getElementById('place').append(flow)");
    await ready(page, 2);
    assert.ok((await tenants()).includes("acme"));
    assert.deepEqual(await run(driver, "return __asks"), ["initial", "initial"]);
  },
});
