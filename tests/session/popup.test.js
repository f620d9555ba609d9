// The session's life while the user is away in the provider's window.
import assert from "node:assert/strict";
import { sent, suite } from "./stage.js";

const APP = "/api/v2/f-sdk/application/tally-books";

/** From the list to the provider's window, which only a real click may open; then back in the page. */
async function open({ page, driver }) {
  await page.run(async () => {
    await ready();
    await press("Tally Books");
    await press("Connect");
    await until(() => button("Continue to Tally Books"));
  });
  await (await driver.executeScript("return button('Continue to Tally Books')")).click();
  const provider = await page.popup();
  await page.back();
  await page.run(() => until(() => shown().includes("Continue in the other window")));
  return provider;
}

/** Signs in at the provider, allows, and waits until the component has seen it. */
async function finish({ page, driver }) {
  const provider = await page.popup();
  await provider.signIn();
  await provider.allow();
  await driver.switchTo().window(page.window);
  await page.waitForNoPopup();
  await page.run(() => until(() => screenName() === "connected"));
  return page.run(() => __events.map(({ name }) => name));
}

/** Clicks a button of the component as a user does: only then a window may open. */
const click = async ({ driver }, text) => (await driver.executeScript(`return button("${text}")`)).click();

suite("a browser that opens no window", {
  "P1: a button that opens it, no question meanwhile, and a clear end after ten minutes": async (scene) => {
    const { page, driver } = scene;
    const blocked = await page.run(async () => {
      window.allowed = window.open;
      window.open = () => null;
      await ready();
      await press("Tally Books");
      await press("Connect");
      await press("Continue to Tally Books");
      await until(() => shown().includes("Your browser blocked the window"));
      window.recorded = [];
      await clock.advance(595_000);
      dispatchEvent(new Event("focus"));
      await clock.settle();
      const waiting = screenName();
      await clock.advance(6_000);
      await until(() => screenName() === "error");
      const codes = __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code);
      const asked = recorded.filter(({ url }) => url.includes("/f-sdk/")).length;
      return { waiting, codes, asked, text: shown() };
    });
    assert.deepEqual([blocked.waiting, blocked.asked], ["waiting", 0]);
    assert.deepEqual(blocked.codes, ["popup_blocked", "authorization_timeout"]);
    assert.match(blocked.text, /Signing in took too long/);

    await page.run(async () => {
      await press("Try again");
      await until(() => button("Open Tally Books"));
      window.open = window.allowed;
    });
    await click(scene, "Open Tally Books");
    const names = await finish(scene);
    assert.equal(names.filter((name) => name === "account-connected").length, 1);
    assert.ok(await driver.executeScript("return screenName() === 'connected'"));
  },
});

suite("a session while the provider's window is open", {
  "a swapped token changes nothing for the window, and the account is found with the new one": async (scene) => {
    const { page } = scene;
    await open(scene);
    const screen = await page.run(async () => {
      flow.setSessionToken(await mint());
      await clock.settle();
      return screenName();
    });
    assert.equal(screen, "waiting");
    assert.equal(await page.popups(), 1);
    const names = await finish(scene);
    assert.equal(names.filter((name) => name === "session-renewed").length, 1);
    assert.equal(names.filter((name) => name === "account-connected").length, 1);
    assert.ok(!names.includes("flow-error"));
    const requests = await sent(scene);
    assert.equal(requests.filter(({ path }) => path.endsWith("/integrate")).length, 1, "asked for once");
    assert.equal(requests.filter(({ path }) => path === APP).at(-1).token, 2);
  },

  "P9: a token that expires, and is renewed late, loses neither the window nor the account": async (scene) => {
    const { page } = scene;
    await page.run(() => {
      window.reply = () => mint(40);
    });
    await open(scene);
    await page.run(async () => {
      window.reply = () => Promise.reject(new Error("down"));
      const pass = async (name) => {
        for (let second = 0; second < 60 && events(name).length === 0; second += 1) await clock.advance(1_000);
      };
      await pass("session-expired");
      window.reply = () => mint(900);
      await pass("session-renewed");
    });
    assert.equal(await page.popups(), 1);
    const names = await finish(scene);
    const session = names.filter((name) => name.startsWith("session-"));
    assert.deepEqual(session.filter((name) => name !== "session-renewal-failed"), [
      "session-expiring", "session-expired", "session-renewed",
    ]);
    assert.equal(names.filter((name) => name === "account-connected").length, 1);
    assert.ok(!names.includes("flow-error"), names.join());
  },
});
