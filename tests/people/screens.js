// The gallery as tests open it, and what a page can be asked about every screen at once.
import { TIMEOUT } from "../harness/page.js";

/**
 * Opens the gallery; www/gallery/gallery.js says what each parameter does.
 * @param {import("../harness/index.js").Scene} scene
 * @param {Record<string, string>} [parameters]
 */
export async function openGallery({ driver, page, sandbox }, parameters = {}) {
  await driver.get(`${sandbox.host}/demo/gallery/index.html?${new URLSearchParams({ bare: "1", ...parameters })}`);
  page.window = await driver.getWindowHandle();
  await page.waitFor(() => driver.executeScript("return document.body.dataset.ready"), "the gallery", 2 * TIMEOUT);
  // A screen slides in: it is measured where it comes to rest.
  await driver.executeScript(`for (const at of document.querySelectorAll("[data-state]")) {
    for (const animation of at.shadowRoot.getAnimations()) {
      if (animation.effect.getTiming().iterations === 1) animation.finish();
    }
  }`);
}

/** Runs in the page with every shadow root of the gallery: `[state, root]`. */
const ROOTS = `const roots = [...document.querySelectorAll("[data-state]")]
  .map((at) => [at.dataset.state, at.shadowRoot]);`;

/**
 * Evaluates the body of a function of `(state, root, ...values)` for each screen and gives back what it returned, by
 * state, where that was anything.
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {Function} look
 */
export async function eachScreen(driver, look, ...values) {
  const script = `${ROOTS} const look = ${look}; const found = {};
    for (const [state, root] of roots) {
      const said = look(state, root, ...arguments);
      if (said !== undefined && !(Array.isArray(said) && said.length === 0)) found[state] = said;
    }
    return { found, count: roots.length };`;
  const { found, count } = await driver.executeScript(script, ...values);
  if (count === 0) throw new Error("the gallery is empty");
  return found;
}

/** In the page: what is cut off, or sticks out of the frame, in words. */
export function cut(state, root) {
  const frame = root.querySelector(".cf").getBoundingClientRect();
  const found = [];
  const name = (element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent.slice(0, 40)}`;
  for (const element of root.querySelectorAll(".cf, .cf *")) {
    if (!(element instanceof HTMLElement) || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest(".vh, [aria-hidden=true]") || element.matches("option, optgroup")) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    // A row of categories is there to be scrolled.
    const scrolls = element.closest(".chips");
    const outside = box.left < frame.left - 1 || box.right > frame.right + 1;
    if (!scrolls && box.width > 1 && outside) found.push(`out ${name(element)}`);
    // An app's own name and description are shortened by design: its screen shows them whole.
    const shortened = style.textOverflow === "ellipsis" || element.closest(".tile");
    const hides = (overflow) => overflow === "hidden" || overflow === "clip";
    if (!shortened && box.width > 1 && hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) {
      found.push(`cut ${name(element)}`);
    }
    if (!shortened && box.height > 1 && hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1) {
      found.push(`short ${name(element)}`);
    }
    const text = element.matches("button, a, label, .badge") && element.scrollWidth > element.clientWidth + 1;
    if (text && !shortened && style.display !== "inline") found.push(`wide ${name(element)}`);
  }
  return [...new Set(found)];
}
