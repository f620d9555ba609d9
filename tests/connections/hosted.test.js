// The hosted flow: the frame's page in a window of its own, living from the host's tokens.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { ProviderPage } from "../harness/page.js";
import { fill, submit } from "./frame-steps.js";

const KEY = "fd_live_Zq7Xw9Kv3Jy5Hu";

/** Opens the host's page. */
async function load(page, parameters = {}) {
  await page.open(parameters, "ways.html");
  await page.waitFor(() => page.driver.executeScript("return window.ready"), "the page");
}

/** Opens the window in a click of the host's page, in which `prepare` sets `window.act`. */
async function act(page, options = {}, prepare = (more) => void (window.act = () => window.hosted(more))) {
  await page.driver.executeScript(prepare, options);
  await page.click("button", "Act");
}

/** Opens the host's page, and the window in a click. */
async function open(page, parameters, options, prepare) {
  await load(page, parameters);
  await act(page, options, prepare);
}

/** As above, and puts the driver into the window. @returns its handle */
async function opened(page, parameters, options, prepare) {
  await open(page, parameters, options, prepare);
  return enter(page);
}

/** The address of tests/pages/window.html, which says there what each parameter does. */
const own = (sandbox, parameters) => `${sandbox.platform}/window.html?${new URLSearchParams(parameters)}`;

/** What a window that only listens was told, as soon as there is that much. */
async function heard(page, count) {
  await page.waitFor(() => page.driver.executeScript("return window.heard?.length >= arguments[0]", count), "messages");
  return page.driver.executeScript("return window.heard");
}

/** Goes to the question for consent. @returns its text, with the organisation's name, and where it links */
async function consentOf(page) {
  await page.waitForScreen("list");
  await page.click("button", /^Ferry Desk\b/);
  await page.waitForScreen("app");
  await page.click("button", "Connect");
  await page.waitForScreen("consent");
  await page.waitFor(async () => /Acme Cloud will be able to/.test(await page.text()), "the organisation's name");
  const links = await page.driver.executeScript(() => {
    const { shadowRoot } = document.querySelector("connect-flow");
    return [...shadowRoot.querySelectorAll("a")].map(({ href }) => href);
  });
  return { text: await page.text(), links };
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

  "a window that has asked for no port yet is closed by its host's page": async ({ page, sandbox }) => {
    const options = { hostedUrl: own(sandbox, { silent: "" }) };
    await opened(page, {}, options);
    await page.back();
    await page.driver.executeScript("window.flow.close()");
    await page.waitForNoPopup();
    assert.deepEqual((await page.waitForEvent("flow-closed")).detail, { reason: "ended" });

    // The page that it would have lived from goes.
    await page.click("button", "Act");
    await enter(page);
    await page.back();
    await page.driver.navigate().refresh();
    await page.waitForNoPopup();

    // It never asks.
    await open(page, {}, options, (more) => {
      window.hurry();
      window.act = () => window.hosted(more);
    });
    assert.equal((await page.waitForEvent("flow-error")).detail.code, "load_failed");
    await page.waitForNoPopup();
  },

  "takes options that a framework watches: what it sends is JSON": async ({ page, sandbox }) => {
    await opened(page, {}, { hostedUrl: own(sandbox, { heard: "" }) }, (more) => {
      const headers = window.reactive({ tenantId: "acme" });
      const config = window.reactive({ id: "eu", labels: window.reactive(["Leads", { of: "deals" }]) });
      window.act = () => window.hosted({ ...more, headers, config });
    });
    const [{ options }] = await heard(page, 1);
    assert.deepEqual(options.headers, { tenantId: "acme" });
    assert.deepEqual(options.config, { id: "eu", labels: ["Leads", { of: "deals" }] });
  },

  "says so if what it was given cannot be sent at all": async ({ page }) => {
    await open(page, { callback: "none" }, {}, (more) => {
      window.hurry();
      window.act = () => window.hosted({ ...more, sessionToken: { token: "a.b.c", expiresAt: () => {} } });
    });
    assert.equal((await page.waitForEvent("flow-error")).detail.code, "load_failed");
    await page.waitForNoPopup();
    // The browser's own words for it, if it came to that within three seconds.
    await page.driver.executeScript("window.__problems = []");
  },

  "takes nothing from prototypes that somebody has filled (E7)": async ({ page, sandbox }) => {
    await opened(page, { callback: "none" }, { hostedUrl: own(sandbox, { heard: "" }) }, (more) => {
      window.act = () => {
        window.pollute({
          sessionToken: "of.somebody.else", token: "of.somebody.else", sessionUrl: "/api/session-token",
          app: "no-such-app", headers: { tenantId: "stolen" }, revoke: true,
        });
        window.hosted(more);
      };
    });
    const [begin] = await heard(page, 1);
    assert.deepEqual([begin.asks, Object.keys(begin.options)], [false, ["apiUrl"]]);
    await page.back();
    await page.driver.executeScript("window.flow.setSessionToken({ expires_in: 60 }); window.flow.close()");
    await enter(page);
    const [, session, end] = await heard(page, 3);
    assert.deepEqual(session, { name: "session", offer: { expires_in: 60 } });
    assert.deepEqual([end.name, end.revoke ?? false], ["end", false]);
  },

  "its window's page takes nothing from them either (E7)": async ({ page, sandbox }) => {
    await opened(page, {}, { hostedUrl: own(sandbox, { polluted: "" }) });
    await page.waitFor(async () => /Ferry Desk/.test(await page.text()), "the list");
    assert.equal(await page.screen(), "list");
    assert.ok((await sandbox.requests()).every(({ headers }) => !("x-tenant-id" in headers)));
  },

  "hands its tokens to no built-in that is patched after it was loaded (E7)": async ({ page }) => {
    await opened(page, {}, {}, (more) => {
      window.act = () => {
        window.seen = window.watchBuiltIns();
        window.hosted(more);
      };
    });
    // The list, which a token brought that was asked for; the next one is pushed.
    await page.find("button", /^Ferry Desk\b/);
    await page.back();
    await page.driver.executeScript("return window.mint().then((grant) => window.flow.setSessionToken(grant))");
    assert.deepEqual(await page.driver.executeScript("return window.seen()"), []);
    assert.equal((await tokens(page)).length, 2);
  },

  "names and links nobody by the word of its opener": async ({ page }) => {
    const bank = {
      hostName: "Your Bank", platformName: "Your Bank", strings: { "consent.deny.keys": "Your Bank" },
      privacyUrl: "https://bank.example/privacy", termsUrl: "https://bank.example/terms",
    };
    await opened(page, {}, bank, (more) => void (window.act = () => window.hostedByHand(more)));
    const { text, links } = await consentOf(page);
    assert.match(text, /Your key is kept by the integration service, not by Acme Cloud/);
    assert.doesNotMatch(text, /Your Bank/);
    assert.deepEqual(links, []);
  },

  "says the platform's name, which its own page has": async ({ page, sandbox }) => {
    await opened(page, {}, { hostedUrl: own(sandbox, { "platform-name": "Harbour" }), platformName: "Your Bank" });
    const { text } = await consentOf(page);
    assert.match(text, /Your key is kept by Harbour, not by Acme Cloud/);
    assert.match(text, /Connections are kept by Harbour/);
  },

  "answers none but the origins that its own page lists, if it does": async ({ page, sandbox }) => {
    const { origin } = new URL(sandbox.host);
    await opened(page, {}, { hostedUrl: own(sandbox, { hosts: "https://somebody.example" }) });
    await page.waitFor(async () => /Your session has ended/.test(await page.text()), "the end");
    await page.back();
    assert.deepEqual(await tokens(page), []);
    await page.driver.executeScript("window.flow.close()");
    await page.waitForNoPopup();

    await act(page, { hostedUrl: own(sandbox, { hosts: `https://somebody.example\n ${origin}` }) });
    await enter(page);
    await page.find("button", /^Ferry Desk\b/);
  },

  "greets nobody but the page that its address names, and only once (P6)": async ({ page }) => {
    await load(page);
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
    await load(page);
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
