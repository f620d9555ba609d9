// Lives mutated sessions in a browser, many in one page, and tells what went wrong in which.
import { start, still, until } from "../harness/browsers.js";
import { Stage } from "./stage.js";

/** Sessions of one page, after which a fresh one takes over. */
const PAGE = 250;
const AT_ONCE = 48;
/** How much faster the page's clock goes while no answer is awaited. */
const SPEED = { chromium: 20, firefox: 20, webkit: 5 };
/** More than this without a turn is a page that hangs, in milliseconds: the largest answers have 17 MB, and WebKit on a
 * machine that is busy otherwise took 23 s over a page of sessions. */
const HANG = 60_000;
/** For all sessions of a page, in milliseconds. */
const PATIENCE = 900_000;

/** So many seeds from the first on. */
export const seedsFrom = (first, count) => Array.from({ length: count }, (_, at) => (first + at) >>> 0);

/**
 * @param {{ browser: import("../harness/browsers.js").BrowserName, seeds: number[], browsers?: number, signal?: AbortSignal,
 *   say?: (line: string) => void }} options the seed of each session; how many `browsers` at once; no page after `signal`
 * @returns {Promise<{ sessions: number, spoilt: number, screens: Record<string, number>, pause: number, problems: string[] }>}
 */
export async function liveSessions({ browser, seeds, browsers = 1, signal, say = () => {} }) {
  const stage = await Stage.start();
  const total = { sessions: 0, spoilt: 0, screens: {}, pause: 0, problems: [] };
  const [todo, sessions] = [[...seeds], seeds.length];
  let [pages, told] = [0, 0];

  const livePage = async (driver, some) => {
    // Reports of the policy name the page's address. The policy must not be what protects: every other page has none.
    const parameters = `speed=${SPEED[browser]}&sessions=${some[0]}-${some.at(-1)}${pages++ % 2 ? "&csp=off" : ""}`;
    await driver.get(`${stage.pages}/hostile.html?${parameters}`);
    await driver.wait(() => driver.executeScript("return window.ready"), 20_000, "the page");
    // Asked again and again: WebKit's driver gives up on one script that takes as long as this.
    await driver.executeScript((some, atOnce) => {
      const failed = (error) => ({ results: [], problems: [String(error.stack)], pause: 0 });
      window.live(some, atOnce).catch(failed).then((answer) => (window.answer = answer));
    }, some, AT_ONCE);
    return until(() => driver.executeScript("return window.answer"), PATIENCE, `the end of ${some.length} sessions`);
  };

  const count = (some, answer) => {
    for (const { seed, problem, trail, screens } of answer.results) {
      for (const screen of screens) total.screens[screen] = (total.screens[screen] ?? 0) + 1;
      if (problem) total.problems.push(`session ${seed}: ${problem}\n    ${trail.join("\n    ")}`);
    }
    const where = `sessions ${some[0]} to ${some.at(-1)}`;
    total.problems.push(...answer.problems.map((problem) => `${where}: ${problem}`));
    if (answer.results.length !== some.length) total.problems.push(`${where}: ${answer.results.length} came to an end`);
    if (answer.pause > HANG) total.problems.push(`${where}: the page stood still for ${answer.pause} ms`);
    total.pause = Math.max(total.pause, answer.pause);
    total.sessions += answer.results.length;
    total.spoilt = stage.spoilt;
    total.problems.push(...stage.trapped.splice(0));
    total.problems.slice(told).forEach(say);
    told = total.problems.length;
    say(`${total.sessions} of ${sessions} sessions, ${total.spoilt} answers spoilt, ${total.problems.length} problems`);
  };

  const live = async () => {
    const { driver, quit } = await start(browser);
    try {
      await still(driver);
      while (todo.length > 0 && !signal?.aborted) {
        const some = todo.splice(0, PAGE);
        count(some, await livePage(driver, some).catch(({ message }) => ({ results: [], problems: [message], pause: 0 })));
      }
    } finally {
      await quit();
    }
  };
  try {
    await Promise.all(Array.from({ length: browsers }, live));
  } finally {
    await stage.stop();
  }
  return total;
}
