// Starts and ends the three browsers, each through its WebDriver server; no process outlives the test file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Builder } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";
import firefox from "selenium-webdriver/firefox.js";

/** @typedef {"chromium" | "firefox" | "webkit"} BrowserName */
/** @typedef {{ driver: import("selenium-webdriver").WebDriver, quit: () => Promise<void> }} Browser */

const WINDOW = { width: 1100, height: 900 };
const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** The browsers this run is for. @returns {BrowserName[]} */
export function browserNames() {
  return /** @type {BrowserName[]} */ ((process.env.CONNECT_FLOW_BROWSERS ?? "chromium,firefox,webkit").split(","));
}

/**
 * Starts a browser.
 * @param {BrowserName} name
 * @param {Record<string, unknown>} [preferences] of Firefox
 * @returns {Promise<Browser>}
 */
export async function start(name, preferences) {
  const browser = await { chromium: startChromium, firefox: startFirefox, webkit: startWebKit }[name](preferences);
  await browser.driver.manage().setTimeouts({ implicit: 0, pageLoad: 30_000, script: 30_000 });
  await browser.driver.manage().window().setRect(WINDOW);
  return browser;
}

/** Asks pages to keep still, where the browser's tools can: what moves is drawn sixty times a second. */
export async function still(driver) {
  const features = [{ name: "prefers-reduced-motion", value: "reduce" }];
  await driver.sendDevToolsCommand?.("Emulation.setEmulatedMedia", { features });
}

async function startChromium() {
  const options = new chrome.Options()
    .setChromeBinaryPath("/usr/bin/chromium")
    .addArguments(
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--no-first-run",
      // Letters as they are drawn everywhere, for photographs.
      "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb",
    );
  const driver = await new Builder()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder("/usr/bin/chromedriver"))
    .build();
  return { driver, quit: () => driver.quit() };
}

async function startFirefox(preferences = {}) {
  const binary = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync) ?? "firefox";
  const options = new firefox.Options().setBinary(binary).addArguments("-headless");
  for (const [name, value] of Object.entries(preferences)) options.setPreference(name, value);
  const driver = await new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder("geckodriver"))
    .build();
  return { driver, quit: () => driver.quit() };
}

/** WebKitGTK has no headless mode: it draws on a virtual display of its own. */
async function startWebKit() {
  const display = await virtualDisplay();
  const port = await freePort();
  const server = child("WebKitWebDriver", [`--port=${port}`], {
    DISPLAY: display.name,
    GDK_BACKEND: "x11",
    LIBGL_ALWAYS_SOFTWARE: "1",
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  });
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/status`)).ok, 10_000, "WebKitWebDriver");
  const driver = await new Builder()
    .usingServer(url)
    .withCapabilities({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary: MINI_BROWSER, args: ["--automation"] },
    })
    .build();
  const quit = async () => {
    await driver.quit().finally(() => {
      server.end();
      display.end();
    });
  };
  return { driver, quit };
}

async function virtualDisplay() {
  const server = child("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {}, true);
  const number = await new Promise((resolve, reject) => {
    server.process.stdio[3].once("data", (data) => resolve(String(data).trim()));
    server.process.once("exit", () => reject(new Error("Xvfb ended before it had a display")));
    server.process.once("error", reject);
  });
  return { name: `:${number}`, end: server.end };
}

/** A child in its own process group, ended with this process. */
function child(program, args, env, extraPipe = false) {
  const stdio = ["ignore", "ignore", "ignore", ...(extraPipe ? ["pipe"] : [])];
  const process_ = spawn(program, args, { env: { ...process.env, ...env }, stdio, detached: true });
  const end = () => {
    process.off("exit", end);
    try {
      process.kill(-process_.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  process.on("exit", end);
  return { process: process_, end };
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/**
 * Asks again until the answer is truthy; a question that throws counts as "not yet".
 * @template T
 * @param {() => Promise<T>} question
 * @param {number} timeout milliseconds
 * @param {string | (() => Promise<string>)} what what was waited for, in the error
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(question, timeout, what) {
  const deadline = Date.now() + timeout;
  let problem = "";
  for (;;) {
    try {
      const answer = await question();
      if (answer) return /** @type {NonNullable<T>} */ (answer);
      problem = "";
    } catch (error) {
      problem = ` (${/** @type {Error} */ (error).message})`;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${timeout} ms: ${typeof what === "string" ? what : await what()}${problem}`);
    }
    await sleep(50);
  }
}
