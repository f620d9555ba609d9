// One page, one browser and one sandbox for all tests of a file: each test embeds components of its own in it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, describe, it } from "node:test";
import { browserNames, start, until } from "../harness/browsers.js";
import { HostPage } from "../harness/page.js";
import { Sandbox } from "../harness/sandbox.js";

/** Keys of the two environments, both taken by the platform. */
export const PRODUCTION_KEY = "pk_0123456789abcdef0123456789abcdef";
// What tests say of a token's life is then always less than what its claims say.
const OPTIONS = ["--token-lifetime", "7000000", "--allow-production-key"];
const TEST_TIMEOUT = 60_000;

/** tests/pages/session.html */
export class SessionPage extends HostPage {
  async open(page = "session.html") {
    await super.open({}, page);
    await until(() => this.driver.executeScript("return window.started === true"), 20_000, "the page's script");
  }

  /**
   * Runs a function in the page, in a task of its own, and gives what it answers. It sees the page's globals alone,
   * and sets them through `window`: in some browsers what a driver injects has a global object of its own.
   * @param {(...args: any[]) => unknown} act
   * @param {...unknown} args
   */
  run(act, ...args) {
    return this.driver.executeScript(`return inTask(() => (${act})(...arguments))`, ...args);
  }
}

/**
 * What the component sent to the platform, oldest first; `token` counts the page's tokens from 1, 0 is none of them.
 * @param {{ page: SessionPage, sandbox: Sandbox }} scene
 */
export async function sent({ page, sandbox }) {
  const digest = (token) => `sha256:${createHash("sha256").update(token).digest("hex").slice(0, 16)}`;
  const known = (await page.run(() => tokens)).map(digest);
  const minting = "/api/v2/public/session-token";
  const requests = (await sandbox.requests()).filter(
    ({ method, path }) => method !== "OPTIONS" && path.startsWith("/api/") && path !== minting,
  );
  return requests.map(({ method, path, headers }) => {
    const authorization = headers.authorization?.replace(/^Bearer /, "");
    return { method, path, headers, token: known.indexOf(authorization) + 1 };
  });
}

/**
 * A suite in each browser, or in those named. After each test the page must have had no uncaught error, no rejection
 * and no violation of its Content-Security-Policy.
 * @param {string} title
 * @param {Record<string, (scene: { browser: string, driver: import("selenium-webdriver").WebDriver, page: SessionPage,
 *   sandbox: Sandbox }) => Promise<void>>} tests by name
 * @param {string[]} [only]
 */
export function suite(title, tests, only) {
  for (const browser of browserNames().filter((name) => !only || only.includes(name))) {
    describe(`${title} (${browser})`, () => {
      let running;
      let scene;
      before(async () => {
        const sandbox = await Sandbox.start(OPTIONS, { CONNECT_PLATFORM_KEYS: PRODUCTION_KEY });
        running = await start(browser);
        // Some drivers keep it by a timer of the page, whose time the tests make pass.
        await running.driver.manage().setTimeouts({ script: 2_000_000_000 });
        const page = new SessionPage(running.driver, sandbox);
        scene = { browser, driver: running.driver, sandbox, page };
        await page.open();
      });
      after(async () => {
        await running?.quit();
        await scene?.sandbox.stop();
      });
      beforeEach(async () => {
        await scene.page.run(() => clear());
        await scene.sandbox.reset();
      });
      for (const [name, test] of Object.entries(tests)) {
        it(name, { timeout: TEST_TIMEOUT }, async () => {
          try {
            await test(scene);
            assert.deepEqual(await scene.page.run(() => __problems), []);
            assert.deepEqual(await scene.sandbox.cspReports(), []);
          } catch (error) {
            throw await explained(error, scene);
          }
        });
      }
    });
  }
}

async function explained(error, { page }) {
  const seen = await page
    .run(() => JSON.stringify({ events: __events, problems: __problems, asks, screen: screenName(), text: shown() }))
    .catch((problem) => `(nothing to be had from the page: ${problem.message})`);
  const explanation = new Error(error.message);
  explanation.stack = `${error.stack}\n${seen}`;
  return explanation;
}
