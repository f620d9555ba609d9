// The steps that tests of the isolated frame share.
import { Key } from "selenium-webdriver";
import { chooseApp } from "../flow/steps.js";

/** @typedef {import("../harness/page.js").HostPage} HostPage */

/** From the list to the fields of an app. @param {HostPage} page @param {string} app @param {RegExp | string} way */
export async function openFields(page, app, way = "Connect", screen = "credentials") {
  await chooseApp(page, app);
  await page.click("button", way);
  await page.waitForScreen("consent");
  await page.click("button", `Continue to ${app}`);
  await page.waitForScreen(screen);
}

/** Puts the driver into the frame, as soon as its fields are there. @param {HostPage} page */
export async function enterFrame(page) {
  const frame = await page.waitFor(
    () => page.driver.executeScript("return document.querySelector('connect-flow').shadowRoot.querySelector('iframe')"),
    "the frame",
  );
  await page.driver.switchTo().frame(frame);
  await page.waitFor(() => page.driver.executeScript(`return (${control})("form")`), "the fields in the frame");
}

/** A picture of the page with the frame in it; leaves the driver in the frame. @param {HostPage} page */
export async function shoot(page, name) {
  await page.driver.switchTo().defaultContent();
  await page.screenshot(name);
  await enterFrame(page);
}

/** Runs in a document: the form, or the control of that label, of a frame or of a component. */
function control(label) {
  const root = (document.querySelector("connect-flow") ?? document.querySelector("body > div"))?.shadowRoot;
  if (label === "form") return root?.querySelector("form");
  const found = [...root.querySelectorAll("label")].find((one) => one.textContent.startsWith(label));
  return found && root.getElementById(found.htmlFor);
}

/** Types into the control of that label, in the frame or in the page. @param {HostPage} page */
export async function fill(page, label, text) {
  const before = await page.waitFor(() => value(page, label).then((now) => [now]), `a field ${label}`);
  await page.waitFor(async () => {
    await focusField(page, label);
    await page.driver.actions().sendKeys(Key.END, text).perform();
    return (await value(page, label)) === before[0] + text;
  }, `${text} in ${label}`);
}

/** Puts the cursor into the control of that label. @param {HostPage} page */
export async function focusField(page, label) {
  const element = await page.waitFor(
    () => page.driver.executeScript(`return (${control})(arguments[0])`, label),
    `a field ${label}`,
  );
  // Not through the driver's element: WebKit's finds nothing in a frame of another origin focusable.
  await focus(page, element);
}

/** What is in the control of that label. @param {HostPage} page @returns {Promise<string>} */
export function value(page, label) {
  return page.driver.executeScript(`return (${control})(arguments[0]).value`, label);
}

/** Sends the form that the driver is in. Computed names of elements in frames are not to be had in every driver. */
export async function submit(page) {
  const button = await page.driver.executeScript(`return (${control})("form").querySelector("[type=submit]")`);
  await focus(page, button);
  await page.driver.actions().sendKeys(Key.ENTER).perform();
}

/** Gives an element the focus, and makes sure that keys arrive: WebKit's first ones in a frame get lost on the way. */
async function focus(page, element) {
  await page.driver.executeScript((target) => {
    target.focus();
    addEventListener("keydown", () => (window.keysArrive = true), { once: true, capture: true });
  }, element);
  const arrive = () => page.driver.executeScript("return window.keysArrive === true");
  await page.waitFor(async () => {
    if (await arrive()) return true;
    await page.driver.actions().sendKeys(Key.END).perform();
    return arrive();
  }, "the keyboard");
}
