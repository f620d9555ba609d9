// A page that is against its component, as far as a page can be: forged messages, hidden names, patched built-ins, styles,
// nodes that disappear.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";

async function open(page, parameters = {}) {
  await page.open(parameters, "hostile-host.html");
  await page.waitFor(() => page.driver.executeScript("return window.ready"), "the list of apps");
}

/** Calls a function of the page; what it throws is what this throws. */
async function inPage(page, name, ...args) {
  const answer = await page.driver.executeAsyncScript((name, args, done) => {
    const tell = (error) => done({ error: String(error?.stack ?? error) });
    Promise.resolve().then(() => window[name](...args)).then((value) => done({ value }), tell);
  }, name, args);
  if (answer.error) throw new Error(answer.error);
  return answer.value;
}

suite("a hostile page", {}, {
  "P6: 100,000 forged messages change nothing and cost no request": async ({ page, sandbox }) => {
    await open(page);
    await inPage(page, "waitForSignIn");
    const polls = async () => (await sandbox.requests()).filter(({ method }) => method !== "OPTIONS").length;
    const [before, events, start] = [await polls(), (await page.events()).length, Date.now()];
    await inPage(page, "forge", 100_000);
    const seconds = (Date.now() - start) / 1_000;
    const asked = (await polls()) - before;
    assert.ok(asked <= 2 + seconds, `${asked} requests in ${seconds} s`);
    assert.equal(await inPage(page, "screenName"), "waiting");
    assert.equal((await page.events()).length, events);
    assert.deepEqual(await page.driver.executeScript("return window.opened.length"), 1);
    await inPage(page, "goBack");
  },

  "E8: names in the page's markup hide nothing that the component needs": async ({ page }) => {
    await open(page, { names: "" });
    assert.equal(await page.driver.executeScript("return typeof document.createComment"), "object");
    await inPage(page, "connectByKey");
  },

  "E7: prototypes that were filled before it was loaded set no option": async ({ page, sandbox }) => {
    await open(page, { polluted: "" });
    assert.equal(await inPage(page, "screenName"), "list");
    await inPage(page, "connectByKey");
    assert.ok((await sandbox.requests()).every(({ headers }) => !("x-tenant-id" in headers)));
    assert.ok((await page.driver.executeScript("return authorizations")).every((sent) => !sent.includes("somebody")));
    for (const { sent, given } of await inPage(page, "beginOtherwise")) assert.deepEqual(sent, [given]);
  },

  "E7: built-ins that are patched after it was loaded see no token on its way into a request": async ({ page, sandbox }) => {
    await open(page);
    const before = (await sandbox.requests()).length;
    assert.deepEqual(await inPage(page, "watchBuiltIns"), []);
    assert.ok((await sandbox.requests()).length > before, "no request was made meanwhile");
  },

  "E7: a text that a patched built-in does not give is an empty one, not what lies in memory": async ({ page }) => {
    await open(page);
    const { before, after } = await inPage(page, "searchWithoutText");
    assert.equal(after, before);
    await inPage(page, "connectByKey");
  },

  "E7: a Request that is patched after it was loaded sees no key that is typed in the page": async ({ page }) => {
    await open(page);
    const given = await inPage(page, "watchRequests");
    assert.ok(given.length > 0, "no request was made meanwhile");
    const key = await page.driver.executeScript("return window.key");
    assert.deepEqual(given.filter((text) => text.includes(key)), []);
  },

  "E8: the page's styles leave it legible": async ({ page }) => {
    await open(page);
    const plain = await inPage(page, "dress", "");
    const hostile = `* { all: unset !important; color: transparent !important; font-size: 0 !important; text-indent: -99em !important;
      letter-spacing: 5em !important; word-spacing: 9em !important; text-transform: uppercase !important; line-height: 0 !important }
      html, body, main, connect-flow { display: block !important; width: 600px !important }`;
    const dressed = await inPage(page, "dress", hostile);
    assert.deepEqual({ ...dressed, width: 0 }, { ...plain, width: 0 });
    assert.ok(dressed.width > 100);
  },

  "E13: texts that a translation has replaced are no obstacle": async ({ page }) => {
    await open(page);
    assert.ok((await inPage(page, "translate")) > 10);
    await inPage(page, "connectByKey");
    assert.equal(await inPage(page, "screenName"), "list");
  },

  "E13: nodes that the page removes break nothing, and put back it works again": async ({ page }) => {
    await open(page);
    await inPage(page, "removeNodes");
    assert.deepEqual(await page.problems(), []);
    assert.deepEqual((await page.eventsNamed("flow-error")).map(({ detail }) => detail.code), []);
    await inPage(page, "putBack");
    await inPage(page, "connectByKey");
  },
});
