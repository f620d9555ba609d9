// Every example that is a folder of files: from its first page to the list of apps, under the sandbox's strict policy.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { connectByOAuth } from "../flow/steps.js";
import { suite } from "../harness/index.js";

const folder = (path) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url));

// `types` is what Vue and Svelte need for themselves: the component makes no Trusted Types policy.
const EXAMPLES = [
  { name: "html", files: "html/dist", browsers: ["chromium", "firefox", "webkit"] },
  { name: "react", files: "react/dist", browsers: ["chromium", "firefox", "webkit"] },
  { name: "vue", files: "vue/dist", types: "vue" },
  { name: "svelte", files: "svelte/dist", types: "svelte-trusted-html" },
  { name: "webpack", files: "webpack/public" },
  ...(process.env.CONNECT_FLOW_ALL_EXAMPLES ? [{ name: "leptos", files: "leptos/dist", element: "main div" }] : []),
];

for (const { name, files, types, browsers = ["chromium"], element = "connect-flow" } of EXAMPLES) {
  assert.ok(existsSync(`${folder(files)}/index.html`), `${name} is not built: cargo xtask examples builds all of them`);
  suite(`the example ${name}`, { sandbox: ["--pages", folder(files)], browsers }, {
    [`embeds the list of apps, and hears of a connection: ${name}`]: async ({ page, driver, browser, sandbox }) => {
      const listen = "window.__problems = []; addEventListener('error', ({ message }) => __problems.push(message))";
      await page.open(types ? { "trusted-types": types } : {}, "index.html");
      await driver.executeScript(listen);
      page.element = element;
      await connectByOAuth(page, "Tally Books");
      await page.waitFor(async () => /tally[-\w]* is connected/.test(await page.text()), "the host's own line");
      if (browser !== "chromium") return;
      // What the pages before it and the provider's say is not the example's.
      assert.deepEqual((await page.console()).filter((text) => text.startsWith(sandbox.host)), []);
    },
  });
}
