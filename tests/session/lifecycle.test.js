// What only Chromium's own tools bring about: a frozen page, the back/forward cache, real timers of a hidden page, a
// change of the time zone.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { sent, suite } from "./stage.js";

const LIST = "/api/v2/f-sdk/application";

suite("the life of a page", {
  "C8: a frozen page asks nothing, and catches up with one event when it resumes": async (scene) => {
    const { page, driver } = scene;
    await page.run(async () => {
      window.reply = () => mint(3);
      window.lifecycle = [];
      for (const name of ["freeze", "resume"]) document.addEventListener(name, () => lifecycle.push(name));
      await ready();
      __events.length = 0;
    });
    const before = (await sent(scene)).length;
    await driver.sendDevToolsCommand("Page.setWebLifecycleState", { state: "frozen" });
    await sleep(4_000);
    await driver.sendDevToolsCommand("Page.setWebLifecycleState", { state: "active" });
    const seen = await page.run(async () => {
      await until(() => events("session-renewed").length > 0);
      return { lifecycle, names: events().map(({ name }) => name), reasons: asks.map(({ reason }) => reason) };
    });
    assert.deepEqual(seen.lifecycle, ["freeze", "resume"]);
    assert.deepEqual(seen.names.slice(0, 2), ["session-expired", "session-renewed"], "no warning after the end");
    assert.deepEqual(seen.reasons.slice(0, 2), ["initial", "expired"]);
    assert.equal((await sent(scene)).length, before);
  },

  "C9: the real back/forward cache: wiped on the way out, asked anew on the way back": async (scene) => {
    const { page, driver, sandbox } = scene;
    await page.open();
    await page.run(async () => {
      window.shows = [];
      addEventListener("pageshow", ({ persisted }) => shows.push(persisted));
      await ready();
      await press("Tally Books");
      // After the component's own listener.
      addEventListener("pagehide", () => (window.left = copiesInMemory(tokens[0])));
      // The host is not asked twice within five seconds.
      await clock.advance(6_000);
    });
    await driver.get(`${sandbox.host}/host.css`);
    await driver.navigate().back();
    const seen = await page.run(async () => {
      await until(() => events("session-renewed").length === 1);
      await press("Connect");
      const names = events().map(({ name }) => name);
      return { shows, left, reasons: asks.map(({ reason }) => reason), names, screen: screenName() };
    });
    assert.deepEqual(seen.shows, [true], "the page came from the cache");
    assert.equal(seen.left, 0, "no copy of the token was left behind");
    assert.deepEqual(seen.reasons, ["initial", "initial"]);
    assert.deepEqual([seen.names, seen.screen], [["session-renewed"], "consent"]);
    assert.deepEqual([...new Set((await sent(scene)).map(({ token }) => token))], [1]);
  },

  "C12: a change of the time zone has no effect": async (scene) => {
    const { page, driver } = scene;
    await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
    });
    try {
      for (const timezoneId of ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/London"]) {
        await driver.sendDevToolsCommand("Emulation.setTimezoneOverride", { timezoneId });
        const seen = await page.run(async () => {
          clock.wake();
          await clock.advance(60_000);
          return { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, names: events().length, asks: asks.length };
        });
        assert.deepEqual(seen, { zone: timezoneId, names: 0, asks: 1 });
      }
    } finally {
      await driver.sendDevToolsCommand("Emulation.setTimezoneOverride", { timezoneId: "" });
    }
  },

  "C11 A6: real time, real tokens of twelve seconds: renewed before they end": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setLifetime(12);
    try {
      const seen = await page.run(async () => {
        window.reply = () => mint(12);
        await ready();
        await until(() => events("session-renewed").length === 1, 15_000);
        await press("Tally Books");
        return { names: events().map(({ name }) => name), reasons: asks.map(({ reason }) => reason) };
      });
      assert.deepEqual(seen, { names: ["session-expiring", "session-renewed"], reasons: ["initial", "expiring"] });
      const clicked = (await sent(scene)).filter(({ path }) => path === `${LIST}/tally-books`);
      assert.deepEqual(clicked.map(({ token }) => token), [2]);
    } finally {
      await sandbox.setLifetime(7_000_000);
    }
  },
}, ["chromium"]);
