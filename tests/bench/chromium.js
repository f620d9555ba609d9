// A Chromium that pages are measured in: its caches, its garbage and its counters in the hand of a script.
import { start } from "../harness/browsers.js";

/** @returns {Promise<Measured>} */
export async function open() {
  const { driver, quit } = await start("chromium");
  await driver.manage().setTimeouts({ script: 180_000 });
  return new Measured(/** @type {any} */ (driver), quit);
}

export class Measured {
  constructor(driver, quit) {
    this.driver = driver;
    this.quit = quit;
  }

  /** @param {string} name @param {object} [parameters] */
  send(name, parameters = {}) {
    return this.driver.sendAndGetDevToolsCommand(name, parameters);
  }

  /** @param {string} url @param {boolean} [cold] with empty caches */
  async go(url, cold = false) {
    await this.send("Network.enable");
    if (cold) await this.send("Network.clearBrowserCache");
    await this.driver.get("about:blank");
    await this.driver.get(url);
  }

  /** Answers come later by `latency` milliseconds, and at `rate` bytes a second; without either as they come. */
  async network(latency = 0, rate = -1) {
    const offline = false;
    await this.send("Network.enable");
    await this.send("Network.emulateNetworkConditions", { offline, latency, downloadThroughput: rate, uploadThroughput: rate });
  }

  /** @template T @param {(...args: any[]) => T | Promise<T>} script @returns {Promise<T>} */
  run(script, ...args) {
    return this.driver.executeScript(script, ...args);
  }

  async collect() {
    for (let time = 0; time < 3; time += 1) await this.send("HeapProfiler.collectGarbage");
  }

  /** Chromium's counters of the page, by name. @returns {Promise<Record<string, number>>} */
  async metrics() {
    await this.send("Performance.enable");
    const { metrics } = await this.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  }
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** @param {number[]} values @param {number} part */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
