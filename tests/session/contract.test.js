// What a host can rely on in a session's life: the events, the swap in place, the end.
import assert from "node:assert/strict";
import { sessionToken } from "../conformance/sandbox.js";
import { sent, suite } from "./stage.js";

const LIST = "/api/v2/f-sdk/application";
const REVOKE = "/api/v2/public/session-token/revoke";
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

suite("the contract of a session", {
  "each event once, in order, with exactly these details": async ({ page }) => {
    const all = await page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      flow.setSessionToken(await mint(600));
      await clock.advance(900_000);
      flow.setSessionToken(await mint(900));
      await clock.settle();
      flow.end();
      await clock.settle();
      await clock.advance(900_000);
      return events();
    });
    const { remainingMs } = all[0].detail;
    assert.ok(remainingMs > 299_000 && remainingMs <= 300_000, `warned with ${remainingMs} ms left`);
    assert.deepEqual(all, [
      { name: "session-expiring", detail: { remainingMs, lifetimeMs: 600_000, generation: 1, reason: "lifetime" } },
      { name: "session-expired", detail: { generation: 1, reason: "lifetime" } },
      { name: "session-renewed", detail: { generation: 2, lifetimeMs: 900_000 } },
      { name: "session-ended", detail: { reason: "host_ended" } },
    ]);
  },

  "T13 T2: with a callback renewal is silent, a quarter of an hour at a time, without a 401": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      window.reply = () => mint(900);
      await ready();
      const mutations = [];
      const observer = new MutationObserver((records) => mutations.push(...records));
      const everything = { subtree: true, childList: true, attributes: true, characterData: true };
      observer.observe(flow.shadowRoot, everything);
      await clock.advance(7_200_000);
      await press("Tally Books");
      observer.disconnect();
      const order = events().map(({ name }) => name.replace("session-", ""));
      return { order, reasons: [...new Set(asks.slice(1).map(({ reason }) => reason))] };
    });
    const pairs = seen.order.length / 2;
    assert.ok(pairs >= 11 && pairs <= 14, `${pairs} renewals in two hours`);
    assert.deepEqual(seen.order, Array.from({ length: pairs }, () => ["expiring", "renewed"]).flat());
    assert.deepEqual(seen.reasons, ["expiring"]);
    const requests = await sent(scene);
    assert.deepEqual(requests.map(({ path }) => path).filter((path) => path === LIST), [LIST], "nothing is repeated");
    assert.equal(requests.at(-1).token, pairs + 1);
  },

  "S13: typed text, focus, caret and scroll position outlive a swap; not one node changes": async (scene) => {
    const { page } = scene;
    await page.run(async () => {
      await ready();
      await openForm();
    });
    const before = (await sent(scene)).length;
    const seen = await page.run(async () => {
      const input = flow.shadowRoot.querySelector("form input");
      const place = document.getElementById("place");
      place.style.paddingBlock = "400px 3000px";
      input.value = "acme-typed";
      input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      input.focus();
      input.setSelectionRange(2, 5);
      window.scrollTo(0, 333);
      await clock.settle();
      const state = () => [
        flow.shadowRoot.activeElement === input, input.isConnected, input.value, input.selectionStart,
        input.selectionEnd, Math.round(window.scrollY), screenName(),
      ];
      const mutations = [];
      const observer = new MutationObserver((records) => {
        for (const { type, target, attributeName } of records) {
          mutations.push(`${type} ${target.nodeName} ${attributeName}`);
        }
      });
      observer.observe(flow.shadowRoot, { subtree: true, childList: true, attributes: true, characterData: true });
      const states = [state()];
      // A push, a renewal before expiry, and one after it.
      flow.setSessionToken(await mint(600));
      await clock.settle();
      states.push(state());
      window.reply = () => mint(600);
      await clock.advance(400_000);
      states.push(state());
      clock.sleep(3_600_000, true);
      clock.wake();
      await until(() => events("session-renewed").length === 3);
      await clock.settle();
      states.push(state());
      observer.disconnect();
      place.style.paddingBlock = "";
      return { states, mutations, names: events().map(({ name }) => name) };
    });
    const [first, ...rest] = seen.states;
    assert.deepEqual(first, [true, true, "acme-typed", 2, 5, 333, "prerequisites"]);
    for (const state of rest) assert.deepEqual(state, first);
    assert.deepEqual(seen.mutations, []);
    assert.deepEqual(seen.names, [
      "session-renewed", "session-expiring", "session-renewed", "session-expired", "session-renewed",
    ]);
    assert.equal((await sent(scene)).length, before, "no request is repeated that was not refused");
  },

  "a slow renewal is told in a quiet notice that screen readers hear, and goes away": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      const input = await openForm();
      input.value = "acme-typed";
      let answer;
      window.reply = () => new Promise((done) => (answer = done));
      clock.sleep(3_600_000, true);
      clock.wake();
      await until(() => answer);
      const live = flow.shadowRoot.querySelector("[role=status]");
      const texts = [live.textContent];
      await clock.advance(2_000);
      texts.push(live.textContent);
      answer(await mint(600));
      await until(() => events("session-renewed").length === 1);
      await clock.settle();
      texts.push(live.textContent);
      return { texts, value: input.value, connected: input.isConnected };
    });
    assert.equal(seen.texts[0], "");
    assert.notEqual(seen.texts[1], "");
    assert.equal(seen.texts[2], "");
    assert.deepEqual([seen.value, seen.connected], ["acme-typed", true]);
  },

  "Try again is one try for each click, and nothing typed is lost": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      const input = await openForm();
      input.value = "acme-typed";
      window.reply = () => Promise.reject(new Error("down"));
      clock.sleep(3_600_000, true);
      clock.wake();
      await until(() => button("Try again"));
      await clock.advance(6_000);
      const before = asks.length;
      await press("Try again");
      await clock.advance(3_000);
      const failed = asks.length - before;
      await clock.advance(3_000);
      window.reply = () => mint(600);
      await press("Try again");
      await until(() => !button("Try again"));
      return { failed, last: asks.at(-1).reason, value: input.value, screen: screenName() };
    });
    assert.deepEqual(seen, { failed: 1, last: "manual", value: "acme-typed", screen: "prerequisites" });
  },

  "N4 T14: a 401 costs one new token and one repetition of the request that was refused": async (scene) => {
    const { page, sandbox } = scene;
    await page.run(() => ready());
    await sandbox.expireTokens();
    const before = (await sent(scene)).length;
    const seen = await page.run(async () => {
      await press("Tally Books");
      await clock.advance(6_000);
      return {
        names: events().map(({ name, detail }) => `${name} ${detail.reason ?? ""}`.trim()),
        reasons: asks.map(({ reason }) => reason),
        errors: __events.filter(({ name }) => name === "flow-error").length,
      };
    });
    const names = ["session-expired rejected", "session-renewed"];
    assert.deepEqual(seen, { names, reasons: ["initial", "rejected"], errors: 0 });
    const after = (await sent(scene)).slice(before);
    const path = `${LIST}/tally-books`;
    assert.deepEqual(after.map(({ path, token }) => [path, token]), [[path, 1], [path, 2]]);
  },

  "N4: a second 401 is an error and no third try": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setSwitches({ match: { path: LIST }, status: 401 });
    const codes = await page.run(async () => {
      embed();
      await until(() => events("session-expired").length > 0);
      await clock.advance(6_000);
      await until(() => shown().includes("Try again"));
      return __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code);
    });
    assert.deepEqual(codes, ["session_rejected"]);
    const tried = (await sent(scene)).filter(({ path }) => path === LIST);
    assert.deepEqual(tried.map(({ token }) => token), [1, 2]);
  },

  "N5: 403 is no expiry: the token stays, the host is not asked": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setSwitches({ match: { path: LIST }, status: 403 });
    const seen = await page.run(async () => {
      embed();
      await until(() => __events.some(({ name }) => name === "flow-error"));
      await clock.advance(30_000);
      const errors = __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code);
      return { errors, session: events().length, asks: asks.length };
    });
    assert.deepEqual(seen, { errors: ["forbidden"], session: 0, asks: 1 });
    assert.equal((await sent(scene)).filter(({ path }) => path === LIST).length, 1);
  },

  "D8 T15: end() wipes and ends all; the token is not revoked unless asked": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      await ready();
      flow.end();
      const copies = copiesInMemory(tokens[0]);
      await clock.settle();
      await clock.advance(600_000);
      return { copies, asks: asks.length, screen: screenName(), names: events().map(({ name }) => name) };
    });
    assert.deepEqual(seen, { copies: 0, asks: 1, screen: "ended", names: ["session-ended"] });
    assert.ok(!(await sent(scene)).some(({ path }) => path === REVOKE));
  },

  "D8: after end() nothing can be tried again, and the next token begins anew": async ({ page }) => {
    const seen = await page.run(async () => {
      await ready();
      (await openForm()).focus();
      flow.end();
      await clock.settle();
      const again = !!button("Try again");
      flow.setSessionToken(await mint());
      await until(() => flow.shadowRoot.querySelector("[data-screen=list] li button"));
      const focused = flow.shadowRoot.activeElement?.tagName;
      return { again, screen: screenName(), focused };
    });
    assert.deepEqual(seen, { again: false, screen: "list", focused: "H2" });
  },

  "A21 A26: end({revoke: true}) wipes first, then revokes; also when the platform does not answer": async (scene) => {
    const { page, sandbox } = scene;
    const end = () =>
      page.run(async () => {
        await ready();
        flow.end({ revoke: true });
        const copies = copiesInMemory(tokens.at(-1));
        await clock.settle();
        flow.remove();
        return { copies, told: events("session-ended").length };
      });
    assert.deepEqual(await end(), { copies: 0, told: 1 });
    const [revoked] = (await sent(scene)).filter(({ path }) => path === REVOKE);
    assert.deepEqual([revoked.method, revoked.token], ["POST", 1]);
    const status = await page.run(async (path) => {
      const headers = { Authorization: `Bearer ${tokens[0]}` };
      return (await fetch(apiUrl + path, { headers })).status;
    }, LIST);
    assert.equal(status, 401, "the token is dead at the platform");
    await sandbox.setSwitches({ match: { path: REVOKE }, status: 500 });
    assert.deepEqual(await end(), { copies: 0, told: 2 });
  },

  "R17 A25: unmounting wipes, and mounting again asks the host anew": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      await ready();
      const place = flow.parentNode;
      flow.remove();
      await clock.settle();
      const copies = copiesInMemory(tokens[0]);
      await clock.advance(3_600_000);
      const meanwhile = asks.length;
      place.append(flow);
      await until(() => shown().includes("Tally Books"));
      return { copies, meanwhile, reasons: asks.map(({ reason }) => reason) };
    });
    assert.deepEqual(seen, { copies: 0, meanwhile: 1, reasons: ["initial", "initial"] });
    assert.equal((await sent(scene)).at(-1).token, 2);
  },

  "M4: one copy of the token while it lives, none of the old one after swap and expiry": async ({ page }) => {
    const copies = await page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      const found = () => tokens.map((token) => copiesInMemory(token));
      const seen = [];
      flow.setSessionToken(await mint(600));
      await until(() => shown().includes("Tally Books"));
      await press("Tally Books");
      await press("Back");
      seen.push(found());
      flow.setSessionToken(await mint(600));
      await clock.settle();
      seen.push(found());
      await clock.advance(601_000);
      seen.push(found());
      return seen;
    });
    assert.deepEqual(copies, [[1], [0, 1], [0, 0]]);
  },

  "R20: two components with two accounts' tokens send only their own": async (scene) => {
    const { page, sandbox } = scene;
    // Of a session of its own: signing in as grace ends the tokens of the page's.
    const first = await sessionToken(sandbox);
    const paths = await page.run(async (first) => {
      const ada = embed({ callback: false, properties: { headers: { tenantId: "ada" } } });
      tokens.push(first);
      await signIn("grace");
      const grace = embed({ callback: false, properties: { headers: { tenantId: "grace" } } });
      const second = await mint();
      ada.setSessionToken({ token: first, expires_in: 900 });
      grace.setSessionToken(second);
      for (let time = 0; time < 20; time += 1) {
        for (const each of [ada, grace]) {
          window.flow = each;
          await press(time % 2 ? "Back" : "Tally Books");
        }
      }
      await clock.settle();
      return tokens.length;
    }, first);
    assert.equal(paths, 2);
    const requests = await sent(scene);
    assert.ok(requests.length >= 22);
    for (const { token, headers } of requests) assert.equal(headers["x-tenant-id"], ["", "ada", "grace"][token]);
  },

  "S7 S8 S9 S10: further headers are off by default, validated, and as configured": async (scene) => {
    const { page } = scene;
    const names = ["x-activity-id", "x-tenant-id", "x-session-id", "x-correlation-id"];
    await page.run(async () => {
      await ready();
      await press("Tally Books");
    });
    for (const { headers } of await sent(scene)) assert.deepEqual(names.filter((name) => name in headers), []);
    await page.run(() => clear());
    await scene.sandbox.reset();
    await page.run(async () => {
      const headers = { activityId: true, sessionId: true, correlationId: true, tenantId: "acme-1" };
      await ready({ properties: { headers } });
      await press("Tally Books");
      await press("Back");
      await press("Harbor CRM");
    });
    const requests = await sent(scene);
    const all = (name) => requests.map(({ headers }) => headers[name]);
    assert.ok(requests.length >= 4);
    for (const name of ["x-activity-id", "x-session-id"]) {
      assert.equal(new Set(all(name)).size, 1, `${name}: one for the whole life`);
      assert.match(all(name)[0], UUID_V4);
    }
    assert.deepEqual([...new Set(all("x-tenant-id"))], ["acme-1"]);
    assert.equal(new Set(all("x-correlation-id")).size, requests.length, "one for each request");
    for (const id of all("x-correlation-id")) assert.match(id, UUID_V4);
    const activity = await page.run(() =>
      __events.filter(({ name }) => name === "flow-activity").map(({ detail }) => detail.activityId),
    );
    assert.deepEqual([...new Set(activity)], [all("x-activity-id")[0]], "the id of the headers is the id of the log");
  },

  "S8: a tenant that cannot be a header is refused before anything is sent": async (scene) => {
    const codes = await scene.page.run(async () => {
      const told = [];
      for (const tenantId of ["a\r\nX-Evil: 1", "a b", "é", "x".repeat(129)]) {
        __events.length = 0;
        const flow = embed({ properties: { headers: { tenantId } } });
        await until(() => __events.some(({ name }) => name === "flow-error"));
        told.push(__events.find(({ name }) => name === "flow-error").detail.code);
        flow.remove();
      }
      return told;
    });
    assert.deepEqual(codes, ["invalid_option", "invalid_option", "invalid_option", "invalid_option"]);
    assert.deepEqual(await sent(scene), []);
  },

  "S10 S33: the error screen names the reference that was sent": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setSwitches({ match: { path: LIST }, status: 400 });
    const seen = await page.run(async () => {
      embed({ properties: { headers: { correlationId: true } } });
      await until(() => shown().includes("Reference"));
      const { reference } = __events.find(({ name }) => name === "flow-error").detail;
      const read = flow.shadowRoot.querySelector("[part=reference]").textContent;
      return { reference, shown: read, token: shown().includes(tokens[0]) };
    });
    const [request] = (await sent(scene)).filter(({ path }) => path === LIST);
    assert.equal(seen.reference, request.headers["x-correlation-id"]);
    assert.deepEqual([seen.shown, seen.token], [seen.reference, false]);
  },

  "T6 T7 T8 A13: nothing is stored anywhere, and the address stays as it was": async ({ page }) => {
    const seen = await page.run(async () => {
      const writes = [];
      const setItem = Storage.prototype.setItem;
      Storage.prototype.setItem = (...args) => writes.push(args.join());
      await ready();
      await press("Tally Books");
      flow.setSessionToken(await mint(600));
      await clock.advance(400_000);
      Storage.prototype.setItem = setItem;
      const databases = (await indexedDB.databases?.()) ?? [];
      const kept = await (window.caches?.keys() ?? []);
      return [
        writes.length, localStorage.length, sessionStorage.length, databases.length, kept.length,
        document.cookie, window.name, location.pathname + location.search + location.hash,
        document.documentElement.outerHTML.includes(tokens[0]), flow.shadowRoot.innerHTML.includes(tokens[0]),
      ];
    });
    assert.deepEqual(seen, [0, 0, 0, 0, 0, "", "", "/session.html", false, false]);
  },

  "a day's log for the host has every step and no secret": async ({ page }) => {
    const seen = await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      await press("Tally Books");
      await press("Connect");
      await clock.advance(700_000);
      flow.end();
      await clock.settle();
      const log = __events.filter(({ name }) => name === "flow-activity").map(({ detail }) => detail);
      return { log, all: JSON.stringify(__events), tokens: [...tokens] };
    });
    const steps = ["opened", "app-chosen", "expiring", "renewed", "expiring", "renewed"];
    assert.deepEqual(seen.log.map(({ name }) => name), steps);
    for (const { at, activityId } of seen.log) {
      assert.match(at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assert.match(activityId, UUID_V4);
    }
    for (const token of seen.tokens) {
      for (let index = 0; index + 12 <= token.length; index += 1) {
        assert.ok(!seen.all.includes(token.slice(index, index + 12)), "no part of a token");
      }
    }
  },
});
