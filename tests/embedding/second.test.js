// The second wasm: what the list and the session do without it, and what happens when it is late or never comes.
import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { suite } from "../harness/index.js";
import { alert, codes, open, run } from "./stage.js";

const SITE = process.env.CONNECT_FLOW_SITE ?? fileURLToPath(new URL("../../target/site", import.meta.url));
const FILES = ["index.js", "life.js", "session-url.js", "connect-flow_bg.wasm"];
const SECOND = "connect-flow_second.wasm";

/** Keeps each request for the second wasm in `held`, until it is let through or made to fail. */
const holdSecond = (driver) =>
  run(driver, `
    const real = window.fetch;
    window.held = [];
    window.organisations = 0;
    window.fetch = (request, init) => {
      const url = String(request.url ?? request);
      if (url.endsWith("/org/basics")) window.organisations += 1;
      if (window.failing && url.endsWith("/application")) return Promise.reject(new TypeError("no network"));
      if (!url.includes("${SECOND}")) return real(request, init);
      return new Promise((resolve, reject) => {
        held.push({ pass: () => resolve(real(request, init)), fail: () => reject(new TypeError("no network")) });
      });
    };`);

const asked = (page, driver, times = 1) =>
  page.waitFor(() => driver.executeScript("return held.length >= arguments[0]", times), `request ${times} for it`);

/** The list is there, the second wasm is asked for and held back. */
async function listWithout(scene) {
  await open(scene);
  await holdSecond(scene.driver);
  await run(scene.driver, "embed()");
  await scene.page.waitForEvent("flow-ready");
  await asked(scene.page, scene.driver);
}

/** Lets these requests for it fail, as they come. */
async function failing(page, driver, times) {
  for (const time of times) {
    await asked(page, driver, time);
    await run(driver, `held[${time - 1}].fail()`);
  }
}

const rows = (driver) =>
  driver.executeScript("return [...flow.shadowRoot.querySelectorAll('[data-slug]')].map((row) => row.dataset.slug)");

/** Types into the search, and waits until so many rows are left. */
async function searchFor({ page, driver }, text, left) {
  await run(driver, `
    const search = flow.shadowRoot.querySelector("input[type=search]");
    search.value = "${text}";
    search.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));`);
  await page.waitFor(async () => (await rows(driver)).length === left, `what "${text}" has left`);
}

suite("the second wasm", {}, {
  "brings the organisation's name with it, which is asked for once": async (scene) => {
    const { page, driver } = scene;
    await listWithout(scene);
    await run(driver, "flow.shadowRoot.querySelector('[data-slug]').click()");
    assert.equal(await driver.executeScript("return organisations"), 0);
    await asked(page, driver);
    await run(driver, "held[0].pass()");
    const shown = "return flow.shadowRoot.querySelector('[data-screen=app] [part~=button-primary]')";
    await page.waitFor(() => driver.executeScript(shown), "the app's screen");
    await page.waitFor(() => driver.executeScript("return organisations"), "the question");
    await new Promise((done) => setTimeout(done, 300));
    assert.equal(await driver.executeScript("return organisations"), 1);
    assert.equal(await driver.executeScript("return held.length"), 1);
  },

  "is not asked for where the session ends as soon as there is a list": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, "embed(); flow.addEventListener('flow-ready', () => flow.end(), { once: true })");
    await page.waitForEvent("session-ended");
    await new Promise((done) => setTimeout(done, 500));
    assert.equal(await driver.executeScript("return held.length + organisations"), 0);
  },

  "is asked for when the list is there, and the list and the session do without it": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, `
      embed();
      window.early = [];
      flow.addEventListener("flow-ready", () => early.push(held.length), { once: true });`);
    await page.waitForEvent("flow-ready");
    await asked(page, driver);
    assert.equal(await driver.executeScript("return early[0]"), 0, "not before the list");
    const all = await rows(driver);
    assert.ok(all.length > 5);
    await searchFor(scene, "tally", 1);
    await run(driver, "flow.theme = 'dark'; flow.locale = 'de'; flow.density = 'compact'");
    const dressed = "const { dataset, lang } = flow.shadowRoot.querySelector('[data-theme]'); return [dataset.theme, lang]";
    await page.waitFor(async () => (await driver.executeScript(dressed)).join() === "dark,de", "the other look");
    await run(driver, "flow.setSessionToken(await getSessionToken({ reason: 'by hand' }))");
    await run(driver, "dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))");
    await run(driver, "flow.end()");
    await page.waitForEvent("flow-closed");
    await page.waitFor(async () => (await page.screen()) === "ended", "the end");
    await run(driver, "flow.remove()");
    assert.deepEqual(await codes(page), []);
    // The list that cannot be had is the list's own affair, too.
    await run(driver, "window.failing = true; embed()");
    await page.waitForEvent("flow-error");
    await run(driver, "window.failing = false");
    await page.click("button", /^Try again/);
    await page.waitFor(async () => (await rows(driver)).length > 5, "the list at last");
    await run(driver, "flow.remove()");
    assert.deepEqual(await codes(page), ["network_error"]);
    assert.equal(await driver.executeScript("return held.length"), 1);
  },

  "says how many a search has left as soon as it is here": async (scene) => {
    const { page, driver } = scene;
    await listWithout(scene);
    for (const [search, left] of [["nothing of that name", 0], ["tally", 1]]) {
      await searchFor(scene, search, left);
    }
    const said = "return flow.shadowRoot.querySelector('.grow-y > [role=status]').textContent";
    assert.equal(await driver.executeScript(said), "");
    await run(driver, "held[0].pass()");
    await page.waitFor(async () => (await driver.executeScript(said)) === "1 app found", "the count of the last search");
    assert.deepEqual(await codes(page), []);
    assert.equal(await driver.executeScript("return held.length"), 1);
  },

  "is not asked for by every letter of a search where it cannot be had": async (scene) => {
    const { page, driver } = scene;
    await listWithout(scene);
    await failing(page, driver, [1, 2]);
    await searchFor(scene, "tally", 1);
    await failing(page, driver, [3, 4]);
    await searchFor(scene, "nothing of that name", 0);
    await searchFor(scene, "tally", 1);
    assert.equal(await driver.executeScript("return held.length"), 4);
    assert.deepEqual(await codes(page), []);
  },

  "is not needed for the session: a page that goes and comes back, a token of another account, the end": async (scene) => {
    const { page, driver } = scene;
    await listWithout(scene);
    await run(driver, `
      dispatchEvent(new PageTransitionEvent("pagehide"));
      dispatchEvent(new PageTransitionEvent("pageshow"));`);
    await page.waitForEvent("session-renewed");
    await run(driver, `
      const post = async (path, csrf, body) => {
        const headers = { "content-type": "application/json", "x-csrf-token": csrf };
        return (await fetch(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
      };
      const { csrfToken } = await post("/api/sign-in", document.querySelector("[name=csrf-token]").content, { user: "grace" });
      flow.setSessionToken(await post("/api/session-token", csrfToken));`);
    await page.waitFor(async () => (await page.eventsNamed("flow-ready")).length === 2, "the other account's list");
    assert.deepEqual(await codes(page), ["account_changed"]);
    await run(driver, "flow.retry(); flow.end({ revoke: true })");
    await page.waitForEvent("flow-closed");
    await run(driver, "flow.remove()");
    assert.deepEqual(await codes(page), ["account_changed"]);
    assert.equal(await driver.executeScript("return held.length"), 1);
  },

  "gets the choice that came before it, once it is here": async (scene) => {
    const { page, driver } = scene;
    await listWithout(scene);
    await page.click("button", /^Tally Books/);
    const busy = "return !!flow.shadowRoot.querySelector('[data-screen=app] .screen [aria-busy=true]')";
    await page.waitFor(() => driver.executeScript(busy), "something to see of the choice");
    await run(driver, "held[0].pass()");
    await page.find("button", "Connect");
    assert.equal(await page.screen(), "app");
    assert.equal(await driver.executeScript(busy), false);
    const focused = "return flow.shadowRoot.activeElement?.textContent";
    await page.waitFor(async () => /Tally Books/.test(await driver.executeScript(focused)), "the focus at the heading");
    assert.deepEqual(await codes(page), []);
    assert.equal(await driver.executeScript("return held.length"), 1);
  },

  "brings styles and words, which change nothing about what was there before": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, "window.failing = true; window.before = [embed()]");
    await page.waitForEvent("flow-error");
    await run(driver, "window.failing = false; before.push(embed())");
    await page.waitForEvent("flow-ready");
    await run(driver, "before.push(embed()); before[1].end()");
    await page.waitFor(async () => (await page.eventsNamed("flow-ready")).length === 2, "the other list");
    await page.waitFor(() => driver.executeScript(`
      const screens = before.map(({ shadowRoot }) => shadowRoot.querySelector("[data-screen]").dataset.screen);
      return screens.join() === "list,ended,list";`), "all three screens");
    await run(driver, `
      window.look = () => before.flatMap(({ shadowRoot }) => {
        for (const animation of shadowRoot.getAnimations()) animation.cancel();
        return [...shadowRoot.querySelectorAll("*")].map((element) => {
          const style = getComputedStyle(element);
          return [element.outerHTML, ...[...style].map((name) => name + ": " + style.getPropertyValue(name))].join("\\n");
        });
      });
      window.looked = look();`);
    const said = `return before.flatMap(({ shadowRoot }) => [...shadowRoot.querySelectorAll("*")].flatMap((element) =>
      [element.firstElementChild ? "" : element.textContent, element.ariaLabel, element.getAttribute("placeholder")]));`;
    const words = (await driver.executeScript(said)).filter(Boolean);
    assert.ok(words.length > 50, String(words.length));
    assert.deepEqual(words.filter((text) => /^[a-z_]+(\.[a-z_]+)+$/.test(text)), []);
    await run(driver, "embed({ app: 'tally-books' }); held[0].pass()");
    await page.waitFor(() => driver.executeScript(`
      const button = flow.shadowRoot.querySelector(".b-primary");
      return button?.textContent === "Connect" && getComputedStyle(flow.shadowRoot.querySelector(".tile")).width === "48px";
    `), "the app in its own words and style");
    const [count, changed] = await driver.executeScript(`
      const now = look();
      return [now.length, now.filter((element, at) => element !== looked[at])];`);
    assert.ok(count > 200, String(count));
    assert.deepEqual(changed, []);
  },

  "is missed only by who needs it; then that is said, and trying again mends it": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, "embed()");
    await page.waitForEvent("flow-ready");
    // Asked for twice, the second time past the caches.
    await failing(page, driver, [1, 2]);
    assert.equal(await page.screen(), "list");
    assert.deepEqual(await codes(page), []);
    await page.click("button", /^Tally Books/);
    await failing(page, driver, [3, 4]);
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    assert.match(await alert(driver), /could not be loaded/);
    await run(driver, "flow.shadowRoot.querySelector('[role=alert] button').click()");
    await page.waitFor(async () => (await page.eventsNamed("flow-ready")).length === 2, "the list again");
    await asked(page, driver, 5);
    await run(driver, "held[4].pass()");
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
    assert.deepEqual(await codes(page), ["load_failed"]);
  },

  "comes before the first screen where that is an app's": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, "embed({ app: 'tally-books' })");
    await asked(page, driver);
    assert.equal(await page.screen(), null);
    await run(driver, "held[0].pass()");
    await page.find("button", "Connect");
    assert.deepEqual(await codes(page), []);
  },

  "is the loader's alone to give: whoever gave another one would get the memory": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await holdSecond(driver);
    await run(driver, `
      // What every awaited object is asked for.
      window.got = 0;
      Object.defineProperty(Object.prototype, "then", {
        configurable: true,
        get() {
          if ("completeBy" in Object(this)) window.got += 1;
        },
      });
      embed();
      window.give = async () => {
        // Of the component's own there is none to be had; this one is the page's.
        const { makeGlue } = await importModule("/life.js");
        const glue = makeGlue();
        // Asks for a memory.
        glue.completeBy(() => WebAssembly.compile(Uint8Array.of(
          0, 97, 115, 109, 1, 0, 0, 0, 2, 13, 1, 1, 98, 6, 109, 101, 109, 111, 114, 121, 2, 0, 1)));
        return glue.complete().then(() => "taken", ({ name }) => name);
      };`);
    await page.waitForEvent("flow-ready");
    assert.match(await run(driver, "return give()"), /^(Type|Link)Error$/);
    assert.equal(await run(driver, "delete Object.prototype.then; return got"), 0);
    await asked(page, driver);
    await run(driver, "held[0].pass()");
    assert.match(await run(driver, "return give()"), /^(Type|Link)Error$/);
    await page.click("button", /^Tally Books/);
    await page.find("button", "Connect");
  },

  "is none of another build, even where a server gives one": async (scene) => {
    const { page, driver } = scene;
    const folder = "other-second";
    await rm(`${SITE}/${folder}`, { recursive: true, force: true });
    for (const name of FILES) await cp(`${SITE}/${name}`, `${SITE}/${folder}/${name}`);
    const second = await readFile(`${SITE}/${SECOND}`);
    // A custom section more: it would run, but it is not the one that belongs to the first.
    await writeFile(`${SITE}/${folder}/${SECOND}`, Buffer.concat([second, Buffer.of(0, 2, 1, 97)]));
    await open(scene);
    await run(driver, `
      const { define } = await importModule("/${folder}/index.js");
      define("connect-flow-${folder}");
      embed({}, true, "connect-flow-${folder}");`);
    await page.waitForEvent("flow-ready");
    await page.click("button", /^Tally Books/);
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    await rm(`${SITE}/${folder}`, { recursive: true });
  },
});
