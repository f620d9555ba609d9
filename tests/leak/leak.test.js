// Nothing secret is anywhere but where it belongs: every sink, after every step, in every browser.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { browserNames } from "../harness/browsers.js";
import { running } from "./running.js";
import { SCENARIOS } from "./scenarios.js";

const SITE = process.env.CONNECT_FLOW_SITE ?? new URL("../../target/site", import.meta.url).pathname;
const MUTANTS_SITE = process.env.CONNECT_FLOW_MUTANTS_SITE ?? new URL("../../target/site-mutants", import.meta.url).pathname;
const FULL = process.env.CONNECT_FLOW_LEAK === "full";

/** Every file that pages load, with its bytes as characters. */
async function files(site) {
  const names = await readdir(site, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, "latin1") })));
}

describe("what is published", () => {
  it("R5 F7: holds no key, no token and no secret that looks like one", async () => {
    const looks = [/\b[tps]k_[0-9a-f]{16,}/, /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/, /-----BEGIN [A-Z ]*PRIVATE KEY/];
    assert.match(`const key = "tk_${"0123456789abcdef".repeat(2)}"`, looks[0]);
    const all = await files(SITE);
    assert.ok(all.some(({ path }) => path.endsWith(".wasm")));
    assert.deepEqual(all.filter(({ text }) => looks.some((look) => look.test(text))).map(({ path }) => path), []);
  });

  it("has no leak on purpose in it, as the component for this test has", async () => {
    const holding = async (site) => (await files(site)).filter(({ path }) => path.endsWith(".wasm")).map(({ text }) => text.includes("connectFlowMutant"));
    // In the data, which is all in the first of the two.
    assert.deepEqual((await holding(MUTANTS_SITE)).sort(), [false, true]);
    assert.ok(!(await holding(SITE)).includes(true));
  });
});

for (const browser of browserNames()) {
  describe(`no secret in any sink (${browser})`, () => {
    /** @type {Awaited<ReturnType<typeof running>>} */ let scene;
    before(async () => {
      scene = await running(browser, SITE);
    });
    after(() => scene?.stop());
    for (const [name, { run, short }] of Object.entries(SCENARIOS)) {
      if (!short && !FULL) continue;
      it(name, { timeout: 180_000 }, async () => {
        const probe = await scene.probe();
        await run(probe).catch((problem) => {
          throw new Error(`${problem.message}\nfound so far:\n${probe.report()}`, { cause: problem });
        });
        assert.equal(probe.report(), "");
      });
    }
  });
}
