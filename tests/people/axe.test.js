// axe finds nothing on any screen in any state, light and dark, from either side; in Chromium all, elsewhere a sample.
//
// CONNECT_FLOW_PEOPLE=full cargo xtask test --only people: the four of them on every screen in every browser.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { suite } from "../harness/index.js";
import { openGallery } from "./screens.js";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/** `CONNECT_FLOW_PEOPLE=full`: both sides in both themes, every screen in every browser. */
const FULL = process.env.CONNECT_FLOW_PEOPLE === "full";
/** Else each side and each theme once in Chromium, and a sample of one of each elsewhere. */
const EACH = ["light ltr", "light rtl", "dark ltr", "dark rtl"];
const SHORT = { chromium: ["light ltr", "dark rtl"], firefox: ["light ltr"], webkit: ["dark rtl"] };
/** Many screens on one page are many regions of one name and no document of their own. */
const OF_THE_PAGE = [
  "landmark-unique", "landmark-no-duplicate-contentinfo", "page-has-heading-one", "region", "heading-order",
];
const SAMPLE = "list,app-connected,consent,credentials-errors,waiting-long,configure-rules,session-failed";

/** What axe finds, a line each. @param {import("selenium-webdriver").WebDriver} driver @returns {Promise<string[]>} */
async function violations(driver) {
  await driver.manage().setTimeouts({ script: 90_000 });
  await driver.executeScript(AXE);
  const { found, passes, error } = await driver.executeAsyncScript(
    (tags, off, done) => {
      const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
      const line = (id) => ({ target, html, any }) =>
        [id, target.join(" "), html.slice(0, 160), any[0]?.message].join(" ");
      window.axe.run({ include: [["[data-state]"]] }, { runOnly: tags, rules, resultTypes: ["violations"] }).then(
        ({ violations, passes }) =>
          done({ passes: passes.length, found: violations.flatMap(({ id, nodes }) => nodes.map(line(id))) }),
        (error) => done({ error: String(error) }),
      );
    },
    TAGS,
    OF_THE_PAGE,
  );
  assert.equal(error, undefined);
  assert.ok(passes > 10, `axe looked at ${passes} rules alone`);
  return found;
}

for (const [browser, sample] of Object.entries(SHORT)) {
  const all = FULL || browser === "chromium";
  const tests = {};
  for (const [theme, dir] of (FULL ? EACH : sample).map((both) => both.split(" "))) {
    tests[`axe finds nothing, ${theme}, ${dir}`] = async (scene) => {
      await openGallery(scene, { theme, dir, ...(all ? {} : { state: SAMPLE }) });
      assert.deepEqual(await violations(scene.driver), []);
    };
  }
  suite("axe on the gallery", { browsers: [browser] }, tests);
}

suite("axe itself", { browsers: ["chromium"] }, {
  "it looks into the shadow roots: a fault in one is found": async (scene) => {
    await openGallery(scene, { state: "app,credentials", theme: "light" });
    await scene.driver.executeScript(() => {
      const root = (state) => document.querySelector(`[data-state=${state}]`).shadowRoot;
      root("app").querySelector(".b-icon").removeAttribute("aria-label");
      root("credentials").querySelector(".lead").style.color = "#bbb";
    });
    const found = await violations(scene.driver);
    assert.deepEqual(found.map((line) => line.split(" ")[0]).sort(), ["button-name", "color-contrast"]);
  },
});

suite("axe on a host's page", {}, {
  "the list in its page, as it is": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    await driver.executeScript(AXE);
    const found = await driver.executeAsyncScript(
      `const [tags, done] = arguments; axe.run("connect-flow", { runOnly: tags }).then(({ violations }) =>
        done(violations.map(({ id, nodes }) => id + " " + nodes.map(({ html }) => html.slice(0, 160)).join(" "))));`,
      TAGS,
    );
    assert.deepEqual(found, []);
  },
});
