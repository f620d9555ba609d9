// Themes: what can be set is documented, takes effect at once, and is refused where nobody could read it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { suite } from "../harness/index.js";

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");

describe("the variables of the style", () => {
  it("are 60 or more, and the documentation has each of them and no other", async () => {
    const style = new Set((await read("src/view/style.css")).match(/--cf-[a-z-]+/g));
    const table = await read("docs/book/reference/variables.md");
    const documented = [...table.matchAll(/^\| `(--cf-[a-z-]+)`/gm)].map(([, name]) => name);
    assert.ok(style.size >= 60, String(style.size));
    assert.deepEqual([...documented].sort(), [...style].sort());
  });

  it("the check of contrast reads names that there are", async () => {
    const [style, check] = [await read("src/view/style.css"), await read("www/contrast.js")];
    const names = [...check.split("const PAIRS")[1].split("];")[0].matchAll(/"([a-z-]+)"/g)].map(([, name]) => name);
    assert.ok(names.length > 30);
    for (const name of names) assert.match(style, RegExp(`  --${name}: `), name);
    const shortened = [...check.split("const PUBLIC")[1].split("};")[0].matchAll(/"?([a-z-]+)"?: "([a-z-]+)"/g)];
    for (const [, short, name] of shortened) assert.match(style, RegExp(`--${short}: var\\(--cf-${name}[,)]`), name);
  });
});

suite("a theme", {}, {
  "the built-in one can be read, light and dark; one that cannot is refused": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    const check = (set) =>
      driver.executeAsyncScript(`const [set, done] = arguments; const flow = document.querySelector("connect-flow");
        for (const [name, value] of Object.entries(set)) {
          if (name === "theme") flow.theme = value; else flow.style.setProperty(name, value);
        }
        import(location.origin + "/contrast.js").then(({ contrast, assertReadable }) => {
          const findings = contrast(flow);
          let refused = "";
          try { assertReadable(flow) } catch (error) { refused = error.code }
          done({ findings, refused });
        }, (error) => done({ failed: String(error) }));`, set);
    for (const theme of ["light", "dark"]) assert.deepEqual(await check({ theme }), { findings: [], refused: "" }, theme);
    const { findings, refused } = await check({ theme: "light", "--cf-text-muted": "#bbb" });
    assert.equal(refused, "unreadable_theme");
    const [first] = findings;
    assert.deepEqual([first.seen, first.on, first.needed], ["--cf-text-muted", "--cf-frame-surface", 4.5]);
    assert.ok(first.ratio > 1.5 && first.ratio < 2.5, String(first.ratio));
  },

  "a variable takes effect at once, and so does the density": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    const of = (property, selector) =>
      driver.executeScript(`return getComputedStyle(document.querySelector("connect-flow").shadowRoot
        .querySelector(arguments[1]))[arguments[0]]`, property, selector);
    const before = await of("height", ".window > li");
    await driver.executeScript(`const flow = document.querySelector("connect-flow");
      flow.density = "compact";
      flow.style.setProperty("--cf-frame-radius", "3px");`);
    assert.equal(await of("borderTopLeftRadius", ".cf"), "3px");
    assert.deepEqual([before, await of("height", ".window > li")], ["56px", "48px"]);
  },
});
