// Builds of this component against one another, in turn: how long each takes from nothing to 30 painted rows.
//
// node against.js PAGES PACKAGE...: the folder of built pages, and two packages or more as they would be published.
import { open, quantile } from "./chromium.js";
import { serve } from "./server.js";

/** Chance makes single runs differ by a third: of fewer, medians say nothing. */
const TIMES = 31;

const [pages, ...packages] = process.argv.slice(2);
const servers = await Promise.all(packages.map((folder) => serve([pages, folder])));
const samples = packages.map(() => []);
const browser = await open();
try {
  for (let time = 0; time < TIMES; time += 1) {
    for (const [nth, { origin }] of servers.entries()) {
      await browser.go(`${origin}/page.html?apps=30`, true);
      const { ms } = await browser.run(() => window.bench("connect-flow"));
      // The first run of each is the browser's own beginning as well.
      if (time > 0) samples[nth].push(ms);
    }
  }
} finally {
  await browser.quit();
  servers.forEach((server) => server.close());
}
for (const [nth, folder] of packages.entries()) {
  const [quarter, half] = [0.25, 0.5].map((part) => quantile(samples[nth], part).toFixed(1));
  console.log(`${half} ms (a quarter within ${quarter} ms)  ${folder}`);
}
