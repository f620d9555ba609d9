// A device that loses its network while an account is being connected, and gets it back.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { chooseApp, consent } from "./steps.js";

const APP = "Tally Books";
const NOTICE = /You are offline/;

/** Takes the network away or gives it back: really in Chromium, elsewhere by what the browser and the platform say. */
async function network({ browser, driver, sandbox }, online) {
  if (browser === "chromium") {
    if (online) return driver.deleteNetworkConditions();
    return driver.setNetworkConditions({ offline: true, latency: 0, download_throughput: 0, upload_throughput: 0 });
  }
  if (online) await sandbox.clearSwitches();
  else await sandbox.setSwitches({ match: { path: "/api/" }, drop: true });
  await driver.executeScript((online) => {
    Object.defineProperty(navigator, "onLine", { configurable: true, get: () => online });
    dispatchEvent(new Event(online ? "online" : "offline"));
  }, online);
}

async function polls({ sandbox }) {
  const asked = await sandbox.requests();
  return asked.filter(({ method, path }) => method === "GET" && path.endsWith("/tally-books")).length;
}

/** The account, as it arrives at the platform while this device hears nothing of it. */
const connect = ({ sandbox }) =>
  fetch(`${sandbox.platform}/test/connections`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ linked_account_id: "acct_ada", slug: "tally-books", status: "active" }),
  });

suite("offline", {}, {
  "N1: said at once, nothing is asked meanwhile, and what was under way goes on by itself": async (scene) => {
    const { page, driver } = scene;
    await page.open();
    await chooseApp(page, APP);
    await consent(page, APP);
    await page.popup();
    await page.back();
    await page.waitForScreen("waiting");
    // The app's screen asks once, and the attempt for the accounts from before.
    await page.waitFor(async () => (await polls(scene)) > 2, "a poll");
    await network(scene, false);
    await page.waitFor(async () => NOTICE.test(await page.text()), "the notice");
    const live = "return document.querySelector('connect-flow').shadowRoot.querySelector('.notices[role=status]').textContent";
    assert.match(await driver.executeScript(live), NOTICE);
    const before = await polls(scene);
    await connect(scene);
    await new Promise((done) => setTimeout(done, 2_500));
    assert.equal(await polls(scene), before, "nothing is asked");
    assert.equal(await page.screen(), "waiting");

    await network(scene, true);
    await page.waitForScreen("connected");
    assert.doesNotMatch(await page.text(), NOTICE);
    assert.equal((await page.eventsNamed("account-connected")).length, 1);
    assert.deepEqual(await page.eventsNamed("flow-error"), []);
  },

  "N1: begun without a network it says so, and loads as soon as there is one": async (scene) => {
    const { page, driver } = scene;
    await page.open();
    await page.waitForEvent("flow-ready");
    // With a token that is there already: without a network there is none to be had.
    await driver.executeAsyncScript(async (done) => {
      const host = await (await fetch("/api/host")).json();
      const answer = await fetch("/api/session-token", { method: "POST", headers: { "x-csrf-token": host.csrfToken } });
      const { token } = await answer.json();
      const flow = /** @type {any} */ (document.querySelector("connect-flow"));
      const place = flow.parentNode;
      /** @type {any} */ (window).begin = async () => {
        flow.remove();
        await new Promise((gone) => setTimeout(gone));
        place.append(flow);
        flow.setSessionToken(token);
      };
      done();
    });
    await network(scene, false);
    await driver.executeScript("begin()");
    await page.waitFor(async () => NOTICE.test(await page.text()), "the notice");
    await network(scene, true);
    await page.waitFor(async () => /Tally Books/.test(await page.text()), "the list");
    assert.doesNotMatch(await page.text(), NOTICE);
  },

  "N1: what cannot be sent says why, and can be tried again": async (scene) => {
    const { page, sandbox } = scene;
    await page.open();
    await chooseApp(page, APP);
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
    await network(scene, false);
    await page.waitFor(async () => NOTICE.test(await page.text()), "the notice");
    await page.click("button", `Continue to ${APP}`);
    await page.waitForScreen("error");
    assert.equal((await page.waitForEvent("flow-error")).detail.code, "offline");
    await page.find("heading", "You are offline");
    await page.waitForNoPopup();

    await network(scene, true);
    await page.waitFor(async () => !/This page continues when you are back/.test(await page.text()), "the notice to go");
    const sent = (await sandbox.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/integrate"));
    assert.ok(scene.browser !== "chromium" || sent.length === 0, "nothing that was tried is sent later by itself");
    await page.click("button", "Try again");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
  },
});
