// One page under observation: drives it, and after each step searches every sink for every secret.
import { By, Key } from "selenium-webdriver";
import { until } from "../harness/browsers.js";
import { ProviderPage } from "../harness/page.js";
import { around } from "./canaries.js";
import { DevTools } from "./devtools.js";

const TIMEOUT = 15_000;
/** The only cookie there is: the host's own. */
const HOST_COOKIE = "host=signed-in";

/**
 * @typedef {{ sink: string, step: string, what: string, secret: string, place: string }} Finding
 */

export class Probe {
  /** @type {Finding[]} */
  findings = [];
  /** Tokens that must be gone by now. @type {Set<string>} */
  over = new Set();
  step = "start";
  #seen = { received: 0, requests: 0, log: 0 };

  /**
   * @param {{ browser: string, driver: import("selenium-webdriver").WebDriver, tools?: DevTools }} running
   * @param {import("./servers.js").Stage} stage
   */
  constructor({ browser, driver, tools }, stage) {
    Object.assign(this, { browser, driver, tools, stage });
    this.#seen.log = stage.sandbox.wholeLog().length;
    this.#seen.received = stage.received.length;
    this.#seen.requests = tools?.requests.length ?? 0;
    if (tools) tools.records.length = 0;
    stage.records.length = 0;
    stage.memories.length = 0;
  }

  /** Opens tests/pages/leak.html; it says what each parameter does. */
  async open(parameters = {}) {
    const { stage, driver } = this;
    const query = new URLSearchParams({ api: stage.platform, ...parameters });
    this.inline = parameters.credentials === "inline";
    await driver.get(`${stage.host}/leak.html?${query}`);
    this.window = await driver.getWindowHandle();
    await until(() => driver.executeScript("return window.leakStarted === true"), TIMEOUT, async () => {
      const problems = this.tools?.records.filter(({ sink }) => sink !== "navigation") ?? [];
      return `the page's script: ${problems.map(({ what, text }) => `${what} ${text}`).join("\n").slice(0, 2_000)}`;
    });
  }

  until(question, what, timeout = TIMEOUT) {
    return until(question, timeout, async () => `${what} on screen ${await this.screen()} with ${JSON.stringify(await this.events())}`);
  }

  /** @returns {Promise<string | null>} */
  screen() {
    return this.driver.executeScript("return window.leakScreen()");
  }

  /** @returns {Promise<{ name: string, detail: any }[]>} */
  events() {
    return this.driver.executeScript("return window.leakEvents");
  }

  shows(screen) {
    return this.until(async () => (await this.screen()) === screen, `screen ${screen}`);
  }

  told(name, code) {
    const meant = (event) => event.name === name && (!code || event.detail.code === code);
    return this.until(async () => (await this.events()).find(meant), `event ${name} ${code ?? ""}`);
  }

  /** A real click on the button whose text or name starts so. */
  press(text) {
    return this.until(async () => {
      await (await this.driver.executeScript("return window.leakButton(arguments[0])", text)).click();
      return true;
    }, `a click on ${text}`);
  }

  /** From the list to the fields or the window of an app. */
  async choose(app) {
    await this.shows("list");
    await this.press(app);
    await this.shows("app");
    await this.press("Connect");
    await this.shows("consent");
    await this.press(`Continue to ${app}`);
  }

  /** Puts the driver into the frame, once its fields are there. */
  async enterFrame() {
    const find = "return document.querySelector('connect-flow').shadowRoot.querySelector('iframe')";
    const frame = await this.until(() => this.driver.executeScript(find), "the frame");
    await this.driver.switchTo().frame(frame);
    const field = "return !!document.querySelector('body > div')?.shadowRoot.querySelector('form input')";
    await until(() => this.driver.executeScript(field), TIMEOUT, "the fields in the frame");
  }

  leaveFrame() {
    return this.driver.switchTo().defaultContent();
  }

  /** Types a key into the form's first field, by the keyboard, and waits until all of it is there. */
  async type(text) {
    const field = `return (document.querySelector("connect-flow") ?? document.querySelector("body > div")).shadowRoot
      .querySelector("form input")`;
    const input = await until(() => this.driver.executeScript(field), TIMEOUT, "a field");
    await this.driver.executeScript((target) => {
      target.focus();
      addEventListener("keydown", () => (window.leakKeys = true), { once: true, capture: true });
    }, input);
    // WebKit's first keys in a frame get lost on the way.
    await until(async () => {
      await this.driver.actions().sendKeys(Key.END).perform();
      return this.driver.executeScript("return window.leakKeys === true");
    }, TIMEOUT, "the keyboard");
    // Keys are on their way for a while, and some get lost on it; only their number is asked for.
    const length = () => this.driver.executeScript("return arguments[0].value.length", input);
    await until(async () => {
      await this.driver.executeScript("arguments[0].value = ''; arguments[0].focus()", input);
      await this.driver.actions().sendKeys(text).perform();
      return until(async () => (await length()) === text.length, 3_000, "the last key").catch(() => false);
    }, TIMEOUT, "all of the key");
  }

  async submit() {
    const button = `return (document.querySelector("connect-flow") ?? document.querySelector("body > div")).shadowRoot
      .querySelector("form [type=submit]")`;
    await this.driver.executeScript("arguments[0].click()", await this.driver.executeScript(button));
  }

  /** Signs in at the provider and allows; what its window can reach and knows of its opener is looked at. */
  async signIn() {
    const { driver } = this;
    const other = async () => (await driver.getAllWindowHandles()).find((handle) => handle !== this.window);
    await driver.switchTo().window(await this.until(other, "the provider's window"));
    const provider = new ProviderPage(driver);
    await until(() => driver.findElement(By.name("username")), TIMEOUT, "the provider's page");
    const [opener, referrer, address] = await driver.executeScript("return [opener === null, document.referrer, location.href]");
    if (!opener) this.unexpected("navigation", "the provider's window has an opener", "");
    if (referrer && new URL(referrer).href !== `${this.stage.host}/`) this.unexpected("navigation", "the provider's referrer", referrer);
    this.search("navigation", "the provider's address", address, ["CAN_STATE"]);
    await provider.signIn();
    await provider.allow();
    await driver.switchTo().window(this.window);
    await this.until(async () => !(await other()), "the provider's window to close");
  }

  /** Something that must not be there, secret or not. */
  unexpected(sink, what, place) {
    this.findings.push({ sink, step: this.step, what, secret: "(nothing at all may be here)", place: place.replace(/\s+/g, " ").slice(0, 400) });
  }

  /** Whether there is a secret in a text, besides those that belong there. */
  search(sink, what, text, allowed = []) {
    for (const hit of this.stage.canaries.find(text)) {
      if (allowed.some((name) => hit.name.startsWith(name))) continue;
      this.findings.push({ sink, step: this.step, what, secret: `${hit.name} (${hit.form})`, place: around(text, hit) });
    }
  }

  /** The page's recorder hands over; what goes wrong in it is an error here, not a wait. @param {string} method */
  async #hand(method) {
    const { value, problem } = await this.driver.executeAsyncScript(`const [method, done] = arguments;
      window.leakRecorder[method]().then((value) => done({ value }), (problem) => done({ problem: String(problem) }));`, method);
    if (problem) throw new Error(`${method}: ${problem}`);
    return value;
  }

  /**
   * Looks into every sink. `inFrame`: into the frame's document as well. `allowed`: secrets that may be in fields now.
   * @param {string} step
   */
  async look(step, { inFrame = false, typed = false } = {}) {
    this.step = step;
    const { driver, stage, tools } = this;
    await this.#hand("hand");
    if (inFrame) {
      await this.enterFrame();
      await this.#hand("hand");
      await this.leaveFrame();
    }
    await tools?.look([stage.host, stage.platform]);
    this.#judgeRecords(typed);
    this.#judgeRequests();
    this.#judgeLogs();
    this.onLook?.();
  }

  #judgeRecords(typed) {
    const records = [...this.stage.records.splice(0), ...(this.tools?.records.splice(0) ?? [])];
    for (const { sink, what, text } of records) {
      if (sink === "writes") {
        this.unexpected("storage", what, "");
        this.search("storage", what, text);
      } else if (sink === "violations") {
        // A recorder's own, which a careful page's policy does not suit.
        if (/sourceFile: \S+\/rrweb\.js$/m.test(text)) continue;
        this.unexpected("errors", what, text);
        this.search("errors", what, text);
      } else {
        if (sink === "objects" && /WebAssembly\.Memory/.test(text)) this.unexpected("memory", `memory in ${what}`, text);
        if (sink === "storage" && what === "what is stored" && /localStorage|sessionStorage|IndexedDB|Cache |service/.test(text)) {
          this.unexpected("storage", what, text.slice(0, 100).replace(/:.*/s, ""));
        }
        // What stands in a field that is being filled in is where it belongs.
        if (sink === "fields") this.search("dom", what, text, typed ? ["CAN_CRED"] : []);
        // Keys that are typed into the page itself can be read by its scripts, which the documentation says.
        else this.search(sink, what, text, this.inline && what.startsWith("greedy") ? ["CAN_CRED"] : []);
      }
    }
  }

  #judgeRequests() {
    const { stage, tools } = this;
    const news = stage.received.slice(this.#seen.received);
    this.#seen.received = stage.received.length;
    for (const { to, method, url, headers, body } of news) {
      if (to === "elsewhere") this.unexpected("network", `${method} to an origin that nobody has business with`, "");
      const { authorization, ...rest } = headers;
      const own = to === "platform" && stage.tokens.some((token) => authorization === `Bearer ${token}`);
      const where = `${method} ${to} ${url.split("?")[0].slice(0, 60)}`;
      const saves = to === "platform" && method === "POST" && /^\/api\/v2\/app\/[^/]+\/save$|\/integrate$/.test(url);
      this.search("servers", `address of ${where}`, url);
      this.search("servers", `headers of ${where}`, JSON.stringify(own ? rest : headers));
      this.search("servers", `body of ${where}`, body, saves ? ["CAN_CRED"] : []);
      if (to === "platform" && headers.cookie) this.unexpected("servers", `a cookie at ${where}`, "");
      if (to === "host" && headers.cookie && headers.cookie !== HOST_COOKIE) this.unexpected("servers", `a cookie at ${where}`, "");
      if (/\?/.test(headers.referer ?? "") && to !== "host") this.unexpected("servers", `a query in the referrer of ${where}`, "");
    }
    const requests = tools?.requests.slice(this.#seen.requests) ?? [];
    this.#seen.requests += requests.length;
    for (const request of requests) this.#judgeRequest(request);
  }

  #judgeRequest({ url, type, headers, body, page, documentURL }) {
    const { stage } = this;
    if (/^(data|blob|about|chrome|devtools):/.test(url) || url.includes("/leak/")) return;
    const origins = [stage.host, stage.platform];
    // The window of a sign-in goes its own way, from the provider to the platform's own last page.
    const away = [stage.sandbox.provider, stage.sandbox.platform];
    const popup = away.some((origin) => url.startsWith(origin) || documentURL?.startsWith(origin) || page?.startsWith(origin));
    const where = `${type} ${url.split("?")[0].slice(0, 80)}`;
    if (url && !popup && !origins.some((origin) => url.startsWith(origin))) this.unexpected("network", `${where}: another origin`, "");
    const name = Object.keys(headers).find((name) => name.toLowerCase() === "authorization");
    const { [name]: authorization, ...rest } = headers;
    const platform = url.startsWith(stage.platform) || (type === "extra" && !url);
    const own = platform && stage.tokens.some((token) => authorization === `Bearer ${token}`);
    const saves = platform && /\/save$|\/integrate$/.test(url);
    this.search("network", `address of ${where}`, url, popup ? ["CAN_STATE"] : []);
    this.search("network", `headers of ${where}`, JSON.stringify(own ? rest : headers), popup ? ["CAN_STATE"] : []);
    this.search("network", `body of ${where}`, body, [...(saves ? ["CAN_CRED"] : []), ...(popup ? ["CAN_STATE"] : [])]);
    const referer = Object.entries(headers).find(([name]) => name.toLowerCase() === "referer")?.[1];
    if (referer?.includes("?") && !popup && !url.startsWith(stage.host)) this.unexpected("network", `a query in the referrer of ${where}`, "");
  }

  #judgeLogs() {
    const log = this.stage.sandbox.wholeLog();
    this.search("servers", "the sandbox's log", log.slice(this.#seen.log));
    this.#seen.log = log.length;
  }

  /**
   * Looks into the memory of the component: of the live token one copy at most, of those that are over none, and none
   * of a key once it is sent.
   * @param {{ live?: string, inFrame?: boolean, keys?: boolean }} options
   */
  async lookIntoMemory(step, { live, inFrame = false, keys = true } = {}) {
    this.step = step;
    const hand = async () => {
      const count = await this.#hand("handMemory");
      if (count === 0) throw new Error("no memory of a component was seen");
    };
    await hand();
    if (inFrame) {
      await this.enterFrame();
      await hand();
      await this.leaveFrame();
    }
    const names = live === undefined ? undefined : this.stage.canaries.known.get(live);
    for (const bytes of this.stage.memories.splice(0)) {
      const text = bytes.toString("latin1");
      const hits = this.stage.canaries.find(text).filter(({ name }) => /^CAN_SESSION|^CAN_PII|^CAN_APIKEY/.test(name) || (keys && name === "CAN_CRED"));
      const own = hits.filter(({ name, form }) => name === names && form === "raw");
      // The one copy, as far as anything of it is its own; what else is found in it is part of it.
      const rest = hits.filter(({ from, to }) => !own[0] || from < own[0].start || to > own[0].start + live.length);
      for (const hit of rest) {
        this.findings.push({ sink: "memory", step, what: `memory, byte ${hit.from}`, secret: `${hit.name} (${hit.form})`, place: around(text, hit) });
      }
    }
  }

  /** Looks into the heaps of the page and its frame for any secret at all: by now nobody needs one. */
  async lookIntoHeaps(step) {
    this.step = step;
    for (const { url, strings } of (await this.tools?.heaps([this.stage.host, this.stage.platform])) ?? []) {
      for (const text of strings) this.search("heap", `a string on the heap of ${url.split("?")[0]}`, text);
    }
  }

  /** What was found, one line each. */
  report() {
    const lines = this.findings.map(({ sink, step, what, secret, place }) => `${sink} at "${step}": ${secret} in ${what} ${place}`);
    return [...new Set(lines)].slice(0, 40).join("\n");
  }
}
