// The playground of the demo page: each of its switches does what it says, and the events go by.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import { after } from "node:test";
import { By } from "selenium-webdriver";
import { chooseApp, consent } from "../flow/steps.js";
import { suite } from "../harness/index.js";

const APP = "Tally Books";
/** The platform's address in the demo page's own policy, as cargo xtask demo starts it. */
const USUAL = "http://127.0.0.1:4820";

/** @type {import("../harness/sandbox.js").Sandbox} */ let sandbox;

/** What `trunk serve` is to the demo: the host's own server, and the platform's switches, at one origin. */
const server = createServer((incoming, outgoing) => {
  const to = incoming.url.startsWith("/test/") ? sandbox.platform : sandbox.host;
  const headers = { ...incoming.headers, host: new URL(to).host };
  if (headers.origin) headers.origin = to;
  delete headers["if-none-match"];
  delete headers["if-modified-since"];
  const page = incoming.url === "/index.html";
  if (page) delete headers["accept-encoding"];
  const passed = request(to + incoming.url, { method: incoming.method, headers }, async (answer) => {
    if (!page) return answer.pipe(outgoing.writeHead(answer.statusCode, answer.headers));
    const parts = [];
    for await (const part of answer) parts.push(part);
    delete answer.headers["content-length"];
    const html = Buffer.concat(parts).toString().replaceAll(USUAL, sandbox.platform);
    outgoing.writeHead(answer.statusCode, answer.headers).end(html);
  });
  passed.on("error", () => outgoing.destroy());
  incoming.pipe(passed);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
// Of a run without the suite's browser there is nothing after which it could be closed.
server.unref();
after(() => {
  server.closeAllConnections();
  server.close();
});

/** @param {import("../harness/index.js").Scene} scene */
async function open(scene) {
  sandbox = scene.sandbox;
  const { driver, page } = scene;
  await driver.get(`http://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/index.html`);
  page.window = await driver.getWindowHandle();
  await page.waitForScreen("list");
  await page.find("button", new RegExp(`^${APP}`));
  // They are greyed out until the switches have answered.
  await page.waitFor(async () => (await driver.findElement(By.css("[name=denying]"))).isEnabled(), "the switches");
}

const tick = async ({ driver }, name) => (await driver.findElement(By.css(`#faults [name=${name}]`))).click();
const press = async ({ driver }, id) => (await driver.findElement(By.id(id))).click();
const pick = ({ driver }, name, value) =>
  driver.executeScript(
    `const [name, value] = arguments;
    const control = document.querySelector("select[name=" + name + "]");
    control.value = value;
    control.dispatchEvent(new Event("change", { bubbles: true }));`,
    name,
    value,
  );

/** The events that the page shows, oldest first, a line each. */
const log = ({ driver }) =>
  driver.executeScript(`return [...document.querySelectorAll("#log li")].reverse()
    .map((line) => [...line.children].slice(1).map(({ textContent }) => textContent).join(" "))`);
const logged = (scene, what) =>
  scene.page.waitFor(async () => (await log(scene)).find((line) => what.test(line)), `${what} in the log`);

// A page of ours, for people who look at the component: one browser is enough.
suite("the playground", { browsers: ["chromium"] }, {
  "deny: the next sign-in at the provider is denied, and the one after it works": async (scene) => {
    const { page } = scene;
    await open(scene);
    await tick(scene, "denying");
    await chooseApp(page, APP);
    await consent(page, APP);
    const denied = await page.popup();
    await denied.signIn();
    await page.back();
    await page.waitForNoPopup();
    await page.find("heading", "Not connected yet");
    await logged(scene, /^flow-error authorization_incomplete/);
    assert.ok(!(await log(scene)).some((line) => line.startsWith("account-connected")));

    await tick(scene, "denying");
    await page.click("button", "Open it again");
    const provider = await page.popup();
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    await logged(scene, /^account-connected tally-books/);
  },

  "expire, lifetime, offline, blocked windows, theme and language": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await press(scene, "expire");
    await page.click("button", new RegExp(`^${APP}`));
    await logged(scene, /^session-expired .*rejected/);
    await logged(scene, /^session-renewed/);
    await page.click("button", "Back");
    await pick(scene, "lifetime", "60");
    await page.waitFor(async () => / of 1:00 left$/.test(await driver.findElement(By.id("left")).getText()), "a minute");

    await tick(scene, "offline");
    await page.waitFor(async () => /You are offline/.test(await page.text()), "the notice");
    await tick(scene, "offline");
    await page.waitFor(async () => !/You are offline/.test(await page.text()), "the notice to go");

    await tick(scene, "blocked");
    await chooseApp(page, APP);
    await consent(page, APP);
    await page.find("heading", "Your browser blocked the window");
    await logged(scene, /^flow-error popup_blocked/);
    await page.click("button", "Cancel");
    await tick(scene, "blocked");

    await pick(scene, "locale", "de");
    await page.find("button", "Verbinden");
    await driver.findElement(By.css("[name=theme][value=dark] + span")).click();
    const dark = `return document.querySelector(arguments[0]).shadowRoot.querySelector(".cf").dataset.theme`;
    assert.equal(await driver.executeScript(dark, page.element), "dark");
    await press(scene, "end");
    await logged(scene, /^session-ended host_ended/);
  },
});
