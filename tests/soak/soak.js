// Twenty components in one page through faults at random: nothing that a user finished is lost or doubled, memory is flat.
import { setTimeout as sleep } from "node:timers/promises";
import { start, still } from "../harness/browsers.js";
import { Sandbox } from "../harness/sandbox.js";
import { signIn } from "../conformance/sandbox.js";
import { Stage } from "../hostile/stage.js";
import { below, chance, pick } from "../pages/random.js";

const USERS = 20;
/** Seconds of a session. */
const LIFETIME = 60;
/** A fault is on for so long, then all is well for a while, in milliseconds. */
const FAULT = 8_000;
/** What may be added from the first fifth to the end, in bytes of the page's heap. */
const GROWTH = 24 << 20;

const API = { path: "/api/" };
const FAULTS = [
  { match: API, status: 500 }, { match: API, status: 503, retry_after: 2 }, { match: API, status: 429, retry_after: 3 },
  { match: API, status: 401, times: 3 }, { match: API, body: "html" }, { match: API, body: "truncated", times: 5 },
  { match: API, body: "cut", times: 5 }, { match: API, drop: "before" }, { match: API, drop: "after" },
  { match: API, latency_ms: 2_500 }, { match: { path: "/api/", method: "POST" }, drop: "after" },
  { match: { path: "/api/", method: "GET" }, body: "stalled", times: 3 }, { date_header_off: true },
];

/** The page's heap after a collection, and the wasm's memory is part of it where the browser says so. */
async function heap(driver) {
  if (driver.sendDevToolsCommand === undefined) return 0;
  await driver.sendDevToolsCommand("HeapProfiler.collectGarbage", {});
  return driver.executeScript("return window.memory()");
}

/**
 * @param {{ browser: import("../harness/browsers.js").BrowserName, minutes: number, seed: number, say?: (line: string) => void }} options
 * @returns {Promise<Record<string, number | string> & { problems: string[] }>}
 */
export async function soak({ browser, minutes, seed, say = () => {} }) {
  const stage = await Stage.start(() => false);
  const next = chance(seed);
  const problems = [];
  let signIns = 0;
  stage.post = async (address) => {
    signIns += 1;
    // Somebody at the provider; a fault may be on, and then he tries once more.
    for (let tries = 0; tries < 3; tries++) {
      const page = await signIn(address).catch(() => undefined);
      if (page?.status === 200) return;
      await sleep(1_000);
    }
  };
  const call = (method, path, body) =>
    fetch(stage.sandbox.platform + path, {
      method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body),
    }).then((answer) => answer.json());
  await call("POST", "/test/lifetime", { seconds: LIFETIME });
  const { driver, quit } = await start(browser);
  const heaps = [];
  let faults = 0;
  try {
    await still(driver);
    await driver.manage().setTimeouts({ script: 300_000 });
    await driver.get(`${stage.pages}/soak.html?csp=off`);
    await driver.wait(() => driver.executeScript("return window.ready"), 30_000, "the page");
    await driver.executeScript("window.begin(arguments[0], arguments[1])", USERS, seed);
    const end = Date.now() + minutes * 60_000;
    while (Date.now() < end) {
      const fault = pick(next, FAULTS);
      await stage.sandbox.setSwitches(fault);
      faults += 1;
      if (next() < 0.2) await (next() < 0.5 ? stage.sandbox.expireTokens() : stage.sandbox.revokeTokens());
      await sleep(Math.min(FAULT, end - Date.now()));
      await stage.sandbox.clearSwitches();
      await sleep(Math.max(0, Math.min(4_000 + below(next, 8_000), end - Date.now())));
      heaps.push(await heap(driver));
      say(`${Math.ceil((end - Date.now()) / 1_000)} s left, ${faults} faults, ${heaps.at(-1) >> 20} MB, ${JSON.stringify(await driver.executeScript("return window.tally"))}`);
    }
    await stage.sandbox.clearSwitches();
    const shown = await driver.executeAsyncScript("const done = arguments[0]; window.finish().then(done, (e) => done(String(e)))");
    if (!Array.isArray(shown)) throw new Error(shown);
    problems.push(...(await driver.executeScript("return window.__problems")));
    let [lost, doubled] = [0, 0];
    for (const [name, connected] of shown) {
      const there = (await call("GET", `/test/connections?linked_account_id=${name}`)).map(({ slug }) => slug).sort();
      const missing = connected.filter((slug) => !there.includes(slug));
      const twice = there.filter((slug, at) => slug === there[at - 1]);
      lost += missing.length;
      doubled += twice.length;
      if (missing.length > 0) problems.push(`${name}: shown as connected and lost: ${missing}`);
      if (twice.length > 0) problems.push(`${name}: connected twice: ${twice}`);
    }
    // The first fifth fills caches; a short run has no more than that.
    const warm = heaps[Math.floor(heaps.length / 5)] ?? 0;
    const growth = (heaps.at(-1) ?? 0) - warm;
    if (growth > GROWTH) problems.push(`the heap grew by ${growth} bytes`);
    const tally = await driver.executeScript("return window.tally");
    if (tally.connected === 0) problems.push("nobody connected anything");
    return { ...tally, faults, sign_ins: signIns, lost, doubled, heap_growth_kb: Math.round(growth / 1_024), problems };
  } finally {
    await quit();
    await stage.stop();
  }
}
