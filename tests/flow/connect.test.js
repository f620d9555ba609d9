// The main job: from a list of apps to a connected account and back, by OAuth in a popup.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { chooseApp, connectByOAuth, consent } from "./steps.js";

const APP = "Tally Books";
const SLUG = "tally-books";

suite("connecting an account", {}, {
  "from the list to connected, and disconnected again": async ({ page, sandbox, browser }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("searchbox", "Search apps");
    await page.screenshot(`list-${browser}`);
    await page.type("searchbox", "Search apps", "tally");
    await page.waitFor(async () => !(await page.has("button", /Harbor CRM/)), "the list to shrink");

    await page.click("button", new RegExp(`^${APP}`));
    await page.waitForScreen("app");
    await page.screenshot(`app-${browser}`);
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
    await page.screenshot(`consent-${browser}`);
    const before = await sandbox.requests();
    assert.ok(!before.some((request) => request.path.includes("integrate")), "nothing is sent before consent");

    await page.click("button", `Continue to ${APP}`);
    const provider = await page.popup();
    await provider.signIn();
    await provider.screenshot(`provider-${browser}`);
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    await page.screenshot(`connected-${browser}`);
    await page.waitForNoPopup();

    const [connected, ...more] = await page.eventsNamed("account-connected");
    assert.equal(more.length, 0);
    assert.equal(connected.detail.app, SLUG);
    assert.equal((await page.eventsNamed("consent-given")).length, 1);

    await page.click("button", "Done");
    await chooseApp(page, APP);
    await page.click("button", "Disconnect");
    // The consequences are spelled out before anything is sent.
    assert.ok(!(await sandbox.requests()).some((request) => request.method === "DELETE"));
    await page.click("button", "Disconnect");
    const disconnected = await page.waitForEvent("account-disconnected");
    assert.equal(disconnected.detail.app, SLUG);
    await page.find("button", "Connect");
  },

  "a token that expires while the popup is open is replaced unnoticed": async ({ page, sandbox }) => {
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    await sandbox.expireTokens();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");

    const events = await page.events();
    const names = events.map((event) => event.name);
    assert.ok(names.includes("session-renewed"), `a new token was taken: ${names}`);
    assert.equal(names.filter((name) => name === "account-connected").length, 1);
    assert.ok(!names.includes("flow-error"), `no error was shown: ${names}`);
    assert.ok(!names.includes("session-renewal-failed"));
    assert.deepEqual((await page.driver.executeScript("return window.__asks")).slice(0, 2), ["initial", "rejected"]);
  },

  "what was connected is connected for the next visit": async ({ page }) => {
    await page.open();
    await connectByOAuth(page, APP);
    await page.open();
    await chooseApp(page, APP);
    await page.find("button", "Disconnect");
  },

  "a token that was pushed, without a callback, is enough": async ({ page }) => {
    await page.open({ token: "push" });
    await connectByOAuth(page, APP);
  },
});
