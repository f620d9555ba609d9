// Mounted and unmounted a thousand times: nothing is left behind. `CONNECT_FLOW_MOUNTS` shortens or lengthens it.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";

/** The full proof is a thousand; a run of everything has time for fewer. */
const MOUNTS = Number(process.env.CONNECT_FLOW_MOUNTS ?? 210);
const WARM_UP = 140;

/** What the page holds once nothing is garbage. */
async function counted(driver) {
  const cdp = async (command, parameters = {}) => driver.sendAndGetDevToolsCommand(command, parameters);
  for (let pass = 0; pass < 3; pass += 1) await cdp("HeapProfiler.collectGarbage");
  const { nodes, jsEventListeners, documents } = await cdp("Memory.getDOMCounters");
  const { metrics } = await cdp("Performance.getMetrics");
  const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
  return { nodes, listeners: jsEventListeners, documents, heap, ...(await driver.executeScript("return leftBehind()")) };
}

suite("mounting again and again", { browsers: ["chromium"] }, {
  "E10: mounts leave no listener, node, timer or wasm page behind": async ({ page, driver }) => {
    await page.open({}, "churn.html");
    await page.waitFor(() => driver.executeScript("return window.ready === true"), "the page's script");
    await driver.manage().setTimeouts({ script: 85_000 });
    await driver.sendDevToolsCommand("Performance.enable");
    const script = "const [times, done] = arguments; churn(times).then(done, (problem) => done(String(problem)))";
    const churn = (times) => driver.executeAsyncScript(script, times);
    assert.equal(await churn(WARM_UP), 1);
    const before = await counted(driver);
    const asks = await churn(MOUNTS);
    const after = await counted(driver);
    assert.equal(asks, 1, "one token for one life");
    for (const same of ["listeners", "documents", "timers"]) assert.equal(after[same], before[same], same);
    // What a browser keeps for itself, as the element that had the focus last, is no growth.
    assert.ok(after.nodes <= before.nodes + 20, `${before.nodes} nodes became ${after.nodes}`);
    assert.deepEqual(after.memory, before.memory);
    assert.deepEqual(after.tables, before.tables);
    assert.ok(after.memory.length > 0 && after.tables.length > 0);
    console.log(`${MOUNTS} mounts: ${JSON.stringify({ before, after })}`);
    // What is left of a node or a closure is more; compiled code and the browser's own books are less, or are there once.
    const perMount = (from, to) => (to.heap - from.heap) / MOUNTS;
    let grown = perMount(before, after);
    if (grown >= 400) {
      await churn(MOUNTS);
      grown = perMount(after, await counted(driver));
    }
    assert.ok(grown < 400, `${grown} bytes of the heap a mount`);
  },
});
