// The hosted flow: the frame's page in a window of its own, living from the host's tokens.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { ProviderPage } from "../harness/page.js";
import { fill, submit } from "./frame-steps.js";

const KEY = "fd_live_Zq7Xw9Kv3Jy5Hu";

/** Opens the host's page, and the window in a click. */
async function open(page, parameters = {}, options = {}) {
  await page.open(parameters, "ways.html");
  await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
  await page.driver.executeScript("const more = arguments[0]; window.act = () => window.hosted(more)", options);
  await page.click("button", "Act");
}

/** As above, and puts the driver into the window. @returns its handle */
async function opened(page, parameters, options) {
  await open(page, parameters, options);
  return enter(page);
}

/** Puts the driver into the window. @returns its handle */
async function enter(page) {
  await page.popup();
  return page.driver.getWindowHandle();
}

/** From the list to what comes after consent. */
async function connect(page, app) {
  await page.waitForScreen("list");
  await page.click("button", new RegExp(`^${app}\\b`));
  await page.waitForScreen("app");
  await page.click("button", "Connect");
  await page.waitForScreen("consent");
  await page.click("button", `Continue to ${app}`);
}

const tokens = (page) => page.driver.executeScript("return window.__tokens");

suite("the hosted flow", {}, {
  "connects by keys that the host's page cannot see, and tells it the events (R18)": async ({ page, browser }) => {
    const window = await opened(page);
    await connect(page, "Ferry Desk");
    await page.waitForScreen("credentials");
    await page.screenshot(`hosted-${browser}`);
    await fill(page, "API key", KEY);
    await submit(page);
    await page.waitForScreen("connected");
    const address = await page.driver.getCurrentUrl();
    assert.equal(await page.driver.executeScript("return window.opener"), null);
    assert.equal(await page.driver.executeScript("return document.referrer"), "");
    await page.driver.switchTo().window(page.window);
    const connected = await page.waitForEvent("account-connected");
    assert.deepEqual([connected.detail.app, connected.detail.authType], ["ferry-desk", "keybased"]);
    const all = await tokens(page);
    assert.ok(all.length > 0);
    const { hash, origin } = new URL(address);
    assert.equal(hash, `#${new URL(page.sandbox.host).origin}`);
    assert.equal(origin, page.sandbox.platform);
    for (const token of all) assert.ok(!address.includes(token));
    const heard = JSON.stringify([await page.events(), await page.driver.executeScript("return window.__bodies")]);
    assert.ok(!heard.includes(KEY));

    // "Done" closes the window, and the host hears of it once.
    await page.driver.switchTo().window(window);
    await page.click("button", "Done");
    await page.driver.switchTo().window(page.window);
    const closed = await page.waitForEvent("flow-closed");
    assert.deepEqual(closed.detail, { reason: "done" });
    await page.waitForNoPopup();
    assert.equal((await page.eventsNamed("flow-closed")).length, 1);
  },

  "signs in at the provider from its own window": async ({ page }) => {
    const window = await opened(page);
    await connect(page, "Tally Books");
    const handle = await page.waitFor(async () => {
      const all = await page.driver.getAllWindowHandles();
      return all.find((one) => ![page.window, window].includes(one));
    }, "the provider's window");
    await page.driver.switchTo().window(handle);
    const provider = new ProviderPage(page.driver);
    await provider.signIn();
    await provider.allow();
    await page.driver.switchTo().window(window);
    await page.waitForScreen("connected");
    await page.back();
    assert.equal((await page.waitForEvent("account-connected")).detail.app, "tally-books");
  },

  "renews its token over the port": async ({ page, sandbox }) => {
    await opened(page);
    // The list, which the first token brought: its screen is there before that.
    await page.find("button", /^Ferry Desk\b/);
    await sandbox.expireTokens();
    await connect(page, "Ferry Desk");
    await page.waitForScreen("credentials");
    await fill(page, "API key", KEY);
    await submit(page);
    await page.waitForScreen("connected");
    await page.back();
    assert.ok((await tokens(page)).length >= 2);
    await page.waitForEvent("session-renewed");
    assert.deepEqual(await page.eventsNamed("flow-error"), []);
  },

  "takes tokens that are pushed, where there is no callback": async ({ page }) => {
    await opened(page, { callback: "none" });
    await page.back();
    await page.driver.executeScript("return window.mint().then((grant) => window.flow.setSessionToken(grant))");
    await enter(page);
    await page.waitForScreen("list");
    await page.find("button", /^Ferry Desk\b/);
  },

  "ends with its window, and its window with the host's word": async ({ page }) => {
    await opened(page);
    await page.find("button", /^Ferry Desk\b/);
    await page.driver.close();
    await page.driver.switchTo().window(page.window);
    assert.deepEqual((await page.waitForEvent("flow-closed")).detail, { reason: "ended" });
    assert.equal(await page.driver.executeScript("return window.flow.closed"), true);
    const asked = (await tokens(page)).length;

    await page.click("button", "Act");
    await enter(page);
    await page.find("button", /^Ferry Desk\b/);
    await page.back();
    assert.equal((await tokens(page)).length, asked + 1);
    await page.driver.executeScript("window.flow.close()");
    await page.waitForNoPopup();
    assert.equal((await page.eventsNamed("flow-closed")).length, 2);
  },

  "a page that is loaded again has nobody to ask, and says that its session is over": async ({ page }) => {
    await opened(page);
    await page.find("button", /^Ferry Desk\b/);
    await page.driver.navigate().refresh();
    await page.waitFor(async () => /Your session has ended/.test(await page.text()), "the end");
    await page.back();
    const asked = (await tokens(page)).length;
    await page.waitForEvent("flow-closed");
    assert.deepEqual([asked, (await page.popups())], [1, 1]);
  },

  "greets nobody but the page that its address names, and only once (P6)": async ({ page }) => {
    await page.open({}, "ways.html");
    await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
    // An opener that is not the origin named: it hears nothing, and its port is not taken.
    await page.driver.executeScript(() => {
      window.heard = [];
      addEventListener("message", ({ data }) => window.heard.push(data.name));
      window.act = () => {
        window.other = open(`${window.foreign}#https://somebody.example`);
      };
    });
    await page.click("button", "Act");
    await enter(page);
    await page.waitFor(() => page.driver.executeScript("return document.readyState === 'complete'"), "the window");
    await page.back();
    const greet = () => page.driver.executeScript((origin) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => window.heard.push(data.name);
      window.other.postMessage({ name: "connect-flow", version: 1, nonce: "n" }, origin, [port2]);
    }, page.sandbox.platform);
    for (let at = 0; at < 5; at++) await greet();
    await page.driver.sleep(500);
    assert.deepEqual(await page.driver.executeScript("return window.heard"), []);
  },

  "refuses an address that isolates nothing or is not safe": async ({ page }) => {
    await page.open({}, "ways.html");
    await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
    const { host } = page.sandbox;
    const unsafe = ["", "frame.html", `${host}/frame.html`, "javascript:alert(1)", "http://platform.example/frame.html",
      "https://user@platform.example/frame.html", "http://localhost.example/frame.html"];
    for (const hostedUrl of unsafe) {
      const code = await page.driver.executeScript((hostedUrl) => {
        try {
          window.hosted({ hostedUrl });
        } catch (error) {
          return error.code;
        }
        return "";
      }, hostedUrl);
      assert.equal(code, "invalid_option", hostedUrl);
    }
    assert.equal(await page.popups(), 0);
  },

  "is for one platform, whatever its opener says": async ({ page }) => {
    await open(page, {}, { apiUrl: "https://platform.example" });
    const error = await page.waitForEvent("flow-error");
    assert.equal(error.detail.code, "invalid_option");
    await page.waitForNoPopup();
    assert.deepEqual(await tokens(page), []);
  },
});
