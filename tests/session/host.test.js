// A host that answers late, wrongly, twice or not at all, and whose handlers do as they like.
import assert from "node:assert/strict";
import { sent, suite } from "./stage.js";

const LIST = "/api/v2/f-sdk/application";

/** The codes of the failed renewals, and whatever else a test adds. */
const failures = (page) => page.run(() => events("session-renewal-failed").map(({ detail }) => detail));

suite("the host", {
  "H1: getSessionToken throws or rejects: backed off from, the old token serves meanwhile": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      let times = 0;
      window.reply = () => {
        times += 1;
        if (times % 2) throw new Error("canary-thrown");
        return Promise.reject(new Error("canary-rejected"));
      };
      await clock.advance(301_000);
      await press("Tally Books");
      // The request of that click is answered before the clock moves on.
      await clock.settle();
      await clock.advance(280_000);
      return { attempts: asks.slice(1).map(({ at, attempt }) => [attempt, at]), all: JSON.stringify(__events) };
    });
    // Five tries by then, 15, 30, 60, 60 seconds apart, each a fifth more or less.
    assert.deepEqual(seen.attempts.map(([attempt]) => attempt), [1, 2, 3, 4, 5, 6].slice(0, seen.attempts.length));
    const gaps = seen.attempts.slice(1).map(([, at], index) => (at - seen.attempts[index][1]) / 1_000);
    [15, 30, 60, 60].forEach((wanted, index) => {
      assert.ok(Math.abs(gaps[index] - wanted) <= wanted / 5 + 1, `gap ${index + 1}: ${gaps[index]} s`);
    });
    const [first] = await failures(page);
    assert.equal(first.code, "session_callback_failed");
    assert.equal(first.retryable, true);
    assert.equal(first.attempt, 1);
    assert.ok(first.nextTryMs >= 12_000 && first.nextTryMs <= 18_000);
    assert.doesNotMatch(seen.all, /canary/);
    const clicked = (await sent(scene)).filter(({ path }) => path === `${LIST}/tally-books`);
    assert.deepEqual(clicked.map(({ token }) => token), [1]);
    assert.equal(await page.run(() => events("session-expired").length), 0);
  },

  "H1: once the host answers again, the outage is over by itself": async ({ page }) => {
    const names = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      window.reply = () => Promise.reject(new Error("down"));
      await clock.advance(900_000);
      const notice = shown().includes("Try again");
      window.reply = () => mint(600);
      await clock.advance(125_000);
      await until(() => !shown().includes("Try again"));
      return [notice, ...events().map(({ name }) => name)];
    });
    assert.equal(names[0], true, "the user is told and can try");
    assert.equal(names.at(-1), "session-renewed");
    assert.equal(names.filter((name) => name === "session-expired").length, 1);
  },

  "H1 S29: a host that answered 429 is left alone for as long as it said": async ({ page }) => {
    const waits = await page.run(async () => {
      const wait = async () => {
        embed();
        const { detail } = await until(() => events("session-renewal-failed")[0]);
        await clear();
        return detail.nextTryMs / 1_000;
      };
      const refused = (retryAfter) => () => Promise.reject(Object.assign(new Error("429"), { retryAfter }));
      const seen = [];
      for (const retryAfter of [120, 1e9, -5, "soon"]) {
        window.reply = refused(retryAfter);
        seen.push(await wait());
      }
      return seen;
    });
    assert.ok(waits[0] > 119 && waits[0] <= 120, `${waits[0]} s`);
    assert.ok(waits[1] > 299 && waits[1] <= 300, "at most five minutes");
    for (const wait of waits.slice(2)) assert.ok(wait > 11 && wait <= 18, `the ordinary back-off, not ${wait} s`);
  },

  "H2: no answer is given up after 15 seconds, and ignored if it comes later": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      let late;
      let signal;
      window.reply = (request) => {
        signal = request.signal;
        return new Promise((done) => (late = done));
      };
      await clock.advance(314_000);
      const early = events("session-renewal-failed").length;
      await clock.advance(2_000);
      window.reply = () => mint(600);
      const aborted = signal.aborted;
      late(await mint(600));
      await clock.settle();
      const [failed] = events("session-renewal-failed").map(({ detail }) => detail.code);
      return { early, failed, aborted, renewed: events("session-renewed").length, copies: copiesInMemory(tokens[1]) };
    });
    assert.deepEqual(seen, { early: 0, failed: "session_callback_timeout", aborted: true, renewed: 0, copies: 0 });
  },

  "H3: the same token again is no renewal, and no loop": async ({ page }) => {
    const asked = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      window.reply = () => ({ token: tokens[0], expires_in: 600 });
      await clock.advance(500_000);
      return asks.length;
    });
    const told = await failures(page);
    assert.ok(told.length >= 3 && told.every(({ code }) => code === "session_not_refreshed"));
    assert.ok(asked <= 7, `${asked} requests`);
  },

  "H4: an older token or one that has expired does not replace a live one": async (scene) => {
    const { page } = scene;
    const codes = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      flow.setSessionToken(await mint(600));
      await until(() => events("session-renewed").length === 1);
      const told = [];
      for (const answer of [{ token: tokens[0], expires_in: 600 }, { token: await bare(), expires_in: 0 }]) {
        window.reply = () => answer;
        const before = events("session-renewal-failed").length;
        for (let waited = 0; waited < 400 && events("session-renewal-failed").length === before; waited += 10) {
          await clock.advance(10_000);
        }
        told.push(events("session-renewal-failed").at(-1).detail.code);
      }
      await press("Tally Books");
      return told;
    });
    assert.deepEqual(codes, ["session_not_refreshed", "session_expired_on_arrival"]);
    assert.equal((await sent(scene)).at(-1).token, 2);
  },

  "H5: answers out of order: the newest token stays": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      let slow;
      window.reply = () => new Promise((done) => (slow = done));
      await clock.advance(301_000);
      const first = await mint(600);
      flow.setSessionToken(await mint(600));
      slow(first);
      await clock.settle();
      await press("Tally Books");
      return { renewed: events("session-renewed").map(({ detail }) => detail.generation), asked: asks.length };
    });
    assert.deepEqual(seen, { renewed: [2], asked: 2 });
    assert.equal((await sent(scene)).at(-1).token, 3);
  },

  "H6: an answer after the element is gone is ignored, and nothing of it stays": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      let late;
      let signal;
      window.reply = (request) => {
        signal = request.signal;
        return new Promise((done) => (late = done));
      };
      const flow = embed();
      await until(screenName);
      flow.remove();
      await clock.settle();
      late(await mint());
      await clock.settle();
      return { aborted: signal.aborted, events: events().length, copies: copiesInMemory(tokens[0]) };
    });
    assert.deepEqual(seen, { aborted: true, events: 0, copies: 0 });
    assert.deepEqual(await sent(scene), []);
  },

  "H7: a handler that throws and one that rejects change nothing, and the others run": async ({ page }) => {
    const seen = await page.run(async () => {
      const ran = [];
      const flow = embed({ callback: false });
      flow.addEventListener("session-expiring", throwing);
      flow.addEventListener("session-expiring", rejecting);
      flow.addEventListener("session-expiring", () => ran.push("third"));
      await until(screenName);
      flow.setSessionToken(await mint(600));
      await clock.advance(301_000);
      flow.setSessionToken(await mint(600));
      await clock.settle();
      const problems = __problems.splice(0).join();
      return { ran, problems, names: events().map(({ name }) => name) };
    });
    assert.deepEqual(seen.ran, ["third"]);
    assert.deepEqual(seen.names, ["session-expiring", "session-renewed"]);
    assert.match(seen.problems, /the host's own/);
    assert.match(seen.problems, /the host's promise/);
  },

  "H8: a handler may set a token, end or remove the element inside an event": async ({ page }) => {
    const seen = await page.run(async () => {
      const results = [];
      const handlers = {
        set: (flow, token) => flow.setSessionToken(token),
        end: (flow) => flow.end(),
        remove: (flow) => flow.remove(),
        retry: (flow) => flow.retry(),
        all: (flow, token) => [flow.retry(), flow.setSessionToken(token), flow.end(), flow.remove()],
      };
      for (const [name, handler] of Object.entries(handlers)) {
        __events.length = 0;
        const flow = embed({ callback: false });
        await until(screenName);
        flow.setSessionToken(await mint(600));
        // Minted second: a token that ends sooner than the one in use would be refused.
        const next = await mint(600);
        flow.addEventListener("session-expiring", () => handler(flow, next));
        await clock.advance(301_000);
        results.push([name, ...events().map(({ name }) => name.replace("session-", ""))].join(" "));
        flow.remove();
      }
      return [...results, ...__events.filter(({ detail }) => detail.code === "crashed")];
    });
    assert.deepEqual(seen.slice(0, 3), ["set expiring renewed", "end expiring ended", "remove expiring"]);
    assert.match(seen[3], /^retry expiring( |$)/);
    assert.match(seen[4], /^all expiring/);
    assert.equal(seen.length, 5, `nothing crashed: ${JSON.stringify(seen)}`);
  },

  "H9: without a callback and without a reaction it ends in a notice, nothing is sent": async (scene) => {
    const { page } = scene;
    await page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      flow.setSessionToken(await mint(600));
      await until(() => shown().includes("Tally Books"));
      await clock.advance(601_000);
      await until(() => shown().includes("Try again"));
    });
    const before = (await sent(scene)).length;
    const seen = await page.run(async () => {
      button("Tally Books").click();
      await press("Try again");
      await clock.settle();
      return { names: events().map(({ name }) => name), wish: events("session-renewal-failed").at(-1).detail };
    });
    assert.deepEqual(seen.names, ["session-expiring", "session-expired", "session-renewal-failed"]);
    assert.equal(seen.wish.code, "session_unavailable");
    assert.equal((await sent(scene)).length, before);
    await page.run(async () => {
      flow.setSessionToken(await mint(600));
      await until(() => !shown().includes("Try again"));
    });
    assert.equal((await sent(scene)).at(-1).token, 2, "what was clicked goes out now");
  },

  "H10 A23: fifty requests at expiry are one question to the host and fifty answers": async (scene) => {
    const { page } = scene;
    await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      window.reply = () => new Promise((done) => (window.answer = done));
      clock.sleep(3_600_000, true);
      clock.wake();
      await until(() => asks.length === 2);
      // The question may be open for fifteen seconds, which fifty times there and back can take.
      clock.stop();
      const { port1, port2 } = new MessageChannel();
      const task = () => new Promise((done) => ((port1.onmessage = done), port2.postMessage(0)));
      const press = async (text, screen) => {
        while (!button(text)) await task();
        button(text).click();
        while (screenName() !== screen) await task();
      };
      for (let time = 0; time < 50; time += 1) {
        await press("Tally Books", "app");
        await press("Back", "list");
      }
      clock.go();
    });
    const before = (await sent(scene)).length;
    const asked = await page.run(async () => {
      window.answer(await mint(600));
      await clock.settle();
      return asks.length;
    });
    const after = await page.waitFor(async () => {
      const more = (await sent(scene)).slice(before);
      return more.length >= 50 && more;
    }, "fifty requests");
    assert.equal(asked, 2, "the first, and one for all fifty");
    assert.equal(after.length, 50);
    assert.ok(after.every(({ path, token }) => path === `${LIST}/tally-books` && token === 2));
  },

  "H11: a login page in place of a token is invalid, and nothing of it is told": async (scene) => {
    const { page } = scene;
    await scene.sandbox.setMint("html");
    const seen = await page.run(async () => {
      const { csrfToken } = await (await fetch("/api/host")).json();
      const headers = { "x-csrf-token": csrfToken };
      const page = await (await fetch("/api/session-token", { method: "POST", headers })).text();
      window.reply = () => page;
      embed();
      await until(() => events("session-renewal-failed").length > 0);
      return { page, codes: events().map(({ detail }) => detail.code), all: JSON.stringify(__events) + shown() };
    });
    assert.match(seen.page, /<h1>Sign in/);
    assert.deepEqual(seen.codes, ["session_invalid"]);
    assert.doesNotMatch(seen.all, /<h1>|doctype/i);
    assert.deepEqual(await sent(scene), []);
  },

  "H11: the same by session-url": async ({ page, sandbox }) => {
    await sandbox.setMint("html");
    const codes = await page.run(async () => {
      const { csrfToken } = await (await fetch("/api/host")).json();
      const meta = Object.assign(document.createElement("meta"), { name: "csrf-token", content: csrfToken });
      document.head.append(meta);
      embed({ callback: false, attributes: { "session-url": "/api/session-token" } });
      await until(() => events("session-renewal-failed").length > 0);
      meta.remove();
      return events().map(({ detail }) => detail.code);
    });
    assert.deepEqual(codes, ["session_invalid"]);
  },

  "H12: nobody is signed in any more: told once, asked no more, and a new token revives": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      window.reply = () => null;
      await clock.advance(900_000);
      const ended = events("session-ended").map(({ detail }) => detail);
      const asked = asks.length;
      const screen = screenName();
      flow.setSessionToken(await mint(600));
      await until(() => screenName() === "list");
      return { ended, asked, screen, address: location.pathname };
    });
    assert.deepEqual(seen, {
      ended: [{ reason: "host_unauthenticated" }], asked: 2, screen: "ended", address: "/session.html",
    });
  },

  "S29: however the host fails, it is asked at most six times in five minutes, clicks included": async ({ page }) => {
    const times = await page.run(async () => {
      window.reply = () => Promise.reject(new Error("down"));
      embed();
      await until(screenName);
      for (let second = 0; second < 600; second += 20) {
        await clock.advance(20_000);
        button("Try again")?.click();
        // The host is called a moment after the click, which the clock must not jump over.
        await clock.settle();
      }
      return asks.map(({ at }) => at);
    });
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((later) => later - at < 299_900).length;
      assert.ok(within <= 6, `${within} requests within five minutes`);
    }
    assert.ok(times.length >= 8);
  },
});
