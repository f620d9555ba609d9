// Clocks that are wrong, jump or stop, pages that are hidden, devices that sleep.
import assert from "node:assert/strict";
import { sent, suite } from "./stage.js";

const HOUR = 3_600_000;
const LIST = "/api/v2/f-sdk/application";
const PROBE = "/api/v2/public/session/active-linked-account";

/** Sleeps with a component on screen, then wakes it and clicks at once. */
const sleep = (scene, ms, steady) =>
  scene.page.run(async (ms, steady) => {
    window.reply = () => mint(600);
    await ready();
    clock.sleep(ms, steady);
    clock.wake();
    button("Tally Books").click();
    await clock.settle();
    await until(() => events("session-renewed").length === 1);
    await clock.advance(60_000);
    return { names: events().map(({ name }) => name), reasons: asks.map(({ reason }) => reason) };
  }, ms, steady);

suite("time", {
  "C1: a clock an hour ahead costs one probe, and works": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setLifetime(900);
    try {
      const seen = await page.run(async () => {
        clock.setWall(3_600_000);
        window.reply = bare;
        await ready();
        // Well before any renewal, so that a loop would show.
        await clock.advance(240_000);
        clock.setWall(-3_600_000);
        const told = __events.filter(({ name }) => name !== "flow-activity");
        return { asks: asks.length, told: told.map(({ name, detail }) => `${name} ${detail.code ?? ""}`.trim()) };
      });
      assert.deepEqual(seen, { asks: 1, told: ["flow-error clock_skew", "flow-ready"] });
      const probes = (await sent(scene)).filter(({ path }) => path === PROBE);
      assert.deepEqual(probes.map(({ method, token }) => [method, token]), [["GET", 1]]);
    } finally {
      await sandbox.setLifetime(7_000_000);
    }
  },

  "C2: a clock an hour behind sends nothing with a dead token": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setLifetime(900);
    try {
      const names = await page.run(async () => {
        clock.setWall(-3_600_000);
        const flow = embed({ callback: false });
        await until(screenName);
        flow.setSessionToken(await bare());
        await until(() => shown().includes("Tally Books"));
        await clock.advance(901_000);
        clock.setWall(3_600_000);
        return events().map(({ name }) => name);
      });
      assert.deepEqual(names, ["session-expiring", "session-expired"]);
      const before = (await sent(scene)).length;
      await page.run(() => press("Tally Books"));
      assert.equal((await sent(scene)).length, before, "what is clicked now waits for a token");
    } finally {
      await sandbox.setLifetime(7_000_000);
    }
  },

  "C3: a clock set forward in use asks early, once": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(900);
      await ready();
      await clock.advance(60_000);
      clock.setWall(600_000);
      await clock.advance(31_000);
      const early = asks.map(({ reason }) => reason);
      await clock.advance(400_000);
      clock.setWall(-600_000);
      return { early, late: asks.length, names: events().map(({ name }) => name) };
    });
    assert.deepEqual(seen.early, ["initial", "expiring"]);
    assert.equal(seen.late, 2, "the new token is not touched by the jump");
    assert.deepEqual(seen.names, ["session-expiring", "session-renewed"]);
  },

  "C4: a clock set back in use changes nothing: expiry is on time": async ({ page }) => {
    const seen = await page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      flow.setSessionToken(await mint(600));
      await clock.advance(120_000);
      clock.setWall(-7_200_000);
      await clock.advance(170_000);
      const early = events().length;
      await clock.advance(20_000);
      const warned = events().map(({ name }) => name);
      await clock.advance(280_000);
      const before = events("session-expired").length;
      await clock.advance(12_000);
      clock.setWall(7_200_000);
      return { early, warned, before, after: events("session-expired").length };
    });
    assert.deepEqual(seen, { early: 0, warned: ["session-expiring"], before: 0, after: 1 });
  },

  "C5: a sleep past the margin ends in one event and a new token": async (scene) => {
    const seen = await sleep(scene, 400_000, true);
    assert.deepEqual(seen.names, ["session-expiring", "session-renewed"]);
    assert.deepEqual(seen.reasons, ["initial", "expiring"]);
    assert.ok((await sent(scene)).some(({ path, token }) => path === `${LIST}/tally-books` && token > 0));
  },

  "C5: a sleep past expiry ends in one event, and what is clicked goes out with the new token": async (scene) => {
    const seen = await sleep(scene, HOUR, true);
    assert.deepEqual(seen.names, ["session-expired", "session-renewed"]);
    assert.deepEqual(seen.reasons, ["initial", "expired"]);
    const clicked = (await sent(scene)).filter(({ path }) => path === `${LIST}/tally-books`);
    assert.deepEqual(clicked.map(({ token }) => token), [2]);
  },

  "C6: the same when performance.now stood still meanwhile": async (scene) => {
    const seen = await sleep(scene, HOUR, false);
    assert.deepEqual(seen.names, ["session-expired", "session-renewed"]);
    const clicked = (await sent(scene)).filter(({ path }) => path === `${LIST}/tally-books`);
    assert.deepEqual(clicked.map(({ token }) => token), [2]);
  },

  "C7: a hidden page with one timer a minute is warned in time, and renews": async ({ page }) => {
    for (const [lifetime, least] of [[900, 240], [600, 240], [300, 90]]) {
      const remaining = await page.run(async (lifetime) => {
        await clear();
        const flow = embed({ callback: false });
        await until(screenName);
        Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
        flow.setSessionToken(await mint(lifetime));
        clock.throttle(60_000);
        await clock.advance(lifetime * 1_000 + 60_000);
        delete document.visibilityState;
        return events().map(({ name, detail }) => [name, detail.remainingMs]);
      }, lifetime);
      assert.deepEqual(remaining.map(([name]) => name), ["session-expiring", "session-expired"], `${lifetime} s`);
      const lead = remaining[0][1] / 1_000;
      assert.ok(lead >= least && lead <= Math.min(300, lifetime / 2), `${lifetime} s: warned ${lead} s before`);
    }
    const names = await page.run(async () => {
      await clear();
      window.reply = () => mint(600);
      await ready();
      Object.defineProperty(document, "visibilityState", { configurable: true, value: "hidden" });
      clock.throttle(60_000);
      await clock.advance(600_000);
      delete document.visibilityState;
      return events().map(({ name }) => name);
    });
    assert.deepEqual(names.slice(0, 2), ["session-expiring", "session-renewed"]);
    assert.ok(!names.includes("session-expired"));
  },

  "C9: back from the cache after an hour: the token was wiped, a new one is asked for, nothing of before shows": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      await ready();
      await press("Tally Books");
      const [first] = tokens;
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
      const copies = copiesInMemory(first);
      // Whoever comes back may be somebody else: nothing of the screen shows until a token says whose it is.
      const screen = flow.shadowRoot.querySelector(".screen");
      const visible = () => getComputedStyle(screen).visibility === "visible";
      await clock.advance(3_600_000);
      const meanwhile = asks.length;
      const shown = [visible()];
      dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      shown.push(visible());
      await until(() => events("session-renewed").length === 1);
      await until(visible);
      await press("Connect");
      const names = events().map(({ name }) => name);
      return { copies, meanwhile, shown, reasons: asks.map(({ reason }) => reason), names };
    });
    const reasons = ["initial", "initial"];
    assert.deepEqual(seen, { copies: 0, meanwhile: 1, shown: [false, false], reasons, names: ["session-renewed"] });
    assert.ok((await sent(scene)).every(({ token }) => token > 0));
  },

  "C10: sixty days neither overflow nor warn at once": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(60 * 86_400);
      await ready();
      await clock.advance(300_000);
      return { asks: asks.length, names: events().map(({ name }) => name) };
    });
    assert.deepEqual(seen, { asks: 1, names: [] });
  },

  "C11: twenty seconds are renewed without a loop": async ({ page }) => {
    const times = await page.run(async () => {
      window.reply = () => mint(20);
      await ready();
      await clock.advance(600_000);
      return asks.map(({ at }) => at);
    });
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((later) => later - at < 299_900).length;
      assert.ok(within <= 6, `${within} requests within five minutes: ${times}`);
    }
    assert.ok(times.length >= 10, `and it does not give up: ${times}`);
  },

  "C13: the first request after waking fails: asked again half a second later": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      await ready();
      clock.sleep(30_000, true);
      clock.wake();
      clock.failNext(1);
      const from = performance.now();
      button("Tally Books").click();
      await clock.settle();
      await clock.advance(800);
      return { took: performance.now() - from, errors: __events.filter(({ name }) => name === "flow-error") };
    });
    assert.deepEqual(seen.errors, []);
    const clicked = (await sent(scene)).filter(({ path }) => path === `${LIST}/tally-books`);
    assert.deepEqual(clicked.map(({ method }) => method), ["GET"]);
  },
});
