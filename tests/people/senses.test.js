// The settings of the people at the screen: large targets, little room, their own colours, no motion.
import assert from "node:assert/strict";
import { suite } from "../harness/index.js";
import { cut, eachScreen, openGallery } from "./screens.js";

/** In the page: controls that are smaller than 24 by 24 CSS pixels. */
function small(state, root) {
  const found = [];
  for (const control of root.querySelectorAll("button, a, input, select, textarea, summary")) {
    // A label is a part of its control's target.
    const target = control.closest("label") ?? control;
    const { width, height } = target.getBoundingClientRect();
    if (control.checkVisibility() && (width < 24 || height < 24)) found.push(`${control.className} ${width}×${height}`);
  }
  return found;
}

/** In the page: controls that could not be told from what is around them without colours and shadows. */
function blended(state, root) {
  const found = [];
  for (const control of root.querySelectorAll("button.b, button.chip, .input, .switch, .alert, .notice")) {
    if (!control.checkVisibility()) continue;
    const style = getComputedStyle(control);
    const outlined = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none";
    if (!outlined || style.borderTopColor === "rgba(0, 0, 0, 0)") found.push(control.className);
  }
  const look = (element) => {
    const { backgroundColor, borderTopColor } = getComputedStyle(element);
    return `${backgroundColor} ${borderTopColor}`;
  };
  for (const [on, off] of [
    [".chip[aria-pressed=true]", ".chip[aria-pressed=false]"],
    [".switch[aria-checked=true]", ".switch[aria-checked=false]"],
  ]) {
    const [one, other] = [root.querySelector(on), root.querySelector(off)];
    if (one && other && look(one) === look(other)) found.push(`${on} looks like ${off}`);
  }
  return found;
}

const moving = (state, root) => root.getAnimations().map((animation) => animation.animationName ?? "transition");

/** How the focus is shown on the first button of a screen. */
async function ring(driver) {
  return driver.executeScript(`const root = document.querySelector("[data-state=app]").shadowRoot;
    const button = root.querySelector(".b-primary");
    button.focus({ focusVisible: true });
    const { outlineStyle, outlineWidth } = getComputedStyle(button);
    return [outlineStyle, parseFloat(outlineWidth)];`);
}

async function checkForcedColours(scene) {
  await openGallery(scene);
  assert.ok(await scene.driver.executeScript(`return matchMedia("(forced-colors: active)").matches`));
  assert.deepEqual(await eachScreen(scene.driver, blended), {});
  const [style, width] = await ring(scene.driver);
  assert.notEqual(style, "none");
  assert.ok(width >= 2);
}

async function checkStillness(scene) {
  await openGallery(scene);
  assert.ok(await scene.driver.executeScript(`return matchMedia("(prefers-reduced-motion: reduce)").matches`));
  assert.deepEqual(await eachScreen(scene.driver, moving), {});
}

suite("the senses", {}, {
  "every target is 24 px or more, wide and narrow": async (scene) => {
    for (const width of scene.browser === "chromium" ? ["560", "320"] : ["320"]) {
      await openGallery(scene, { width });
      assert.deepEqual(await eachScreen(scene.driver, small), {}, width);
    }
  },

  "nothing is cut at 320 px, nor in the languages with the longest words": async (scene) => {
    for (const locale of scene.browser === "chromium" ? ["en", "de", "fr", "ar"] : ["de"]) {
      await openGallery(scene, { width: "320", locale });
      assert.deepEqual(await eachScreen(scene.driver, cut), {}, locale);
    }
  },

  "something moves where nobody minds": async (scene) => {
    await openGallery(scene, { state: "list-loading,waiting" });
    assert.deepEqual(Object.keys(await eachScreen(scene.driver, moving)).sort(), ["list-loading", "waiting"]);
  },
});

const media = (driver, features) => driver.sendDevToolsCommand("Emulation.setEmulatedMedia", { features });

suite("the senses, as Chromium emulates them", { browsers: ["chromium"] }, {
  "forced colours leave every control an outline, and on differs from off": async (scene) => {
    await media(scene.driver, [{ name: "forced-colors", value: "active" }]);
    try {
      await checkForcedColours(scene);
      await openGallery(scene, { state: "list,configure-workflows,credentials-errors" });
      await scene.page.screenshot("forced-colours-chromium");
    } finally {
      await media(scene.driver, []);
    }
  },

  "without motion nothing moves": async (scene) => {
    await media(scene.driver, [{ name: "prefers-reduced-motion", value: "reduce" }]);
    try {
      await checkStillness(scene);
    } finally {
      await media(scene.driver, []);
    }
  },

  "E8: a page of 320 px, which is one of 1280 px at 400 %, scrolls in one direction alone": async ({ driver, page }) => {
    const metrics = { width: 320, height: 256, deviceScaleFactor: 4, mobile: false };
    await driver.sendDevToolsCommand("Emulation.setDeviceMetricsOverride", metrics);
    try {
      await page.open();
      await page.waitForScreen("list");
      const sideways = () => driver.executeScript("return document.scrollingElement.scrollWidth - innerWidth");
      assert.ok((await sideways()) <= 0, "list");
      await page.click("button", /^Tally Books/);
      await page.click("button", "Connect");
      await page.waitForScreen("consent");
      assert.ok((await sideways()) <= 0, "consent");
    } finally {
      await driver.sendDevToolsCommand("Emulation.clearDeviceMetricsOverride", {});
    }
  },
});

const FORCED = { "browser.display.document_color_use": 2, "ui.useAccessibilityTheme": 1, "ui.prefersReducedMotion": 1 };

suite("the senses, as Firefox is set", { browsers: ["firefox"], preferences: FORCED }, {
  "forced colours leave every control an outline, and without motion nothing moves": async (scene) => {
    await checkForcedColours(scene);
    await checkStillness(scene);
  },
});
