// The provider's window: what may be opened in it, what it can reach, what happens when it is not there.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { chooseApp, connectByOAuth, consent } from "../flow/steps.js";
import { fill, openFields, submit } from "./frame-steps.js";

const APP = "Tally Books";

/** Makes the platform name another address for signing in: the page's `fetch` is another one before the component loads. */
async function openWithAddress(page, address) {
  await page.open({ authUrl: address, app: "tally-books" });
  await consent(page, APP);
}

const UNSAFE = {
  javascript: "javascript:document.title='run'",
  "mixed case": "JaVaScRiPt:document.title='run'",
  "leading space and tab": " \tjava\nscript:document.title='run'",
  data: "data:text/html,<h1>run</h1>",
  blob: "blob:https://provider.example/9f1c",
  file: "file:///etc/passwd",
  "plain http": "http://provider.example/authorize",
  "http that looks like this machine": "http://localhost.provider.example/authorize",
  "a user name": "https://accounts.bank.example@provider.example/authorize",
  "a password": "https://:secret@provider.example/authorize",
  "100 KB": "https://provider.example/authorize?state=LONG",
  "the session token": "https://provider.example/authorize?token=SESSION_TOKEN",
  relative: "/authorize",
  nothing: "https://",
};

suite("the provider's window", {}, {
  "opens no address that is not safe, nor one that holds the session token (P5 D12)": async ({ page, browser }) => {
    for (const [name, address] of Object.entries(UNSAFE)) {
      await openWithAddress(page, address);
      await page.waitForScreen("error");
      const [error] = await page.eventsNamed("flow-error");
      assert.equal(error.detail.code, "unsafe_auth_url", name);
      await page.waitForNoPopup();
      assert.equal(await page.driver.getTitle(), "Host page", name);
      assert.doesNotMatch(JSON.stringify(await page.events()), /provider\.example|javascript:/i);
    }
    await page.screenshot(`unsafe-auth-url-${browser}`);
  },

  "opens the address of its own attempt, not one that came late for another app (P7)": async ({ page, sandbox }) => {
    await page.open();
    const asked = (method, path) => 
      page.waitFor(async () => (await sandbox.requests()).some((it) => it.method === method && it.path === path), path);
    await chooseApp(page, APP);
    await sandbox.setSwitches({ match: { method: "POST", path: "/api/v1/tally-books/integrate" }, latency_ms: 3_000 });
    await consent(page, APP);
    await page.back();
    await asked("POST", "/api/v1/tally-books/integrate");
    await page.click("button", "Cancel");
    await page.waitForScreen("app");
    await page.waitForNoPopup();
    await page.click("button", "Back");
    await chooseApp(page, "Northwind Calendar");
    // Its own address is here at once; the accounts from before come after the late one.
    await sandbox.setSwitches({ match: { method: "GET", path: "/api/v2/f-sdk/application/northwind-calendar" }, latency_ms: 5_000, times: 1 });
    await consent(page, "Northwind Calendar");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    const [connected] = await page.eventsNamed("account-connected");
    assert.equal(connected.detail.app, "northwind-calendar");
  },

  "has no opener and cannot navigate the page (P10)": async ({ page }) => {
    await page.open();
    const url = await page.driver.getCurrentUrl();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    await provider.signIn();
    await provider.find("button", /Allow/);
    assert.equal(await page.driver.executeScript("return window.opener"), null);
    assert.equal(await page.driver.executeScript("return document.referrer"), "");
    await page.driver.executeScript(() => {
      for (const act of [() => (opener.location = "/gone"), () => opener.postMessage("gone", "*")]) {
        try {
          act();
        } catch {
          // That is the point.
        }
      }
    });
    await page.back();
    assert.equal(await page.driver.getCurrentUrl(), url);
  },

  "closed by hand: a few questions, then a choice, and a late account still counts (P3)": async ({ page, sandbox }) => {
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    await provider.signIn();
    await page.driver.close();
    await page.back();
    await page.find("button", "Open it again");
    const error = await page.waitForEvent("flow-error");
    assert.equal(error.detail.code, "authorization_incomplete");
    const body = { linked_account_id: "acct_ada", slug: "tally-books", status: "active" };
    await fetch(`${sandbox.platform}/test/connections`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await page.click("button", "I have finished");
    await page.waitForScreen("connected");
  },

  "reconnecting succeeds for the new connection only (P7)": async ({ page, sandbox }) => {
    await page.open();
    await connectByOAuth(page, APP);
    const [first] = await page.eventsNamed("account-connected");
    await page.open();
    await chooseApp(page, APP);
    const again = (await page.has("button", "Add another account")) ? "Add another account" : "Reconnect";
    await page.click("button", again);
    await page.waitForScreen("consent");
    await page.click("button", `Continue to ${APP}`);
    const provider = await page.popup();
    await page.back();
    await page.waitFor(async () => (await polls(sandbox, "tally-books")) > 3, "polls");
    assert.equal(await page.screen(), "waiting");
    await page.driver.switchTo().window((await page.driver.getAllWindowHandles()).find((one) => one !== page.window));
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    const [second] = await page.eventsNamed("account-connected");
    assert.notEqual(second.detail.connectionId, first.detail.connectionId);
  },

  "100,000 forged messages neither connect anything nor make it ask more often (P6)": async ({ page, sandbox }) => {
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    await page.popup();
    await page.back();
    await page.waitForScreen("waiting");
    const [before, since] = [await polls(sandbox, "tally-books"), Date.now()];
    await page.driver.executeScript(() => {
      const forged = [
        { name: "saved" }, { name: "connected" }, { type: "authorization", success: true }, "connected", null,
        JSON.parse('{"__proto__":{"connected":true},"constructor":{"prototype":{"connected":true}}}'),
      ];
      for (let at = 0; at < 100_000; at++) postMessage(forged[at % forged.length], "*");
    });
    await page.waitFor(async () => (await polls(sandbox, "tally-books")) > before, "the next poll");
    const more = (await polls(sandbox, "tally-books")) - before;
    assert.ok(more <= 2 + (Date.now() - since) / 1000, `${more} polls in ${Date.now() - since} ms`);
    assert.equal(await page.screen(), "waiting");
    assert.equal((await page.eventsNamed("account-connected")).length, 0);
  },

  "a way to sign in of the host's own gets the address, and no window opens": async ({ page }) => {
    await page.open({ openUrl: "keep" });
    await chooseApp(page, APP);
    await consent(page, APP);
    const [address] = await page.waitFor(async () => {
      const opened = await page.driver.executeScript("return window.__opened");
      return opened.length > 0 && opened;
    }, "the address");
    assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/authorize\?/);
    assert.equal(await page.popups(), 0);
    assert.ok(!JSON.stringify(await page.events()).includes(new URL(address).searchParams.get("state")));
    await page.driver.switchTo().newWindow("tab");
    await page.driver.get(address);
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
  },

  "a way of the host's own that fails counts as a blocked window": async ({ page }) => {
    await page.open({ openUrl: "fail" });
    await chooseApp(page, APP);
    await consent(page, APP);
    const error = await page.waitForEvent("flow-error");
    assert.equal(error.detail.code, "popup_blocked");
    await page.find("button", `Open ${APP}`);
  },

  "an app with two ways to connect lets the user choose": async ({ page }) => {
    await page.open({ credentials: "inline" });
    await openFields(page, "Kite Campaigns", /key/);
    await fill(page, "API key", "kc_Zq7Xw9Kv3J");
    await submit(page);
    await page.waitForScreen("connected");
    const [connected] = await page.eventsNamed("account-connected");
    assert.equal(connected.detail.authType, "keybased");
    await page.click("button", "Done");
    await chooseApp(page, "Kite Campaigns");
    await page.click("button", /signing in/);
    await page.waitForScreen("consent");
    await page.click("button", "Continue to Kite Campaigns");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    assert.equal((await page.eventsNamed("account-connected"))[1].detail.authType, "oauth2");
  },

  "two at once do not hear of each other (P8)": async ({ page, sandbox }) => {
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    const first = page.window;
    await page.back();
    await page.driver.switchTo().newWindow("window");
    await page.open({ app: "harbor-crm" });
    await page.waitForScreen("app");
    await page.driver.switchTo().window((await windows(page, first)).popup);
    await provider.signIn();
    await provider.allow();
    const second = page.window;
    page.window = first;
    await page.back();
    await page.waitForScreen("connected");
    await page.driver.switchTo().window(second);
    assert.deepEqual([await page.screen(), await page.eventsNamed("account-connected")], ["app", []]);
    assert.ok((await sandbox.requests()).length > 0);
  },
});

async function windows(page, first) {
  const all = await page.driver.getAllWindowHandles();
  return { popup: all.find((one) => one !== first && one !== page.window) };
}

async function polls(sandbox, slug) {
  const asked = await sandbox.requests();
  return asked.filter(({ method, path }) => method === "GET" && path.endsWith(`/application/${slug}`)).length;
}
