// Ten thousand apps in the list: what the browser does between two frames.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { suite } from "../harness/index.js";
import { BINARY, SITE } from "../harness/sandbox.js";
import { tasks } from "../harness/trace.js";

const FRAME_MS = 100;
/** What nobody has optimised says nothing of time: the quick build is five times as large, and as slow. */
const published = statSync(join(SITE, "connect-flow_bg.wasm")).size < 1_000_000;

const folder = mkdtempSync(join(tmpdir(), "connect-flow-large-"));
after(() => rmSync(folder, { recursive: true }));
const catalog = join(folder, "catalog.json");
if (published) writeFileSync(catalog, execFileSync(BINARY, ["catalog", "--apps", "10000"], { maxBuffer: 1e8 }));

const ROWS = `document.querySelector("connect-flow").shadowRoot.querySelectorAll("button.app").length`;

/** What the page's thread itself has worked so far, in milliseconds: not what it waited for a busy machine. */
async function worked(driver) {
  const { metrics } = await driver.sendAndGetDevToolsCommand("Performance.getMetrics", {});
  return 1_000 * metrics.find(({ name }) => name === "TaskDuration").value;
}

/** Everything that a step brings about, up to the frame that shows it. */
async function cost(driver, step) {
  const before = await worked(driver);
  await driver.executeAsyncScript(
    `const root = document.querySelector("connect-flow").shadowRoot, done = arguments[0];
    (${step})(root);
    requestAnimationFrame(() => setTimeout(done));`,
  );
  return (await worked(driver)) - before;
}

const type = (letters) =>
  new Function("root", `const input = root.querySelector("input[type=search]");
    input.value = ${JSON.stringify(letters)};
    input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));`);
const scroll = (part) =>
  new Function("root", `const rows = root.querySelector(".rows"); rows.scrollTop = rows.scrollHeight * ${part};`);
const press = (selector) => new Function("root", `root.querySelector(${JSON.stringify(selector)}).click()`);

/** Notes in the page how many apps its rows say that there are, each time that they change. */
const NOTE_SIZES = `window.sizes = new Set();
  (function look() {
    const root = document.querySelector("connect-flow")?.shadowRoot;
    if (!root) return setTimeout(look);
    const note = () => root.querySelectorAll("[aria-setsize]").forEach(({ ariaSetSize }) => sizes.add(Number(ariaSetSize)));
    new MutationObserver(note).observe(root, { subtree: true, childList: true, attributes: true });
  })();`;

if (!published) console.log("The time of a frame is measured in the published build alone: --release");
// Only Chromium tells what a page's thread has worked.
suite("ten thousand apps", { browsers: published ? ["chromium"] : [], sandbox: ["--catalog", catalog] }, {
  "N11: a keystroke, a scroll, choosing and coming back each take less than a frame of 100 ms": async ({ page, driver }) => {
    await driver.sendDevToolsCommand("Performance.enable", { timeDomain: "threadTicks" });
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Amber CRM/, 60_000);
    assert.ok((await driver.executeScript(`return ${ROWS}`)) < 200, "only what is seen is there");
    const steps = {
      z: type("z"), ze: type("ze"), "z again": type("z"), nothing: type(""),
      middle: scroll(0.5), end: scroll(1), top: scroll(0), app: press(".app"), back: press(".top button"),
    };
    // The first time a browser compiles, and the machine has other things to do: the quickest of five is the work itself.
    const seen = Object.fromEntries(Object.keys(steps).map((name) => [name, []]));
    const slow = () => Object.entries(seen).filter(([, times]) => !(Math.min(...times) < FRAME_MS));
    for (let round = 0; round < 5 && slow().length > 0; round += 1) {
      for (const [name, step] of Object.entries(steps)) seen[name].push(Math.round(await cost(driver, step)));
      await page.waitForScreen("list");
    }
    assert.deepEqual(slow(), []);
  },
});

suite("ten thousand apps, task by task", { browsers: published ? ["chromium"] : [], sandbox: ["--catalog", catalog], traced: true }, {
  "N11: they arrive in parts, none of which holds the page longer than a frame of 100 ms": async ({ page, driver }) => {
    const arrival = async () => {
      await page.open();
      await page.find("button", /^Amber CRM/, 60_000);
      const told = `return document.querySelector("connect-flow").shadowRoot.querySelector("[aria-setsize]").ariaSetSize`;
      await page.waitFor(async () => (await driver.executeScript(told)) === "10000", "rows that know of the whole list");
      // Whoever searches for the last one finds it, as soon as the whole list is there.
      await driver.executeScript(`(${type("amber crm")})(document.querySelector("connect-flow").shadowRoot)`);
      await page.waitFor(async () => (await driver.executeScript(`return ${ROWS}`)) > 1, "more of that name further down");
    };
    await driver.sendDevToolsCommand("Page.enable");
    await driver.sendDevToolsCommand("Page.addScriptToEvaluateOnNewDocument", { source: NOTE_SIZES });
    const seen = [];
    while (seen.length < 5 && !(Math.min(...seen) < FRAME_MS)) {
      const times = await tasks(driver, arrival);
      assert.ok(times.length > 10, "the browser tells what its page has worked");
      const sizes = await driver.executeScript("return [...sizes]");
      assert.ok(sizes[0] < 10_000 && sizes[1] === 10_000, `a part first, then the whole list: ${sizes}`);
      seen.push(Math.max(...times));
    }
    assert.ok(Math.min(...seen) < FRAME_MS, `milliseconds: ${seen.join(", ")}`);
  },
});
