// What leaves the component towards the platform, how it is asked again, and when it is given up.
import assert from "node:assert/strict";
import { sent, suite } from "./stage.js";

const LIST = "/api/v2/f-sdk/application";

/** A new component whose list fails as the switches say: the code it ends with, and when it asked. */
const fail = (page, ms) =>
  page.run(async (ms, path) => {
    await clear();
    window.recorded = [];
    embed();
    const told = () => __events.find(({ name }) => name === "flow-error");
    for (let waited = 0; waited < ms && !told(); waited += 500) {
      await clock.advance(500);
      // Bodies arrive in real time.
      await new Promise((done) => setTimeout(done, 20));
    }
    const asked = recorded.filter(({ url }) => new URL(url).pathname === path);
    return { code: told()?.detail.code, times: asked.map(({ at }) => at), asks: asks.length, session: events().length };
  }, ms, LIST);

suite("requests", {
  "S11: an id is 122 bits of the browser's own randomness, of which a million are different": async (scene) => {
    const { page } = scene;
    const { drawn, different } = await page.run(async () => {
      const drawn = (window.drawn = []);
      const { randomUUID } = Crypto.prototype;
      Crypto.prototype.randomUUID = function () {
        const id = randomUUID.call(this);
        drawn.push(id);
        return id;
      };
      await ready({ properties: { headers: { activityId: true, sessionId: true, correlationId: true } } });
      await press("Tally Books");
      // For the life, the session and three requests.
      await until(() => drawn.length >= 5);
      const seen = new Set();
      for (let round = 0; round < 1_000_000; round++) seen.add(BigInt(`0x${randomUUID.call(crypto).replaceAll("-", "")}`));
      return { drawn, different: seen.size };
    });
    // 122 bits are random, the others say of which kind the id is.
    for (const id of drawn) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const requests = await page.waitFor(async () => {
      const all = await sent(scene);
      return all.length >= 3 && all;
    }, "the list, the organisation and the app");
    // Later requests have ids of their own.
    const known = new Set(await page.run(() => window.drawn));
    for (const name of ["x-activity-id", "x-session-id", "x-correlation-id"]) {
      for (const { headers } of requests) assert.ok(known.has(headers[name]), `${name} ${headers[name]}`);
    }
    assert.equal(different, 1_000_000);
  },

  "R3 R4 A19 S24 S25: a bearer token, nothing ambient, and no name of an account anywhere": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      window.recorded = [];
      await ready();
      await openForm();
      const [subdomain, key] = flow.shadowRoot.querySelectorAll("form input");
      subdomain.value = "acme";
      key.value = "canary-key";
      for (const input of [subdomain, key]) input.dispatchEvent(new InputEvent("input", { bubbles: true }));
      flow.shadowRoot.querySelector("form").requestSubmit();
      await until(() => recorded.some(({ method }) => method === "POST"));
      await clock.settle();
      flow.end({ revoke: true });
      await until(() => recorded.filter(({ method }) => method === "POST").length > 1);
      return { recorded, token: tokens[0], api: apiUrl };
    });
    const posted = seen.recorded.filter(({ method }) => method === "POST");
    assert.deepEqual(posted.map(({ url }) => new URL(url).pathname), [
      "/api/v1/stillwater-hr/integrate", "/api/v2/public/session-token/revoke",
    ]);
    assert.deepEqual(JSON.parse(posted[0].body), { subdomain: "acme", partner_key: "canary-key" });
    for (const { url, headers, body, credentials, redirect, referrerPolicy, cache } of seen.recorded) {
      assert.deepEqual({ credentials, redirect, referrerPolicy, cache }, {
        credentials: "omit", redirect: "error", referrerPolicy: "no-referrer", cache: "no-store",
      });
      assert.ok(url.startsWith(`${seen.api}/`), url);
      const { Authorization, ...others } = headers;
      assert.equal(Authorization, `Bearer ${seen.token}`);
      assert.deepEqual(Object.keys(others).filter((name) => name.toLowerCase() !== "content-type"), []);
      const rest = url + JSON.stringify(others) + body;
      assert.doesNotMatch(rest, /acct_|linked|refresh/);
      assert.doesNotMatch(url, /canary/);
      for (let at = 0; at + 12 <= seen.token.length; at += 1) assert.ok(!rest.includes(seen.token.slice(at, at + 12)));
    }
    for (const { headers } of await sent(scene)) {
      assert.deepEqual(["x-api-key", "cookie", "referer"].filter((name) => name in headers), []);
    }
  },

  "A31: what is under way when the element goes is aborted at once": async ({ page, sandbox }) => {
    await sandbox.setSwitches({ match: { path: LIST }, latency_ms: 20_000 });
    const took = await page.run(async () => {
      const flow = embed();
      window.recorded = [];
      while (recorded.filter(({ url }) => url.endsWith("/f-sdk/application")).length === 0) await clock.settle(20);
      const from = performance.now();
      flow.remove();
      await clock.settle();
      return performance.now() - from;
    });
    assert.ok(took < 2_000, `${took} ms`);
  },

  "N2: a network that fails is asked three times more, what changes something only once": async ({ page }) => {
    const { code, times } = await page.run(async () => {
      await clear();
      window.recorded = [];
      window.reply = async () => {
        const token = await mint();
        clock.failNext(99);
        return token;
      };
      embed();
      const told = () => __events.some(({ name }) => name === "flow-error");
      for (let waited = 0; waited < 20_000 && !told(); waited += 500) await clock.advance(500);
      const lists = recorded.filter(({ url }) => url.endsWith("/f-sdk/application"));
      const { detail } = __events.find(({ name }) => name === "flow-error") ?? {};
      return { code: detail?.code, times: lists.map(({ at }) => at) };
    });
    assert.equal(code, "network_error");
    assert.equal(times.length, 4);
    const gaps = times.slice(1).map((at, index) => at - times[index]);
    [500, 1_000, 2_000].forEach((least, index) => {
      assert.ok(gaps[index] >= least && gaps[index] <= least * 1.5 + 600, `pause ${index + 1}: ${gaps[index]} ms`);
    });
    const posts = await page.run(async () => {
      clock.failNext(0);
      await clear();
      await ready();
      await press("Tally Books");
      await press("Connect");
      await until(() => button("Continue to Tally Books"));
      window.recorded = [];
      clock.failNext(99);
      button("Continue to Tally Books").click();
      await clock.advance(10_000);
      return recorded.filter(({ method }) => method === "POST").length;
    });
    assert.equal(posts, 1);
  },

  "N3: no answer and half an answer are given up after ten seconds": async ({ page, sandbox }) => {
    for (const fault of [{ latency_ms: 60_000 }, { body: "stalled" }]) {
      await sandbox.setSwitches({ match: { path: LIST }, ...fault });
      const { code, times } = await page.run(async () => {
        await clear();
        window.recorded = [];
        embed();
        while (tokens.length === 0) await clock.settle(10);
        for (let second = 0; second < 60 && !__events.some(({ name }) => name === "flow-error"); second += 1) {
          await clock.advance(1_000, 12);
        }
        const lists = recorded.filter(({ url }) => url.endsWith("/f-sdk/application"));
        const { detail } = __events.find(({ name }) => name === "flow-error") ?? {};
        return { code: detail?.code, times: lists.map(({ at }) => at) };
      });
      assert.equal(code, "timeout", JSON.stringify(fault));
      assert.equal(times.length, 4);
      times.slice(1).forEach((at, index) => assert.ok(at - times[index] >= 9_900, `${at - times[index]} ms`));
    }
  },

  "N7: 429 is waited out as long as it says, at most a minute": async ({ page, sandbox }) => {
    for (const [retry_after, least, most] of [[7, 7, 8], [1e9, 60, 61], [undefined, 0.5, 1.5], ["soon", 0.5, 1.5]]) {
      await sandbox.setSwitches({ match: { path: LIST }, status: 429, times: 1, retry_after });
      const { code, times, asks } = await fail(page, (most + 2) * 1_000);
      assert.deepEqual([code, times.length, asks], [null, 2, 1], String(retry_after));
      const waited = (times[1] - times[0]) / 1_000;
      assert.ok(waited >= least && waited <= most, `${retry_after}: ${waited} s`);
    }
  },

  "N8: whatever a server or a proxy answers is a typed error, and no expiry": async ({ page, sandbox }) => {
    const faults = [
      [{ status: 500 }, "server_error"], [{ status: 503, body: "empty" }, "server_error"],
      [{ status: 502, body: "html" }, "server_error"], [{ body: "html" }, "bad_response"],
      [{ body: "empty" }, "bad_response"], [{ body: "wrong-type" }, "bad_response"],
      [{ body: "truncated" }, "bad_response"], [{ body: "cut" }, "network_error"],
    ];
    for (const [fault, wanted] of faults) {
      await sandbox.setSwitches({ match: { path: LIST }, ...fault });
      const { code, times, asks, session } = await fail(page, 12_000);
      assert.deepEqual([code, asks, session], [wanted, 1, 0], JSON.stringify(fault));
      assert.ok(times.length <= 4, `${times.length} requests`);
    }
  },

  "N9: a platform whose CORS refuses further headers is asked without them, and the host is told once": async (scene) => {
    const { page, sandbox } = scene;
    await sandbox.setSwitches({ cors_headers_off: true });
    const load = () =>
      page.run(async () => {
        await clear();
        embed({ properties: { headers: { activityId: true, correlationId: true } } });
        // The question without them comes after a pause.
        for (let tries = 0; tries < 20 && !window.button("Harbor CRM"); tries++) await clock.advance(500);
        await press("Harbor CRM");
        const errors = __events.filter(({ name }) => name === "flow-error").map(({ detail }) => [detail.code, detail.step]);
        return { screen: screenName(), errors };
      });
    assert.deepEqual(await load(), { screen: "app", errors: [["cors_header_refused", "embed"]] });
    for (const { headers } of await sent(scene)) assert.ok(!("x-activity-id" in headers));
    // A network that fails for a moment is not blamed on the headers. What is still under way must not come after the reset.
    await page.run(() => clear());
    await sandbox.reset();
    await sandbox.setSwitches({ match: { method: "GET", path: LIST }, status: 503, times: 1 });
    assert.deepEqual((await load()).errors, []);
    assert.ok((await sent(scene)).every(({ headers }) => "x-activity-id" in headers));
  },
});
