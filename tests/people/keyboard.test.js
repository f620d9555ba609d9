// By keyboard alone, from the list to connected, configured and disconnected; where the focus is; what is said.
import assert from "node:assert/strict";
import { By, Key } from "selenium-webdriver";
import { suite } from "../harness/index.js";

const APP = "Northwind Calendar";

/** Runs in the page: what has the focus, through shadow roots, as `tag: text`. */
function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return `${at?.tagName.toLowerCase()}: ${(at?.getAttribute("aria-label") ?? at?.textContent ?? "").trim()}`;
}
const focus = (driver) => driver.executeScript(`return (${focused})()`);
const press = (driver, ...keys) => driver.actions().sendKeys(...keys).perform();

/** Goes on, or back, by the tab key until what has the focus is called so. */
async function tabTo(driver, name, back = false) {
  const passed = [];
  for (let step = 0; step < 40; step++) {
    const keys = driver.actions();
    await (back ? keys.keyDown(Key.SHIFT).sendKeys(Key.TAB).keyUp(Key.SHIFT) : keys.sendKeys(Key.TAB)).perform();
    const at = await focus(driver);
    if (at.startsWith(name)) return;
    passed.push(at);
  }
  throw new Error(`no ${name} among ${passed.join(" | ")}`);
}

/** Keeps everything that live regions say from now on, once each. */
const listen = (driver) =>
  driver.executeScript(() => {
    window.__said = [];
    const root = document.querySelector("connect-flow").shadowRoot;
    const elementOf = (node) => (node instanceof Element ? node : node.parentElement);
    const regionOf = (node) => elementOf(node)?.closest("[role=status], [role=alert]");
    new MutationObserver((changes) => {
      const regions = new Set();
      for (const { target, addedNodes } of changes) {
        for (const node of [target, ...addedNodes]) if (node.isConnected) regions.add(regionOf(node));
      }
      for (const region of regions) if (region?.textContent.trim()) window.__said.push(region.textContent.trim());
    }).observe(root, { subtree: true, childList: true, characterData: true });
  });
const said = (driver) => driver.executeScript("return window.__said");

suite("by keyboard", {}, {
  "F17: connect, configure and disconnect; the focus goes where the work goes and comes back": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", new RegExp(`^${APP}`));
    await driver.findElement(By.id("outside")).click();
    await tabTo(driver, "input: Search apps");
    await press(driver, "northwind");
    await page.waitFor(async () => !(await page.has("button", /Tally/)), "the list to shrink");
    await tabTo(driver, `button: N${APP}`);
    await press(driver, Key.ENTER);
    await page.waitForScreen("app");
    await page.waitFor(async () => (await focus(driver)) === `h2: ${APP}`, "the focus on the heading");

    await tabTo(driver, "button: Connect");
    await press(driver, Key.ENTER);
    await page.waitForScreen("consent");
    await page.waitFor(async () => (await focus(driver)).startsWith("h2: "), "the focus on the heading");
    await tabTo(driver, `button: Continue to ${APP}`);
    await press(driver, Key.ENTER);

    const provider = await page.popup();
    const field = (name) => page.waitFor(() => driver.findElement(By.name(name)), name);
    await (await field("username")).sendKeys("demo", Key.TAB);
    await press(driver, "demo", Key.ENTER);
    await provider.waitFor(() => driver.findElement(By.id("allow")), "the consent page");
    await driver.findElement(By.id("allow")).sendKeys(Key.ENTER);
    await page.back();
    await page.waitForScreen("connected");
    await page.waitFor(async () => (await focus(driver)) === `h2: ${APP} is connected`, "the focus on the result");

    await tabTo(driver, "button: Configure");
    await press(driver, Key.ENTER);
    await page.waitForScreen("configure");
    const fields = `return document.querySelector("connect-flow").shadowRoot.querySelector("fieldset input")`;
    await page.waitFor(() => driver.executeScript(fields), "the fields");
    await listen(driver);
    await tabTo(driver, "select: ");
    await press(driver, Key.ARROW_DOWN);
    await tabTo(driver, "input: ");
    await press(driver, "5");
    await tabTo(driver, "button: Save");
    await press(driver, Key.ENTER);
    await page.waitForEvent("config-saved");
    await page.waitFor(async () => (await said(driver)).includes("Saved"), "Saved to be said");
    assert.equal((await said(driver)).filter((text) => text === "Saved").length, 1);

    await tabTo(driver, "button: Back", true);
    await press(driver, Key.ENTER);
    await page.waitForScreen("app");
    await tabTo(driver, "button: Disconnect");
    await press(driver, Key.ENTER);
    await page.waitFor(async () => (await focus(driver)).startsWith("h3: Disconnect"), "the focus on the question");
    await tabTo(driver, "button: Keep");
    await press(driver, Key.ENTER);
    await page.waitFor(async () => (await focus(driver)) === "button: Disconnect", "the focus where it was asked");
    await press(driver, Key.ENTER);
    await page.waitFor(async () => (await focus(driver)).startsWith("h3: Disconnect"), "the focus on the question");
    await tabTo(driver, "button: Disconnect");
    await press(driver, Key.ENTER);
    await page.waitForEvent("account-disconnected");
    await page.waitFor(async () => (await focus(driver)) === `h2: ${APP}`, "the focus not lost with its button");

    await tabTo(driver, "button: Back", true);
    await press(driver, Key.ENTER);
    await page.waitForScreen("list");
    await page.waitFor(async () => (await focus(driver)).startsWith(`button: N${APP}`), "the focus on its row");
  },

  "the rows of the list go by arrow, Home and End, and the tab key leaves them": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    await driver.findElement(By.id("outside")).click();
    await tabTo(driver, "input: Search apps");
    const rows = await driver.executeScript(`return [...document.querySelector("connect-flow").shadowRoot
      .querySelectorAll(".app .name")].map((name) => name.textContent)`);
    await tabTo(driver, `button: ${rows[0][0]}${rows[0]}`);
    await press(driver, Key.ARROW_DOWN);
    assert.ok((await focus(driver)).includes(rows[1]));
    await press(driver, Key.END);
    assert.ok((await focus(driver)).includes(rows.at(-1)));
    await press(driver, Key.HOME);
    assert.ok((await focus(driver)).includes(rows[0]));
  },

  "a search says how much it found, once": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    await listen(driver);
    await page.type("searchbox", "Search apps", "t");
    const counted = async () => (await said(driver)).filter((text) => /^\d+ apps? found$/.test(text));
    await page.waitFor(async () => (await counted()).length > 0, "the count to be said");
    const counts = await counted();
    assert.equal(counts.length, 1, String(counts));
  },
});
