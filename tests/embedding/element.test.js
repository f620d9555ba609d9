// The element in a page: how it begins, moves, starts over and ends, and what is shown when it cannot be loaded.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { alert, codes, open, run } from "./stage.js";

suite("the element", {}, {
  "needs nothing but attributes: session-url is the callback": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed({ "session-url": "/api/session-token" }, false)`);
    await scene.page.waitForEvent("flow-ready");
    assert.equal(await scene.page.screen(), "list");
  },

  "refuses a token in an attribute and removes it (K11)": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed({ token: "secret-one", "session-token": "secret-two" }, false)`);
    await scene.page.waitForEvent("flow-error");
    assert.ok((await codes(scene.page)).includes("token_attribute_forbidden"));
    assert.doesNotMatch(await scene.driver.executeScript("return flow.outerHTML"), /secret/);
    // A preflight may still be that of the page before this one.
    const asked = await scene.sandbox.requests();
    const sent = asked.filter(({ method, path }) => method !== "OPTIONS" && path.startsWith("/api/"));
    assert.deepEqual(sent, []);
  },

  "never gives a token back": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed({}, false); flow.sessionToken = "canary-token"`);
    const look = `return [String(flow.sessionToken), flow.outerHTML, JSON.stringify(flow)].join()`;
    const seen = await run(scene.driver, look);
    assert.doesNotMatch(seen, /canary/);
  },

  "takes over what was set before it was defined": async (scene) => {
    await open(scene);
    await run(
      scene.driver,
      `const early = document.createElement("connect-flow-two");
       Object.assign(early, { apiUrl, getSessionToken });
       document.getElementById("place").append(early);
       define("connect-flow-two");
       window.flow = early;`,
    );
    await scene.page.waitFor(
      () => scene.driver.executeScript("return flow.shadowRoot?.querySelector('[data-screen=list]') !== null"),
      "the list",
    );
    assert.equal(await run(scene.driver, `return Object.keys(flow).length`), 0);
  },

  "takes strings back: what was said in other words is said in its own again": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed().strings = window.JSON.parse('{ "list.title": "Pick one" }')`);
    await scene.page.waitForEvent("flow-ready");
    const title = () => run(scene.driver, `return flow.shadowRoot.querySelector("h2").textContent`);
    assert.equal(await title(), "Pick one");
    await run(scene.driver, `flow.strings = undefined`);
    assert.equal(await title(), "Connect an app");
  },

  "a token that comes after end() begins a session, also before anything is loaded": async (scene) => {
    await open(scene);
    await run(scene.driver, `
      const { token } = await getSessionToken({ reason: "ahead" });
      embed({}, false);
      flow.end();
      flow.setSessionToken(token);
      await undefined;
      await importModule("/life.js");
      flow.end();
      flow.setSessionToken(token);`);
    await scene.page.waitForEvent("flow-ready");
    assert.equal(await scene.page.screen(), "list");
    assert.deepEqual(await scene.page.eventsNamed("session-ended"), []);
  },

  "lives on when it is moved, and asks for one token (E10)": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed()`);
    await scene.page.waitForEvent("flow-ready");
    await run(scene.driver, `window.screen0 = flow.shadowRoot.querySelector("[data-screen]");
      document.getElementById("elsewhere").append(flow);
      flow.remove();
      document.getElementById("place").append(flow);`);
    await run(scene.driver, `await new Promise((done) => setTimeout(done, 200))`);
    assert.ok(await run(scene.driver, `return screen0.isConnected`));
    assert.deepEqual(await run(scene.driver, `return __asks`), ["initial"]);
  },

  "leaves nothing behind when it is removed, and begins again when it comes back (R17)": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed()`);
    await scene.page.waitForEvent("flow-ready");
    await run(scene.driver, `flow.remove(); await new Promise((done) => setTimeout(done, 50))`);
    assert.equal(await run(scene.driver, `return flow.shadowRoot.childNodes.length`), 0);
    await run(scene.driver, `__events.length = 0; document.getElementById("place").append(flow)`);
    await scene.page.waitForEvent("flow-ready");
    assert.deepEqual(await run(scene.driver, `return __asks`), ["initial", "initial"]);
  },

  "begins a new life with its own token when the API address changes (E9)": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed()`);
    await scene.page.waitForEvent("flow-ready");
    await run(scene.driver, `__events.length = 0; flow.apiUrl = apiUrl + "/"`);
    await scene.page.waitForEvent("flow-ready");
    assert.deepEqual(await run(scene.driver, `return __asks`), ["initial", "initial"]);
  },

  "lives several times on one page": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed(); embed(); embed()`);
    await scene.page.waitFor(async () => (await scene.page.eventsNamed("flow-ready")).length === 3, "three lists");
    assert.equal(await run(scene.driver, `return __asks.length`), 3);
  },

  "isolates a handler that throws (H7)": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed(); flow.addEventListener("flow-ready", failingHandler)`);
    await scene.page.waitForEvent("flow-ready");
    assert.equal(await scene.page.screen(), "list");
    const problems = await run(scene.driver, `return __problems.splice(0)`);
    assert.equal(problems.length, 1);
    assert.match(problems[0], /the host's own/);
  },

  "says so in words when its address is missing": async (scene) => {
    await open(scene);
    await run(scene.driver, `embed({ "api-url": "" })`);
    await scene.page.waitForEvent("flow-error");
    assert.deepEqual(await codes(scene.page), ["invalid_option"]);
    assert.match(await alert(scene.driver), /api-url/);
    assert.deepEqual(await run(scene.driver, `return __asks`), []);
  },

  "asks nothing of an address over http or with a query (R27)": async (scene) => {
    await open(scene);
    for (const address of ["http://api.example.com", "https://api.example.com/?key=1", "ftp://api.example.com"]) {
      await run(scene.driver, `__events.length = 0; window.flow?.remove(); embed({ "api-url": ${JSON.stringify(address)} })`);
      await scene.page.waitForEvent("flow-error");
      assert.deepEqual(await codes(scene.page), ["invalid_option"], address);
    }
    const loaded = "return performance.getEntriesByType('resource').map(({ name }) => name)";
    for (const name of await scene.driver.executeScript(loaded)) assert.doesNotMatch(name, /api\.example/);
  },

  "takes no token in a page that is not secure (R27, E6)": async (scene) => {
    await open(scene);
    await run(scene.driver, `Object.defineProperty(window, "isSecureContext", { value: false }); embed()`);
    await scene.page.waitForEvent("flow-error");
    assert.deepEqual(await codes(scene.page), ["insecure_context"]);
    assert.deepEqual(await run(scene.driver, `return __asks`), []);
    assert.match(await alert(scene.driver), /https/);
  },
});
