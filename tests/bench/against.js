// Builds of this component against one another, in turn: how long each takes from nothing to 30 painted rows.
//
// node against.js PAGES PACKAGE...: the folder of built pages, and two packages or more as they would be published.
import { open, quantile } from "./chromium.js";
import { serve } from "./server.js";

/** Chance makes single runs differ by a third: of fewer, medians say nothing. */
const TIMES = 31;

/** How far away page and platform are in the second comparison, in milliseconds there and back. */
const AWAY = 40;

const [pages, ...packages] = process.argv.slice(2);
const browser = await open();
try {
  for (const away of [0, AWAY]) {
    const servers = await Promise.all(packages.map((folder) => serve([pages, folder], away)));
    // Its pages are of another origin, as in life; nearby that would be all that is measured.
    const platform = away ? await serve([], away) : undefined;
    const samples = packages.map(() => []);
    for (let time = 0; time < TIMES; time += 1) {
      for (const [nth, { origin }] of servers.entries()) {
        platform?.hangUp();
        const at = platform ? `&platform=${encodeURIComponent(platform.origin)}` : "";
        await browser.go(`${origin}/page.html?apps=30${at}`, true);
        const { ms } = await browser.run(() => window.bench("connect-flow"));
        // The first run of each is the browser's own beginning as well.
        if (time > 0) samples[nth].push(ms);
      }
    }
    for (const server of [...servers, platform]) server?.close();
    console.log(away ? `page and platform ${away} ms away, each connection ${2 * away} ms more:` : "page and platform nearby:");
    for (const [nth, folder] of packages.entries()) {
      const [quarter, half] = [0.25, 0.5].map((part) => quantile(samples[nth], part).toFixed(1));
      console.log(`  ${half} ms (a quarter within ${quarter} ms)  ${folder}`);
    }
  }
} finally {
  await browser.quit();
}
