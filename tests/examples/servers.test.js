// The examples whose pages a server of their own renders, which has the session-token endpoint as well.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { connectByOAuth } from "../flow/steps.js";
import { start, until } from "../harness/browsers.js";
import { HostPage } from "../harness/page.js";
import { API_KEY, Sandbox } from "../harness/sandbox.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

const SERVERS = [
  { name: "next", command: ["node_modules/.bin/next", "start", "--hostname", "127.0.0.1"], built: ".next/BUILD_ID", html: /<connect-flow/ },
  // The placeholder stands between two texts of the page's own.
  { name: "leptos-ssr", command: ["dist/leptos-ssr-example"], built: "dist/pkg", html: /already uses\.<\/p><div><\/div><p role="status">/, element: "main > p + div" },
];
// It takes minutes to build: cargo xtask examples --full.
const skip = !process.env.CONNECT_FLOW_ALL_EXAMPLES && "only with cargo xtask examples --full";

/** A port that was free a moment ago. @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

for (const { name, command: [program, ...args], built, html, element = "connect-flow" } of SERVERS) {
  describe(`the example ${name}`, { skip }, () => {
    let sandbox, server, browser, address;
    const log = [];

    before(async () => {
      assert.ok(existsSync(`${root}examples/${name}/${built}`), `${name} is not built`);
      sandbox = await Sandbox.start();
      const port = await freePort();
      address = `http://localhost:${port}`;
      server = spawn(program, args, {
        cwd: `${root}examples/${name}`,
        env: {
          ...process.env,
          PORT: String(port),
          CONNECT_API_KEY: API_KEY,
          CONNECT_API_URL: sandbox.platform,
          SESSION_SECRET: "of this test alone",
          NEXT_TELEMETRY_DISABLED: "1",
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [server.stdout, server.stderr]) stream.on("data", (text) => log.push(String(text)));
      await until(async () => (await fetch(address)).ok, 30_000, async () => `${name} answers:\n${log.join("")}`);
      browser = await start("chromium");
    });
    after(async () => {
      await browser?.quit();
      server?.kill("SIGKILL");
      await sandbox?.stop();
    });

    it(`sends the element with the page, under a policy with a nonce: ${name}`, async () => {
      const [first, second] = await Promise.all([fetch(address), fetch(address)]);
      const [policy, other] = [first, second].map((answer) => answer.headers.get("content-security-policy"));
      assert.doesNotMatch(policy, /'unsafe-inline|'unsafe-eval|https?:\/\/\*/);
      assert.notEqual(policy.match(/'nonce-([^']+)'/)[1], other.match(/'nonce-([^']+)'/)[1]);
      const text = await first.text();
      assert.match(text, html);
      assert.ok(!text.includes(API_KEY));
    });

    it(`comes to life in the browser without a warning: ${name}`, async () => {
      const page = new HostPage(browser.driver, { ...sandbox, host: address });
      page.element = element;
      await page.open({}, "");
      await connectByOAuth(page, "Tally Books");
      // It lives in the server's element, and not in another beside it.
      assert.equal(await browser.driver.executeScript("return document.querySelectorAll(arguments[0]).length", element), 1);
      await page.waitFor(async () => /tally[-\w]* is connected/.test(await page.text()), "the host's own line");
      assert.deepEqual((await page.console()).filter((text) => text.includes(address)), []);
    });
  });
}
