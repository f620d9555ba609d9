// What becomes of a component that breaks down: its tokens are gone, the user and the host are told, the page goes on.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { browserNames } from "../harness/browsers.js";
import { running } from "./running.js";

const SITE = process.env.CONNECT_FLOW_MUTANTS_SITE ?? new URL("../../target/site-mutants", import.meta.url).pathname;
/** Ways to break down, by their numbers in src/mutants.rs. */
const WAYS = {
  "a panic with the token on loan": 60,
  "a panic within the flow": 63,
  "the end of the stack": 61,
  "an allocation that fails": 62,
};
/** What differs from browser to browser: how a panic and a full stack reach the page. */
const EVERYWHERE = /token on loan|end of the stack/;

/** @type {Record<string, (probe: import("./probe.js").Probe) => Promise<void>>} */
const TESTS = {
  "a component without a mutant does not break down": async (probe) => {
    await probe.open();
    await probe.choose("Tally Books");
    assert.ok(!(await probe.events()).some(({ detail }) => detail.code === "crashed"));
  },
};

for (const [way, number] of Object.entries(WAYS)) {
  TESTS[`M1 M2 M4 A28: ${way}: told, wiped, and restarted by the user`] = async (probe) => {
    const { driver } = probe;
    await probe.open({ credentials: "inline" });
    await probe.shows("list");
    await driver.executeScript("window.leakSecond()");
    await probe.until(() => driver.executeScript("return window.leakSecondScreen() === 'list'"), "a second component");
    await probe.press("Tally Books");
    await probe.shows("app");
    const before = probe.stage.tokens.slice();
    await driver.executeScript("window.connectFlowMutant = arguments[0]", number);
    await driver.executeScript("window.leakButton('Connect').click()");
    if (way !== "a panic within the flow") await driver.executeScript("window.leakButton('Continue to Tally Books')?.click()");
    await probe.shows("failure");
    await probe.told("flow-error", "crashed");
    const told = (await probe.events()).filter(({ detail }) => detail.code === "crashed");
    assert.deepEqual(told.map(({ detail }) => detail), [{ code: "crashed", retryable: true, step: "embed" }], "once");

    // The other one, which had nothing to lose, is there again by itself, with a token of its own.
    await probe.until(() => driver.executeScript("return window.leakSecondScreen() === 'list'"), "the second component");
    assert.equal((await driver.executeScript("return window.leakSecondEvents")).filter(({ detail }) => detail.code === "crashed").length, 1);
    await probe.look("broken down");
    // What broke down is never called again: it asks nobody for a token.
    await sleep(300);
    await probe.lookIntoMemory("broken down", { live: probe.stage.tokens.at(-1) });
    assert.ok(before.length > 0 && probe.stage.tokens.length === before.length + 1, "one question for the second component");

    await probe.press("Try again");
    await probe.choose("Tally Books");
    await probe.shows("waiting");
    assert.equal(await driver.executeScript("return window.leakSecondScreen()"), "list");
    const expected = probe.findings.filter(({ sink, what }) => !(sink === "errors" && /RuntimeError|RangeError|InternalError/.test(what)));
    assert.deepEqual(expected, []);
  };
}

TESTS["M1: twice in a minute is for the user to decide"] = async (probe) => {
  const { driver } = probe;
  await probe.open({ mutant: "60" });
  await probe.shows("failure");
  const codes = (await probe.events()).map(({ detail }) => detail.code).filter(Boolean);
  assert.deepEqual(codes, ["crashed", "crashed"]);
  assert.match(await driver.executeScript("return document.querySelector('connect-flow').shadowRoot.textContent"), /went wrong/);
  await driver.executeScript("window.connectFlowMutant = 0");
  await probe.press("Try again");
  await probe.shows("list");
};

TESTS["M1 M4: the frame breaks down: the page is told, and neither memory has a key or a token of it"] = async (probe) => {
  const { driver, stage } = probe;
  await probe.open({ credentials: "frame" });
  await probe.choose("In-house API");
  await probe.enterFrame();
  await probe.type(stage.canaries.add("CAN_CRED", "frame-key-0123456789abcdef-frame-key"));
  await driver.executeScript("window.connectFlowMutant = 60");
  await probe.submit();
  await probe.leaveFrame();
  await probe.told("flow-error", "crashed");
  await probe.look("the frame broke down");
  await probe.lookIntoMemory("the frame broke down", { live: stage.tokens.at(-1) });
};

for (const browser of browserNames()) {
  describe(`a breakdown (${browser})`, () => {
    /** @type {Awaited<ReturnType<typeof running>>} */ let scene;
    before(async () => {
      scene = await running(browser, SITE);
    });
    after(() => scene?.stop());
    for (const [name, test] of Object.entries(TESTS)) {
      if (browser !== "chromium" && !EVERYWHERE.test(name)) continue;
      it(name, { timeout: 120_000 }, async () => {
        const probe = await scene.probe();
        await test(probe).catch((problem) => {
          throw new Error(`${problem.message}\nfound so far:\n${probe.report()}`, { cause: problem });
        });
      });
    }
  });
}
