// What a host hands over as a session token, right or wrong, across the boundary to WebAssembly.
import assert from "node:assert/strict";
import { PRODUCTION_KEY, sent, suite } from "./stage.js";

/** Pushes each value into a component of its own, and gives the codes that it told. */
const push = (page, kind) =>
  page.run(async (kind) => {
    const values = {
      wrong: [42, true, {}, [], { token: 42 }, Promise.resolve("abc"), () => "abc", Symbol("abc"), { hello: "there" }],
      characters: ["abc\r\nX-Evil: 1", "abc\0def", "abcé", "abc🙂", '"abc"', "abc def", "ab\tc"],
      long: ["canary" + "a".repeat(1 << 20), "canary" + "a".repeat(8192 - 5)],
      keys: ["pk_live_canary_0123456789", "tk_canary_0123456789abcdef", "sk_live_canary_0123456789"],
    }[kind];
    const told = [];
    for (const value of values) {
      __events.length = 0;
      const flow = embed({ callback: false });
      await until(screenName);
      flow.setSessionToken(value);
      flow.setSessionToken(value);
      await clock.settle();
      told.push(__events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code).join());
      flow.remove();
    }
    return told;
  }, kind);

suite("a token that is given", {
  "K1: nothing, in any form, is told once and nothing is sent; a token later is in time": async (scene) => {
    const { page } = scene;
    const told = await page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      for (const value of [undefined, null, "", "   ", { token: "" }]) flow.setSessionToken(value);
      await clock.settle();
      return __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail);
    });
    assert.deepEqual(told, [{ code: "session_missing", retryable: true, step: "session" }]);
    assert.deepEqual(await sent(scene), []);
    await page.run(async () => {
      flow.setSessionToken(await mint());
      await until(() => __events.some(({ name }) => name === "flow-ready"));
    });
  },

  "K1: a host that never gives one is told after five seconds, once": async (scene) => {
    const told = await scene.page.run(async () => {
      embed({ callback: false });
      await until(screenName);
      await clock.advance(4_000);
      const early = __events.filter(({ name }) => name === "flow-error").length;
      await clock.advance(20_000);
      return [early, ...__events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code)];
    });
    assert.deepEqual(told, [0, "session_missing"]);
    assert.deepEqual(await sent(scene), []);
  },

  "K1: a token that comes after everybody gave up waiting is in time, too": async ({ page }) => {
    await page.run(async () => {
      embed({ callback: false });
      await until(screenName);
      await clock.advance(120_000);
      await until(() => shown().includes("Your session could not be renewed"));
      flow.setSessionToken(await mint());
      await until(() => shown().includes("Tally Books"));
    });
  },

  "K2: what is no text and holds none is refused, and nothing is sent": async (scene) => {
    const told = await push(scene.page, "wrong");
    assert.deepEqual(told, told.map(() => "session_invalid"));
    assert.deepEqual(await sent(scene), []);
  },

  "K3: characters that do not belong in a header never come near one": async (scene) => {
    const told = await push(scene.page, "characters");
    assert.deepEqual(told, told.map(() => "session_invalid"));
    assert.deepEqual(await sent(scene), []);
  },

  "K4: a megabyte is refused, and none of it stays in memory": async (scene) => {
    assert.deepEqual(await push(scene.page, "long"), ["session_invalid", "session_invalid"]);
    assert.equal(await scene.page.run(() => copiesInMemory("canary" + "a".repeat(64))), 0);
    assert.deepEqual(await sent(scene), []);
  },

  "K5: an API key is refused and wiped, and nothing is sent": async (scene) => {
    const told = await push(scene.page, "keys");
    assert.deepEqual(told, told.map(() => "api_key_in_browser"));
    assert.equal(await scene.page.run(() => copiesInMemory("canary_0123456789")), 0);
    assert.deepEqual(await sent(scene), []);
  },

  "K6: other secrets beside the token are left alone with a warning, the token works": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      const names = ["refresh_token", "access_token", "client_secret"];
      const secrets = Object.fromEntries(names.map((name) => [name, `canary-${name}`]));
      window.reply = async () => ({ ...(await mint()), ...secrets });
      await ready();
      const told = __events.filter(({ name }) => name === "flow-error");
      return { told, copies: copiesInMemory("canary-"), all: JSON.stringify(__events) };
    });
    const detail = { code: "refresh_token_in_browser", retryable: false, step: "session" };
    assert.deepEqual(seen.told, [{ name: "flow-error", detail }]);
    assert.equal(seen.copies, 0);
    assert.doesNotMatch(seen.all, /canary/);
    const requests = await sent(scene);
    assert.ok(requests.length > 0 && requests.every(({ token }) => token === 1));
    assert.doesNotMatch(JSON.stringify(requests), /canary/);
  },

  "K9 K10: lifetimes in every form a JSON answer or a script can give": async ({ page, sandbox }) => {
    // The platform's clock is not the page's.
    await sandbox.setSwitches({ date_header_off: true });
    const seen = await page.run(async () => {
      const { Date } = window;
      const now = Date.now();
      const iso = (ms) => new Date(now + ms).toISOString();
      const forms = {
        number: { expires_in: 3600 },
        text: { expires_in: "3600" },
        camel: { expiresIn: 3600 },
        clamped: { expires_in: 1e12 },
        server: { expires_at: iso(3.6e6 + 5e5), server_time: iso(5e5) },
        offset: { expires_at: iso(3.6e6).replace("Z", "+00:00"), server_time: iso(0) },
        date: { expiresAt: new Date(now + 3.6e6), serverTime: new Date(now) },
        seconds: { access_expires_at: Math.floor(now / 1000) + 3600, server_time: Math.floor(now / 1000) },
        word: { expires_in: "abc" },
        nan: { expires_in: NaN },
        rubbish: { expires_at: "2026-01-01 or so" },
        nothing: { expires_in: null },
      };
      const over = [{ expires_in: 0 }, { expires_in: -1 }, { expires_at: iso(-1000), server_time: iso(0) }];
      const flow = embed({ callback: false });
      await until(screenName);
      flow.setSessionToken(await mint());
      const lifetimes = {};
      for (const [name, form] of Object.entries(forms)) {
        __events.length = 0;
        flow.setSessionToken({ token: await bare(), ...form });
        const renewed = await until(() => events("session-renewed")[0]);
        lifetimes[name] = Math.round(renewed.detail.lifetimeMs / 1000);
        if (__events.some(({ detail }) => detail.code === "unreadable_expiry")) lifetimes.warned = name;
      }
      __events.length = 0;
      for (const form of over) flow.setSessionToken({ token: await bare(), ...form });
      await clock.settle();
      const told = __events.filter(({ name }) => name !== "flow-activity");
      lifetimes.over = told.map(({ name, detail }) => `${name} ${detail.code}`);
      return lifetimes;
    });
    for (const name of ["number", "text", "camel", "server", "offset", "date", "seconds"]) {
      assert.equal(seen[name], 3600, `${name}: ${JSON.stringify(seen)}`);
    }
    // Cut to 30 days; and what cannot be read leaves the claims of the token, which allow more.
    for (const name of ["clamped", "word", "nan", "rubbish", "nothing"]) {
      assert.equal(seen[name], 30 * 86_400, `${name}: ${JSON.stringify(seen)}`);
    }
    assert.equal(seen.warned, "word", "warned of once, at the first that cannot be read");
    assert.deepEqual(seen.over, ["flow-error session_expired_on_arrival"], "the same refusal again is no news");
  },

  "S1: a token of another type than Bearer is refused, however Bearer is written": async (scene) => {
    const seen = await scene.page.run(async () => {
      const flow = embed({ callback: false });
      await until(screenName);
      const told = [];
      for (const type of ["MAC", "DPoP", 7]) {
        __events.length = 0;
        const other = embed({ callback: false });
        await until(screenName);
        other.setSessionToken({ token: await bare(), token_type: type });
        await clock.settle();
        told.push(__events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code).join());
        other.remove();
      }
      window.flow = flow;
      for (const token_type of ["Bearer", "bearer", "BEARER"]) {
        flow.setSessionToken({ token: await bare(), token_type });
      }
      await until(() => events("session-renewed").length === 2);
      return told;
    });
    assert.deepEqual(seen, ["session_invalid", "session_invalid", "session_invalid"]);
  },

  "K12: a token of another account resets the flow and says so; nothing goes on": async (scene) => {
    const { page } = scene;
    const seen = await page.run(async () => {
      await ready();
      await press("Tally Books");
      await press("Connect");
      const before = screenName();
      await signIn("grace");
      flow.setSessionToken(await mint());
      await until(() => screenName() === "list");
      await until(() => shown().includes("Tally Books"));
      const codes = __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code);
      return { before, codes, names: __events.map(({ name }) => name) };
    });
    assert.equal(seen.before, "consent");
    assert.deepEqual(seen.codes, ["account_changed"]);
    assert.ok(!seen.names.includes("consent-given") && !seen.names.includes("account-connected"));
    const requests = await sent(scene);
    const first = requests.findIndex(({ token }) => token === 2);
    assert.ok(requests.slice(first).every(({ token }) => token === 2), "nothing of the old account after the swap");
    assert.ok(requests.slice(first).some(({ path }) => path === "/api/v2/f-sdk/application"), "the list is asked anew");
  },

  "K13: test and production do not mix: the flow is reset and says so": async (scene) => {
    const { page, sandbox } = scene;
    await page.run(async () => {
      await ready();
      await press("Tally Books");
    });
    assert.match(await page.run(() => shown()), /Test mode/);
    await sandbox.setApiKey(PRODUCTION_KEY);
    const codes = await page.run(async () => {
      flow.setSessionToken(await mint());
      await until(() => screenName() === "list");
      await until(() => !shown().includes("Test mode"));
      return __events.filter(({ name }) => name === "flow-error").map(({ detail }) => detail.code);
    });
    assert.deepEqual(codes, ["environment_changed"]);
    assert.equal((await sent(scene)).at(-1).token, 2);
  },

  "K14: the same token a hundred times is one token": async (scene) => {
    const { page } = scene;
    await page.run(() => ready());
    const before = (await sent(scene)).length;
    const seen = await page.run(async () => {
      const names = __events.length;
      for (let time = 0; time < 100; time += 1) flow.setSessionToken({ token: tokens[0], expires_in: 900 });
      await clock.settle();
      return { more: __events.length - names, asks: asks.length, copies: copiesInMemory(tokens[0]) };
    });
    assert.deepEqual(seen, { more: 0, asks: 1, copies: 1 });
    assert.equal((await sent(scene)).length, before);
  },
});
