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
