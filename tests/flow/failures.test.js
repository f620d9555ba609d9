// What goes wrong on the way has a screen, an event, and a way on.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { chooseApp, connectByOAuth, consent } from "./steps.js";

const APP = "Tally Books";

suite("when connecting fails", {}, {
  "denied at the provider: a screen, an event, and another try succeeds": async ({ page, browser }) => {
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    await provider.signIn();
    await provider.deny();
    await page.back();
    await page.waitForNoPopup();
    await page.find("button", "Open it again");
    await page.screenshot(`denied-${browser}`);
    assert.equal((await page.eventsNamed("account-connected")).length, 0);

    await page.click("button", "Open it again");
    const again = await page.popup();
    await again.signIn();
    await again.allow();
    await page.back();
    await page.waitForScreen("connected");
  },

  "P4: declining is told as not connected: one event without a word of the provider's, and no success": async (scene) => {
    const { page, sandbox } = scene;
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    const provider = await page.popup();
    await provider.signIn();
    await provider.deny();
    await page.back();
    const error = await page.waitForEvent("flow-error");
    assert.deepEqual([error.detail.code, error.detail.step, error.detail.app], [
      "authorization_incomplete", "waiting", "tally-books",
    ]);
    await page.find("heading", "Not connected yet");
    assert.match(await page.text(), /closed before Tally Books was connected/);
    const told = JSON.stringify(await page.events()) + (await page.text());
    assert.doesNotMatch(told, /access_denied|error=|state=|\/callback/);
    await page.click("button", "I have finished");
    const polls = async () => (await sandbox.requests()).filter(({ path }) => path.endsWith("/tally-books")).length;
    const before = await polls();
    await page.waitFor(async () => (await polls()) > before, "the next poll");
    assert.equal(await page.screen(), "waiting");
    assert.equal((await page.eventsNamed("flow-error")).length, 1);
    assert.equal((await page.eventsNamed("account-connected")).length, 0);
    await page.click("button", "Cancel");
    await page.waitForScreen("app");
  },

  "N6: an app that is gone, a conflict and a refusal while connecting are told apart, in words": async (scene) => {
    const { page, sandbox } = scene;
    for (const [status, code, title] of [
      [404, "not_found", "No longer available"],
      [409, "conflict", "Changed in the meantime"],
      [422, "rejected", "This was not accepted"],
    ]) {
      await sandbox.setSwitches({ match: { path: "/api/v1/tally-books/integrate" }, status });
      await page.open();
      await chooseApp(page, APP);
      await consent(page, APP);
      await page.waitForScreen("error");
      await page.find("heading", title);
      assert.deepEqual((await page.eventsNamed("flow-error")).map(({ detail }) => detail.code), [code]);
      await page.waitForNoPopup();
    }
    await sandbox.clearSwitches();
    await page.click("button", "Try again");
    await page.popup();
    await page.back();
    await page.waitForScreen("waiting");
  },

  "N6: an app that goes while the user is at the provider ends the waiting; the list is two steps back": async (scene) => {
    const { page, sandbox } = scene;
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    await page.popup();
    await page.back();
    await page.waitForScreen("waiting");
    await sandbox.setSwitches({ match: { path: "/api/v2/f-sdk/application/tally-books" }, status: 404 });
    await page.waitForScreen("error");
    await page.find("heading", "No longer available");
    assert.match(await page.text(), /Tally Books is no longer offered/);
    const [error] = await page.eventsNamed("flow-error");
    assert.deepEqual([error.detail.code, error.detail.app], ["not_found", "tally-books"]);
    await page.click("button", "Back");
    await page.waitForScreen("app");
    await page.click("button", "Back");
    await page.waitForScreen("list");
    await page.find("button", /^Harbor CRM/);
  },

  "the browser blocks the popup: the address stays in reach and nothing polls": async ({ page, sandbox, browser }) => {
    await page.open({}, "sandboxed.html");
    await page.driver.switchTo().frame(0);
    await chooseApp(page, APP);
    await consent(page, APP);
    await page.waitForEvent("flow-error");
    await page.screenshot(`blocked-${browser}`);
    const [error] = await page.eventsNamed("flow-error");
    assert.equal(error.detail.code, "popup_blocked");
    assert.equal(await page.popups(), 0);
  },

  "the platform is down: the error screen has a retry that works": async ({ page, sandbox, browser }) => {
    await sandbox.setSwitches({ match: { path: "/api/v2/f-sdk" }, drop: true });
    await page.open();
    await page.find("button", "Try again", 40_000);
    await page.screenshot(`platform-down-${browser}`);
    const error = await page.waitForEvent("flow-error");
    assert.equal(error.detail.code, "network_error");
    await sandbox.clearSwitches();
    await page.click("button", "Try again");
    await connectByOAuth(page, APP);
  },

  "the host has a wrong API key: no token, a screen, and recovery once it is right": async (scene) => {
    const { page, sandbox, browser } = scene;
    await sandbox.setApiKey("tk_wrong_key_of_another_account");
    try {
      await page.open();
      const failed = await page.waitForEvent("session-renewal-failed");
      assert.equal(failed.detail.code, "session_callback_failed");
      await page.find("button", "Try again");
      await page.screenshot(`wrong-api-key-${browser}`);
      assert.equal((await sandbox.requests()).filter((request) => request.path.includes("f-sdk")).length, 0);
    } finally {
      await sandbox.setApiKey();
    }
    await page.click("button", "Try again");
    await connectByOAuth(page, APP);
  },
});
