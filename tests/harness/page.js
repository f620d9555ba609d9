// The page a test looks at: the host page with its component, and the provider's pages in the popup.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { By } from "selenium-webdriver";
import { until } from "./browsers.js";
import { allByRole } from "./roles.js";

const SCREENSHOTS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
export const TIMEOUT = 15_000;

/** Any document with roles and names in it. */
export class Page {
  /** @param {import("selenium-webdriver").WebDriver} driver */
  constructor(driver) {
    this.driver = driver;
  }

  /**
   * The first visible element of that role and name, as soon as there is one.
   * @param {Parameters<typeof allByRole>[1]} role
   * @param {string | RegExp} [name]
   */
  find(role, name, timeout = TIMEOUT) {
    const what = async () => `${role} ${name ?? ""} in:\n${await this.text()}`;
    return until(async () => (await allByRole(this.driver, role, name))[0], timeout, what);
  }

  /** @param {Parameters<typeof allByRole>[1]} role @param {string | RegExp} [name] */
  async has(role, name) {
    return (await allByRole(this.driver, role, name)).length > 0;
  }

  /** Clicks, again if the element was replaced in between. */
  async click(role, name) {
    await until(async () => {
      await (await this.find(role, name)).click();
      return true;
    }, TIMEOUT, `a click on ${role} ${name}`);
  }

  /** Types into the field of that name. */
  async type(role, name, text) {
    await (await this.find(role, name)).sendKeys(text);
  }

  /** @param {() => Promise<unknown>} question */
  waitFor(question, what, timeout = TIMEOUT) {
    return until(question, timeout, async () => `${what} in:\n${await this.text()}`);
  }

  /** What is to be read on the page, shadow roots included. @returns {Promise<string>} */
  text() {
    return this.driver.executeScript(() => {
      const read = (node) => {
        if (node.shadowRoot) return read(node.shadowRoot);
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node instanceof Element && (/^(style|script)$/i.test(node.tagName) || !node.checkVisibility())) return "";
        const block = node instanceof Element && !getComputedStyle(node).display.startsWith("inline");
        const text = [...node.childNodes].map(read).join("");
        return block ? `\n${text}\n` : text;
      };
      return read(document.body).replace(/[ \t]+/g, " ").replace(/\s*\n\s*/g, "\n").trim();
    });
  }

  /** What Chromium's console has had since the last call. @returns {Promise<string[]>} */
  async console() {
    const said = await this.driver.manage().logs().get("browser");
    // Of each provider's window that is closed from here, unless its last page closed itself in time.
    const closing = /Unsafe attempt to initiate navigation for frame with origin 'http:\/\/127\.0\.0\.1/;
    return said.map(({ message }) => message).filter((text) => !closing.test(text));
  }

  /** Saves what is visible as target/screenshots/NAME.png. @param {string} name */
  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    const file = `${SCREENSHOTS}${name.replace(/[^\w.-]+/g, "-")}.png`;
    await writeFile(file, await this.driver.takeScreenshot(), "base64");
    return file;
  }
}

/** tests/pages/host.html: a host page with one component. */
export class HostPage extends Page {
  /** @param {import("selenium-webdriver").WebDriver} driver @param {import("./sandbox.js").Sandbox} sandbox */
  constructor(driver, sandbox) {
    super(driver);
    this.sandbox = sandbox;
    /** What holds the component's shadow root. */
    this.element = "connect-flow";
  }

  /**
   * Opens the page; pages/host.js says what each parameter does.
   * @param {Record<string, string>} [parameters]
   * @param {string} [page] another page of tests/pages
   */
  async open(parameters = {}, page = "host.html") {
    await this.driver.get(`${this.sandbox.host}/${page}?${new URLSearchParams(parameters)}`);
    this.window = await this.driver.getWindowHandle();
  }

  /** The name of the screen shown, as the component states it. @returns {Promise<string | null>} */
  screen() {
    return this.driver.executeScript((selector) => {
      const root = document.querySelector(selector)?.shadowRoot;
      return root?.querySelector("[data-screen]")?.getAttribute("data-screen") ?? null;
    }, this.element);
  }

  /** @param {string} screen */
  waitForScreen(screen, timeout = TIMEOUT) {
    return this.waitFor(async () => (await this.screen()) === screen, `screen ${screen}`, timeout);
  }

  /** Every event of the component so far. @returns {Promise<{ name: string, detail: any }[]>} */
  events() {
    return this.driver.executeScript("return window.__events");
  }

  /** The events of one name. @param {string} name */
  async eventsNamed(name) {
    return (await this.events()).filter((event) => event.name === name);
  }

  /** The first event of that name, as soon as there is one. @param {string} name */
  waitForEvent(name, timeout = TIMEOUT) {
    return this.waitFor(async () => (await this.eventsNamed(name))[0], `event ${name}`, timeout);
  }

  /** Uncaught errors, rejections and CSP violations of the page. @returns {Promise<string[]>} */
  problems() {
    return this.driver.executeScript("return window.__problems ?? []");
  }

  /** Puts the driver into the window that opened beside the page. @returns {Promise<ProviderPage>} */
  async popup() {
    const isOther = (handle) => handle !== this.window;
    const handle = await this.waitFor(async () => (await this.driver.getAllWindowHandles()).find(isOther), "a popup");
    await this.driver.switchTo().window(handle);
    return new ProviderPage(this.driver);
  }

  /** Puts the driver back into the host page. */
  async back() {
    await this.driver.switchTo().window(this.window);
  }

  /** @returns {Promise<number>} how many windows are open beside the page */
  async popups() {
    return (await this.driver.getAllWindowHandles()).length - 1;
  }

  waitForNoPopup() {
    return this.waitFor(async () => (await this.popups()) === 0, "the popup to close");
  }
}

/** The authorization server's pages. */
export class ProviderPage extends Page {
  async signIn(username = "demo", password = "demo") {
    await this.#ready("username");
    // WebKit's driver may type into the field that had the focus before.
    const filled = async () => {
      for (const [name, value] of Object.entries({ username, password })) {
        const field = await this.driver.findElement(By.name(name));
        if ((await this.#value(field)) === value) continue;
        await field.clear();
        await field.sendKeys(value);
        if ((await this.#value(field)) !== value) return false;
      }
      return (await this.#value(await this.driver.findElement(By.name("username")))) === username;
    };
    await until(filled, TIMEOUT, "the user name and the password where they belong");
    await this.driver.findElement(By.id("sign-in")).click();
  }

  #value(field) {
    return this.driver.executeScript((element) => element.value, field);
  }

  async allow() {
    await this.#press("allow");
  }

  async deny() {
    await this.#press("deny");
  }

  async #press(id) {
    await until(() => this.driver.findElement(By.id(id)), TIMEOUT, `the provider's button ${id}`);
    await this.driver.findElement(By.id(id)).click();
  }

  #ready(name) {
    return until(() => this.driver.findElement(By.name(name)), TIMEOUT, "the provider's login page");
  }
}
