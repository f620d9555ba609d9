// Loading: every way in which the package's files can be missing, wrong or forbidden is told, shown, and can be mended.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { suite } from "../harness/index.js";
import { alert, codes, open, run } from "./stage.js";

const SITE = process.env.CONNECT_FLOW_SITE ?? fileURLToPath(new URL("../../target/site", import.meta.url));

/** Has the page's requests for the wasm answered by `answer(n, bytes)`; counts them in `wasmAsked`. */
const serveWasm = (driver, answer) =>
  run(driver, `
    const real = window.fetch;
    const bytes = new Uint8Array(await (await real("/connect-flow_bg.wasm")).arrayBuffer());
    // The last bytes name the build.
    window.otherBuild = (bytes) => {
      const other = bytes.slice();
      other.fill(48, -16);
      return other;
    };
    window.wasm = (bytes) => new Response(bytes, { headers: { "content-type": "application/wasm" } });
    window.wasmAsked = 0;
    const answer = ${answer};
    window.fetch = (request, init) => {
      if (!String(request.url ?? request).includes("connect-flow_bg.wasm")) return real(request, init);
      window.wasmAsked += 1;
      return answer(window.wasmAsked, bytes);
    };`);

const tryAgain = async (driver) => {
  const find = "return flow.shadowRoot.querySelector('[role=alert] button')";
  await (await driver.executeScript(find)).click();
};

suite("loading", {}, {
  "asks for the wasm before its own scripts are there, and for the list before the first screen is built": async (scene) => {
    const { page, driver } = scene;
    // The test's page has loaded the scripts of the package at the top of the site already.
    const folder = "of-its-own";
    await copyPackage(folder);
    await open(scene);
    await run(driver, `
      const { define } = await importModule("/${folder}/index.js");
      define("connect-flow-${folder}");
      const { token } = await getSessionToken({ reason: "ahead" });
      const real = window.fetch;
      window.listAsked = [];
      window.fetch = (request, init) => {
        const url = String(request.url ?? request);
        if (url.endsWith("/application")) listAsked.push(flow.shadowRoot.querySelector("[data-screen]") !== null);
        if (url.includes("connect-flow_bg.wasm")) listAsked.push(performance.getEntriesByName(life).length);
        return real(request, init);
      };
      window.life = new URL("/${folder}/life.js", location.href).href;
      embed({}, false, "connect-flow-${folder}");
      flow.getSessionToken = async () => ({ token });`);
    await page.waitForEvent("flow-ready");
    // No answer to the request for a script, then no screen.
    assert.deepEqual(await driver.executeScript("return listAsked"), [0, false]);
    const wasm = "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('_bg.wasm')).length";
    assert.equal(await driver.executeScript(wasm), 1);
    await rm(`${SITE}/${folder}`, { recursive: true });
  },

  "opens the way to the platform while it loads, for the element and for headless, and leaves nothing in the page": async (scene) => {
    for (const begin of [
      'Object.assign(document.getElementById("place").appendChild(document.createElement("connect-flow")), options)',
      '(await importModule("/headless.js")).createConnectFlow(options)',
    ]) {
      const server = createServer((socket) => socket.on("error", () => socket.destroy()));
      await once(server.listen(0, "127.0.0.1"), "listening");
      const reached = once(server, "connection", { signal: AbortSignal.timeout(20_000) });
      await open(scene);
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      // Without a token nothing can be asked of it.
      const left = await run(scene.driver, `
        define();
        const options = { apiUrl: "http://localhost:${port}", getSessionToken: () => new Promise(() => {}) };
        ${begin};
        await new Promise((done) => setTimeout(done, 500));
        return document.querySelectorAll("link[rel=preconnect]").length;`);
      const [socket] = await reached;
      socket.destroy();
      server.close();
      assert.equal(left, 0);
    }
  },

  "a list that is there at once is the first screen; another is waited for on a screen of its own": async (scene) => {
    const { page, driver } = scene;
    const screens = async (before) => {
      await open(scene);
      await run(driver, `
        ${before}
        embed();
        window.screens = [];
        new MutationObserver(() => {
          for (const what of [".bones", "[data-slug]"]) {
            if (flow.shadowRoot.querySelector(what) && screens.at(-1) !== what) screens.push(what);
          }
          if (screens.length) window.pass?.();
        }).observe(flow.shadowRoot, { childList: true, subtree: true });`);
      await page.waitForEvent("flow-ready");
      return driver.executeScript("return screens");
    };
    // On a busy machine the list takes longer than the component waits for it.
    const patient = `
      const timeout = window.setTimeout;
      window.setTimeout = (run, ms) => timeout(run, ms === 20 ? 60_000 : ms);`;
    assert.deepEqual(await screens(patient), ["[data-slug]"]);
    const slow = `
      const real = window.fetch;
      const seen = new window.Promise((done) => (window.pass = done));
      window.fetch = (request, init) => {
        const answer = () => real(request, init);
        return String(request.url ?? request).endsWith("/application") ? seen.then(answer) : answer();
      };`;
    assert.deepEqual(await screens(slow), [".bones", "[data-slug]"]);
  },

  "shows the list when its events say that it is there, however quick the platform is": async (scene) => {
    await open(scene);
    await run(scene.driver, `
      const platform = createFakePlatform();
      embed({}, false);
      Object.assign(flow, platform.options);
      window.rows = new Promise((done) => {
        flow.addEventListener("flow-ready", () => done(flow.shadowRoot.querySelectorAll("[data-slug]").length));
      });`);
    assert.ok((await run(scene.driver, "return rows")) > 0);
  },

  "says so where WebAssembly is blocked, and names the directive (E1)": async (scene) => {
    await open(scene, "no-wasm.html");
    await run(scene.driver, `embed()`);
    await scene.page.waitForEvent("flow-error");
    assert.deepEqual(await codes(scene.page), ["wasm_blocked"]);
    assert.match(await alert(scene.driver), /script-src 'wasm-unsafe-eval'/);
    await fetch(`${scene.sandbox.host}/api/csp-reports`, { method: "DELETE" });
  },

  "says so when the wasm is missing, and loads when it is there again (E3)": async (scene) => {
    await open(scene);
    await run(scene.driver, `
      window.problem = await preload({ wasm: "/nothing.wasm" }).then(() => "loaded", String);
      embed();`);
    assert.match(await run(scene.driver, `return problem`), /404/);
    await scene.page.waitForEvent("flow-error");
    assert.deepEqual(await codes(scene.page), ["load_failed"]);
    await run(scene.driver, `
      await preload({ wasm: "/connect-flow_bg.wasm" });
      flow.shadowRoot.querySelector("[role=alert] button").click();`);
    await scene.page.waitForEvent("flow-ready");
    assert.equal(await scene.page.screen(), "list");
  },

  "loads a wasm of the wrong MIME type, refuses a truncated one (E3)": async (scene) => {
    await open(scene);
    const problem = await run(scene.driver, `
      window.wasm = await (await fetch("/connect-flow_bg.wasm")).arrayBuffer();
      return preload({ wasm: new Response(wasm.slice(0, 5000)) }).then(() => "loaded", ({ code }) => code);`);
    assert.equal(problem, "load_failed");
    await run(scene.driver, `
      await preload({ wasm: new Response(wasm, { headers: { "content-type": "text/plain" } }) });
      embed();`);
    await scene.page.waitForEvent("flow-ready");
  },

  "puts together no two halves of different builds, and gets the right ones by itself (E3)": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await serveWasm(driver, "(n, bytes) => wasm(n === 1 ? otherBuild(bytes) : bytes)");
    await run(driver, "embed()");
    await page.waitForEvent("flow-ready");
    assert.equal(await run(driver, "return wasmAsked"), 2);
    assert.deepEqual(await codes(page), []);
  },

  "tries twice, then says so, and the focus stays when loading again succeeds (E3)": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    await serveWasm(driver, "(n, bytes) => wasm(n <= 4 ? otherBuild(bytes) : bytes)");
    await run(driver, "embed()");
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    assert.equal(await run(driver, "return wasmAsked"), 2);
    assert.match(await alert(driver), /could not be loaded/);
    await tryAgain(driver);
    await page.waitFor(async () => (await codes(page)).length === 2, "the second failure");
    const focused = "return document.activeElement === flow && flow.shadowRoot.activeElement?.tagName";
    assert.equal(await driver.executeScript(focused), "BUTTON");
    await tryAgain(driver);
    await page.waitForEvent("flow-ready");
    assert.equal(await driver.executeScript(focused), "H2");
    assert.equal(await run(driver, "return __asks.length > 0 && new Set(__asks).size"), 1);
  },

  "takes no wasm of another integrity (E3)": async (scene) => {
    const { page, driver } = scene;
    await open(scene);
    const wrong = `sha384-${"A".repeat(64)}`;
    const preload = (integrity) =>
      run(driver, `return preload({ integrity: ${JSON.stringify(integrity)} }).then(() => "loaded", ({ code }) => code)`);
    assert.equal(await preload(wrong), "load_failed");
    await run(driver, "embed()");
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    const { files } = await (await fetch(`${scene.sandbox.host}/provenance.json`)).json();
    assert.equal(await preload(files["connect-flow_bg.wasm"]), "loaded");
    await tryAgain(driver);
    await page.waitForEvent("flow-ready");
    // Browsers say in the console, and nowhere else, that integrity was the reason.
  },

  "says so when its script is missing, and mends itself when it is there (E3)": async (scene) => {
    const { browser, page, driver } = scene;
    const folder = "without-life";
    await copyPackage(folder, "life.js");
    await embedFrom(scene, folder);
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    assert.match(await alert(driver), /could not be loaded/);
    await copyPackage(folder);
    // Firefox remembers a module that was missing for as long as the page lives.
    if (browser === "firefox") await embedFrom(scene, folder);
    // However often it is asked to, by user and host, it begins once.
    else await run(driver, `const again = flow.shadowRoot.querySelector("button"); again.click(); again.click(); flow.retry()`);
    await page.waitForEvent("flow-ready");
    await run(driver, "await new Promise((done) => setTimeout(done, 200))");
    assert.deepEqual(await run(driver, "return [__asks, flow.shadowRoot.querySelectorAll('.cf').length]"), [["initial"], 1]);
    await rm(`${SITE}/${folder}`, { recursive: true });
  },

  "of another build than its wasm, it gets the one that is on the server by then": async (scene) => {
    const { page, driver } = scene;
    const folder = "outdated-life";
    await copyPackage(folder, "life.js");
    const life = await readFile(`${SITE}/life.js`, "utf8");
    const outdated = life.replace(/"[0-9a-f]{16}"/, '"0123456789abcdef"');
    assert.notEqual(outdated, life);
    await writeFile(`${SITE}/${folder}/life.js`, outdated);
    await embedFrom(scene, folder);
    await page.waitForEvent("flow-error");
    assert.deepEqual(await codes(page), ["load_failed"]);
    await copyPackage(folder);
    await tryAgain(driver);
    await page.waitForEvent("flow-ready");
    await rm(`${SITE}/${folder}`, { recursive: true });
  },

  "begins anew with what is here where its script is under no name any more, as in a bundle": async (scene) => {
    const { page, driver } = scene;
    const folder = "bundled";
    await copyPackage(folder);
    await embedFrom(scene, folder, `
      const real = window.fetch;
      window.times = 0;
      window.fetch = (request, init) => {
        if (!String(request.url ?? request).includes("_bg.wasm")) return real(request, init);
        window.times += 1;
        return new Promise((resolve, reject) => (window.next = times > 1 ? () => resolve(real(request, init)) : reject));
      };`);
    const loaded = `return times === 1 && performance.getEntriesByType("resource").some(({ name }) => name.endsWith("/${folder}/life.js"))`;
    await page.waitFor(() => driver.executeScript(loaded), "its script");
    await rm(`${SITE}/${folder}/life.js`);
    await run(driver, "next(new TypeError('no network'))");
    await page.waitFor(() => driver.executeScript("return times === 2"), "a second try");
    await run(driver, "next()");
    await page.waitForEvent("flow-ready");
    assert.deepEqual(await codes(page), []);
    await rm(`${SITE}/${folder}`, { recursive: true });
  },

  "names the directive to those who load ahead, too (E1)": async (scene) => {
    await open(scene, "no-wasm.html");
    const said = await run(scene.driver, "return preload().then(() => [], ({ code, message }) => [code, message])");
    assert.equal(said[0], "wasm_blocked");
    assert.match(said[1], /script-src.*'wasm-unsafe-eval'/);
    await fetch(`${scene.sandbox.host}/api/csp-reports`, { method: "DELETE" });
  },
});

/** Embeds the package of that folder, after `before`. */
async function embedFrom(scene, folder, before = "") {
  await open(scene);
  await run(scene.driver, `
    ${before}
    const { define } = await importModule("/${folder}/index.js");
    define("connect-flow-${folder}");
    embed({}, true, "connect-flow-${folder}");`);
}

/** The package's files once more, in a folder of their own. @param {string} [without] */
async function copyPackage(folder, without) {
  await rm(`${SITE}/${folder}`, { recursive: true, force: true });
  const wasm = ["connect-flow_bg.wasm", "connect-flow_second.wasm"];
  for (const name of ["index.js", "life.js", "session-url.js", ...wasm]) {
    if (name !== without) await cp(`${SITE}/${name}`, `${SITE}/${folder}/${name}`);
  }
}
