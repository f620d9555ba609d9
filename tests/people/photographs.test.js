// Photographs of the main screens: in every browser for people to look at, in Chromium compared with reviewed ones.
//
// After a change that is meant: CONNECT_FLOW_WRITE=1 with the command of this area writes the reviewed ones anew.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";
import { By } from "selenium-webdriver";
import { suite } from "../harness/index.js";
import { openGallery } from "./screens.js";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const REVIEWED = here("reviewed/");
const TAKEN = here("../../target/screenshots/");
/** Edges of letters differ a little between versions of a browser; a line that moved is more. */
const TOLERATED = 0.004;
const STATES = [
  "list", "app-connected", "app-removal", "consent", "credentials-errors", "waiting-long", "connected",
  "configure-unsaved", "configure-rules", "session-failed", "error-network_error",
];
const SETS = {
  light: { theme: "light" },
  "dark-rtl-narrow": { theme: "dark", dir: "rtl", width: "320" },
};

const require = createRequire(import.meta.url);
const fonts = await Promise.all(
  [400, 500, 600].map(async (weight) => {
    const file = require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
    return { weight: String(weight), data: (await readFile(file)).toString("base64") };
  }),
);

/** The same letters on every machine, and nothing that moves. */
async function pose(driver) {
  await driver.executeAsyncScript(
    `const [fonts, done] = arguments;
    Promise.all(fonts.map(async ({ weight, data }) => {
      const face = new FontFace("Photographed", Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)), { weight });
      document.fonts.add(await face.load());
    })).then(() => {
      document.body.style.fontFamily = "Photographed";
      for (const { shadowRoot, style } of document.querySelectorAll("[data-state]")) {
        style.setProperty("--cf-font-mono", "Photographed");
        for (const animation of shadowRoot.getAnimations()) animation.cancel();
      }
      requestAnimationFrame(() => requestAnimationFrame(done));
    });`,
    fonts,
  );
}

async function photograph({ browser, driver }, state) {
  const element = await driver.findElement(By.css(`[data-state="${state}"]`));
  if (browser !== "chromium") return Buffer.from(await element.takeScreenshot(), "base64");
  const box = await driver.executeScript((at) => {
    const { x, y, width, height } = at.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height: Math.ceil(height) };
  }, element);
  const clip = { ...box, scale: 1 };
  const taken = await driver.sendAndGetDevToolsCommand("Page.captureScreenshot", { clip, captureBeyondViewport: true });
  return Buffer.from(taken.data, "base64");
}

/** How much of two pictures differs, 0 to 1. */
function difference(reviewed, taken) {
  const [before, after] = [PNG.sync.read(reviewed), PNG.sync.read(taken)];
  if (before.width !== after.width || before.height !== after.height) {
    return { share: 1, text: `${before.width}×${before.height} became ${after.width}×${after.height}` };
  }
  const { width, height } = before;
  const marked = new PNG({ width, height });
  const count = pixelmatch(before.data, after.data, marked.data, width, height, { threshold: 0.1 });
  return { share: count / (width * height), text: `${count} pixels`, marked: PNG.sync.write(marked) };
}

const tests = {};
for (const [set, parameters] of Object.entries(SETS)) {
  tests[`the main screens look as they were reviewed, ${set}`] = async (scene) => {
    await openGallery(scene, { ...parameters, state: STATES.join(",") });
    await pose(scene.driver);
    await mkdir(TAKEN, { recursive: true });
    const wrong = [];
    for (const state of STATES) {
      const picture = await photograph(scene, state);
      const name = `${state}-${set}`;
      await writeFile(`${TAKEN}${name}-${scene.browser}.png`, picture);
      if (scene.browser !== "chromium") continue;
      if (process.env.CONNECT_FLOW_WRITE) {
        await mkdir(REVIEWED, { recursive: true });
        const small = { deflateLevel: 9, deflateStrategy: 0, filterType: 0, colorType: 2 };
        await writeFile(`${REVIEWED}${name}.png`, PNG.sync.write(PNG.sync.read(picture), small));
        continue;
      }
      const { share, text, marked } = difference(await readFile(`${REVIEWED}${name}.png`), picture);
      if (share <= TOLERATED) continue;
      if (marked) await writeFile(`${TAKEN}${name}-differs.png`, marked);
      wrong.push(`${name}: ${text}`);
    }
    assert.deepEqual(wrong, [], `compare tests/people/reviewed with target/screenshots`);
  };
}
suite("photographs", {}, tests);
