// Lives mutated sessions in a browser, many in one page, and tells what went wrong in which.
import { start, until } from "../harness/browsers.js";
import { Stage } from "./stage.js";

/** Sessions of one page, after which a fresh one takes over. */
const PAGE = 120;
const AT_ONCE = 12;
/** How much faster the page's clock goes: a request must still be quicker than its time-out of ten seconds. */
const SPEED = { chromium: 20, firefox: 20, webkit: 5 };
/** More than this without a turn is a page that hangs, in milliseconds: the largest answers have 17 MB, and WebKit on a
 * machine that is busy otherwise took 23 s over a page of sessions. */
const HANG = 60_000;
/** For all sessions of a page, in milliseconds. */
const PATIENCE = 900_000;

/**
 * @param {{ browser: import("../harness/browsers.js").BrowserName, first: number, sessions: number, say?: (line: string) => void }} options
 *   `first` is the seed of the first session, the others follow
 * @returns {Promise<{ sessions: number, spoilt: number, screens: Record<string, number>, pause: number, problems: string[] }>}
 */
export async function liveSessions({ browser, first, sessions, say = () => {} }) {
  const stage = await Stage.start();
  const total = { sessions: 0, spoilt: 0, screens: {}, pause: 0, problems: [] };
  const { driver, quit } = await start(browser);
  try {
    const seeds = Array.from({ length: sessions }, (_, at) => (first + at) >>> 0);
    for (let page = 0; seeds.length > 0; page++) {
      const some = seeds.splice(0, PAGE);
      // The policy must not be what protects: every other page has none.
      await driver.get(`${stage.pages}/hostile.html?speed=${SPEED[browser]}${page % 2 ? "&csp=off" : ""}`);
      await driver.wait(() => driver.executeScript("return window.ready"), 20_000, "the page");
      // Asked again and again: WebKit's driver gives up on one script that takes as long as this.
      await driver.executeScript((some, atOnce) => {
        const failed = (error) => ({ results: [], problems: [String(error.stack)], pause: 0 });
        window.live(some, atOnce).catch(failed).then((answer) => (window.answer = answer));
      }, some, AT_ONCE);
      const answer = await until(() => driver.executeScript("return window.answer"), PATIENCE, `the end of ${some.length} sessions`);
      for (const { seed, problem, trail, screens } of answer.results) {
        for (const screen of screens) total.screens[screen] = (total.screens[screen] ?? 0) + 1;
        if (problem) total.problems.push(`session ${seed}: ${problem}\n    ${trail.join("\n    ")}`);
      }
      const where = `sessions ${some[0]} to ${some.at(-1)}`;
      total.problems.push(...answer.problems.map((problem) => `${where}: ${problem}`));
      total.problems.push(...stage.trapped.splice(0).map((request) => `${where}: ${request}`));
      if (answer.results.length !== some.length) total.problems.push(`${where}: ${answer.results.length} came to an end`);
      if (answer.pause > HANG) total.problems.push(`${where}: the page stood still for ${answer.pause} ms`);
      total.pause = Math.max(total.pause, answer.pause);
      total.sessions += answer.results.length;
      total.spoilt = stage.spoilt;
      say(`${total.sessions} of ${sessions} sessions, ${total.spoilt} answers spoilt, ${total.problems.length} problems`);
    }
  } finally {
    await quit();
    await stage.stop();
  }
  return total;
}
