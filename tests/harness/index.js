// What a test file of an area starts from: a suite in every browser, with one sandbox and one browser per file.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { browserNames, start } from "./browsers.js";
import { HostPage } from "./page.js";
import { Sandbox } from "./sandbox.js";

/**
 * @typedef {object} Scene what a test is given
 * @property {import("./browsers.js").BrowserName} browser
 * @property {import("selenium-webdriver").WebDriver} driver
 * @property {HostPage} page
 * @property {Sandbox} sandbox
 */

const TEST_TIMEOUT = 90_000;

/**
 * A suite that runs once in each browser. After each test the page must have had no uncaught error and no violation of
 * its Content-Security-Policy.
 * @param {string} title
 * @param {{ sandbox?: string[], browsers?: string[], preferences?: Record<string, unknown> }} options further command-line
 *   options of the sandbox; the browsers it is for, all by default; preferences of Firefox
 * @param {Record<string, (scene: Scene) => Promise<void>>} tests by name
 */
export function suite(title, options, tests) {
  for (const browser of browserNames().filter((name) => options.browsers?.includes(name) ?? true)) {
    describe(`${title} (${browser})`, () => {
      /** @type {import("./browsers.js").Browser} */ let running;
      /** @type {Scene} */ let scene;
      before(async () => {
        const sandbox = await Sandbox.start(options.sandbox);
        running = await start(browser, options.preferences);
        scene = { browser, driver: running.driver, sandbox, page: new HostPage(running.driver, sandbox) };
      });
      after(async () => {
        await running?.quit();
        await scene?.sandbox.stop();
      });
      beforeEach(async () => {
        await scene.sandbox.reset();
        await fresh(scene);
      });
      for (const [name, test] of Object.entries(tests)) {
        it(name, { timeout: TEST_TIMEOUT }, async () => {
          try {
            await test(scene);
            await scene.page.back();
            assert.deepEqual(await scene.page.problems(), []);
            assert.deepEqual(await scene.sandbox.cspReports(), []);
          } catch (error) {
            throw await explained(error, `${title}-${name}-${browser}`, scene);
          }
        });
      }
      afterEach(() => closePopups(scene));
    });
  }
}

/** No cookie of either site is left from the test before. */
async function fresh({ driver, sandbox }) {
  for (const origin of [sandbox.host, sandbox.platform]) {
    await driver.get(`${origin}/no-such-page`);
    await driver.manage().deleteAllCookies();
  }
}

async function closePopups({ driver, page }) {
  for (const handle of await driver.getAllWindowHandles()) {
    if (handle === page.window) continue;
    try {
      await driver.switchTo().window(handle);
      await driver.close();
    } catch (problem) {
      // The platform's last page closes itself, which may come first.
      if (problem.name !== "NoSuchWindowError") throw problem;
    }
  }
  if (page.window) await page.back();
}

/** Adds to a failure what a reader would ask for next. */
async function explained(error, name, { page, sandbox }) {
  const lines = [error.stack ?? String(error)];
  try {
    lines.push(`screenshot: ${await page.screenshot(`failed-${name}`)}`);
    await page.back();
    lines.push(`screen: ${await page.screen()}`, `problems: ${JSON.stringify(await page.problems())}`);
    lines.push(`events: ${JSON.stringify(await page.events())}`, `text: ${await page.text()}`);
  } catch (problem) {
    lines.push(`(no more to be had from the page: ${problem.message})`);
  }
  lines.push(`sandbox:\n${sandbox.log()}`);
  const explanation = new Error(error.message, { cause: error });
  explanation.stack = lines.join("\n");
  return explanation;
}
