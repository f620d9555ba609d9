// A host that sends the page itself to the provider, where no window can be had: `openUrl` leaves, the user comes back.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { ProviderPage } from "../harness/page.js";
import { chooseApp, consent } from "../flow/steps.js";

const APP = "Tally Books";

async function accounts(sandbox) {
  const answer = await fetch(`${sandbox.platform}/test/connections?linked_account_id=acct_ada`);
  return (await answer.json()).filter(({ slug }) => slug === "tally-books");
}

const integrations = async (sandbox) =>
  (await sandbox.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/integrate")).length;

/** Away to the provider in the page's own window, up to the platform's last page. */
async function leave(page) {
  await page.open({ openUrl: "leave" });
  await chooseApp(page, APP);
  await consent(page, APP);
  const provider = new ProviderPage(page.driver);
  await provider.signIn();
  return provider;
}

/** Back by the browser's own button, as far as the page that was left. */
async function goBack({ driver, page, sandbox }) {
  await page.waitFor(async () => {
    if ((await driver.getCurrentUrl()).startsWith(sandbox.host)) return true;
    await driver.navigate().back();
    return false;
  }, "the host's page");
}

/** The app's screen, from wherever the page came back to: alive from the cache, or loaded anew. */
async function openApp(page) {
  await page.waitFor(async () => ["list", "connected"].includes(await page.screen()), "the list or the result", 20_000);
  if ((await page.screen()) === "connected") await page.click("button", "Done");
  await chooseApp(page, APP);
}

suite("a page that leaves for the provider", {}, {
  "P12: back in the page the account is there once; the last page loaded again connects nothing twice": async (scene) => {
    const { page, sandbox } = scene;
    const provider = await leave(page);
    await provider.allow();
    await provider.find("heading", "Connected");
    await page.driver.navigate().refresh();
    await provider.find("heading", "That did not work");
    assert.equal((await accounts(sandbox)).length, 1, "the state works once");
    await goBack(scene);
    await openApp(page);
    await page.find("button", "Disconnect");
    const told = await page.eventsNamed("account-connected");
    assert.ok(told.length <= 1, "told at most once");
    assert.equal((await accounts(sandbox)).length, 1);
    assert.equal(await integrations(sandbox), 1, "nothing begins again by itself");

    await page.driver.navigate().refresh();
    await openApp(page);
    await page.find("button", "Disconnect");
    assert.deepEqual(await page.eventsNamed("account-connected"), []);
    assert.equal(await integrations(sandbox), 1);
  },

  "P12: back without having signed in is no success, and another try is one click away": async (scene) => {
    const { page, sandbox } = scene;
    const provider = await leave(page);
    await provider.deny();
    await provider.find("heading", "Not connected");
    await goBack(scene);
    await page.waitFor(async () => ["list", "waiting"].includes(await page.screen()), "the list, or the waiting", 20_000);
    assert.equal((await page.eventsNamed("account-connected")).length, 0);
    if ((await page.screen()) === "waiting") {
      await page.click("button", "Cancel");
      await page.waitForScreen("app");
    } else {
      await chooseApp(page, APP);
    }
    await page.find("button", "Connect");
    assert.deepEqual(await accounts(sandbox), []);
  },

  "P12: what a forged address of the page says is read by nobody": async ({ page, sandbox }) => {
    const forged = {
      code: "forged", state: "forged", connected: "tally-books", connection_id: "conn_forged", success: "true",
      auth_url: "https://evil.example/", return_to: "https://evil.example/", session_token: "forged", error: "access_denied",
    };
    await page.open(forged);
    await page.driver.executeScript(`location.hash = "access_token=forged&connected=tally-books"`);
    await page.waitForScreen("list");
    await chooseApp(page, APP);
    await page.find("button", "Connect");
    assert.ok((await page.driver.getCurrentUrl()).startsWith(`${sandbox.host}/host.html?code=forged`));
    const names = (await page.events()).map(({ name }) => name);
    assert.ok(!names.some((name) => ["account-connected", "flow-error"].includes(name)), `${names}`);
    const requests = await sandbox.requests();
    assert.ok(requests.length > 0);
    assert.doesNotMatch(JSON.stringify(requests), /forged|evil/);
    assert.deepEqual(await accounts(sandbox), []);
  },
});
