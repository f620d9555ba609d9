// Measures this component, a floor and a contender in one Chromium, one after the other, and writes the page of figures.
//
// node run.js PAGES PACKAGE OUT [--short]: the folder of built pages, the package as published, the Markdown to write.
import { readFile, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { open } from "./chromium.js";
import { NETWORK, idle, memory, opening, scale, swap } from "./measures.js";
import { serve } from "./server.js";

const [pages, packaged, out, flag] = process.argv.slice(2);
const short = flag === "--short";
const times = short ? 3 : 15;
const server = await serve([pages, packaged]);
const browser = await open();
const lines = [];
const say = (line) => {
  lines.push(line);
  console.log(line);
};
const ms = (value) => `${value.toFixed(1)} ms`;
const kb = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
/** Each limit with what was found: they are all in one place at the end. @type {[string, boolean][]} */
const limits = [];
const limit = (text, held) => limits.push([text, held]);

try {
  const version = await browser.run(() => navigator.userAgent.match(/Chrome\/\d+/)?.[0]);
  say(`# Performance\n`);
  say(`Written by \`cargo xtask bench\`: ${version} without a display, ${cpus().length} × ${cpus()[0].model}. Everything is`);
  say(`measured in one run, the contenders in turn; figures are medians of ${times}. Absolute times differ by machine: the`);
  say(`ratios are what counts.\n`);

  say(`## From the first import to 30 painted rows\n`);
  const found = await opening(browser, server.origin, ["connect-flow", "pipedream", "ampersand", "floor"], times);
  const { "connect-flow": ours, pipedream, ampersand, floor } = found;
  const faster = Math.min(pipedream.cold, ampersand.cold);
  const bytes = async (name) => kb(brotliCompressSync(await readFile(join(pages, name))).length);
  say(`| | cold | warm | to the floor, cold | cold, over a network |\n|---|---|---|---|---|`);
  for (const [name, { cold, warm, network }] of [
    ["connect-flow", ours],
    [`\`@pipedream/connect-react\`'s SelectApp with React (${await bytes("pipedream.js")} brotli)`, pipedream],
    [`\`@amp-labs/react\`'s form for one app with React (${await bytes("ampersand.js")} brotli)`, ampersand],
    ["floor: the same JSON, rows made by hand", floor],
  ]) {
    say(`| ${name} | ${ms(cold)} | ${ms(warm)} | ${(cold / floor.cold).toFixed(2)} | ${ms(network)} |`);
  }
  say(`\nAmpersand has no list of apps: its figure is until one field can be filled in. Cold, connect-flow takes`);
  say(`${(ours.cold / pipedream.cold).toFixed(2)} of Pipedream's time and ${(ours.cold / ampersand.cold).toFixed(2)} of Ampersand's.`);
  const apart = (other) => (ours.network / other.network).toFixed(2);
  say(`Over a network, each answer comes ${NETWORK.latency} ms later and at ${(NETWORK.rate * 8) / 1e6} Mbit/s: ${apart(pipedream)} and ${apart(ampersand)}.\n`);
  limit(`at most half of the faster contender's cold time (${(ours.cold / faster).toFixed(2)})`, ours.cold <= faster / 2);
  limit(`at most 1.5 times the floor, cold (${(ours.cold / floor.cold).toFixed(2)})`, ours.cold <= 1.5 * floor.cold);

  say(`## Long lists\n`);
  const long = await scale(browser, server.origin, [30, 1_000, 10_000], short ? 1 : 15);
  say(`| apps | to painted rows without the list's transfer | with it | elements in the shadow root |\n|---|---|---|---|`);
  for (const [apps, { rows, whole, nodes }] of Object.entries(long.found)) {
    say(`| ${apps} | ${ms(rows)} | ${ms(whole)} | ${nodes} |`);
  }
  say(`\nAt 10,000 apps a keystroke in the search takes ${ms(long.key.p50)} (p50), ${ms(long.key.p95)} (p95) of script, style`);
  say(`and layout; scrolling from top to bottom made ${long.longTasks} tasks of over 50 ms.\n`);
  const growth = long.found[10_000].rows / long.found[30].rows;
  limit(`rows of 10,000 apps within 1.5 times those of 30 (${growth.toFixed(2)})`, growth <= 1.5);
  limit(`p95 of a keystroke under 16 ms (${ms(long.key.p95)})`, long.key.p95 < 16);
  limit(`no long task while scrolling (${long.longTasks})`, long.longTasks === 0);
  limit(`as many elements at 10,000 as at 1,000`, long.found[10_000].nodes <= long.found[1_000].nodes + 20);

  say(`## A new token under an open list\n`);
  const swapped = await swap(browser, server.origin);
  say(`${swapped.mutations} changes of the document, ${swapped.requests} requests, ${ms(swapped.ms)} of script.\n`);
  limit(`nothing changes and nothing is asked when a token is swapped`, swapped.mutations + swapped.requests === 0);
  limit(`a swap takes under 1 ms (${ms(swapped.ms)})`, swapped.ms < 1);

  const seconds = short ? 35 : 90;
  say(`## Idle for ${seconds} s\n`);
  const still = await idle(browser, server.origin, seconds);
  say(`| page | wake-ups | layouts | style recalculations | running animations |\n|---|---|---|---|---|`);
  for (const [page, { wakes, layouts, styles, animations }] of Object.entries(still)) {
    say(`| ${page} | ${wakes} | ${layouts} | ${styles} | ${animations} |`);
  }
  say("");
  limit(`at most one wake-up in 30 s (${still.seen.wakes} in ${seconds} s)`, still.seen.wakes <= Math.ceil(seconds / 30));
  limit(`no layout and no animation while idle`, still.seen.layouts + still.seen.animations === 0);

  const mounts = short ? 100 : 1_000;
  say(`## Memory\n`);
  const { instance, churn } = await memory(browser, server.origin, 20, mounts);
  say(`A further instance with 30 apps on the page: ${kb(instance.heap)} of the browser's heap, ${kb(instance.wasm)} of the module's`);
  say(`memory. After ${mounts} mounts and unmounts: ${kb(churn.heap)} of heap, ${kb(churn.wasm)} of the module's memory, `);
  say(`${churn.nodes} nodes, ${churn.listeners} listeners more than before.\n`);
  limit(`${mounts} mounts leave no node, no listener and no page of memory`, churn.nodes <= 0 && churn.listeners <= 0 && churn.wasm === 0);

  const simulated = join(pages, "../simulate.md");
  if (await stat(simulated).catch(() => undefined)) {
    say(`## Very many users\n`);
    say((await readFile(simulated, "utf8")).trimEnd());
    say(`\n![Renewals a second as multiples of the steady mean](images/renewals.svg)\n`);
  }
  say(`## Limits\n`);
  for (const [text, held] of limits) say(`- ${held ? "held" : "**not held**"}: ${text}`);
  await writeFile(out, `${lines.join("\n")}\n`);
} finally {
  await browser.quit();
  server.close();
}
