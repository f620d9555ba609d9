// What can be said of the package without a browser: its entries, its types, its size, what it never uses.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const WWW = new URL("../../www/", import.meta.url);
const read = (name) => readFileSync(new URL(name, WWW), "utf8");
const manifest = JSON.parse(read("package.json"));
const scripts = readdirSync(WWW).filter((name) => name.endsWith(".js"));
// Made from the component when the package is assembled.
const BUILT = ["connect-flow_bg.wasm", "connect-flow_second.wasm", "provenance.json"];
const FIRST_IMPORT_BUDGET = 1600;

const withoutComments = (text) => text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

/** What a page imports first, as a bundler sees it: everything reached without a dynamic import, minified. */
async function firstImport(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [new URL(entry, WWW).pathname],
    outdir: "out",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    external: ["react", "./connect-flow.js"],
    logLevel: "error",
  });
  const wanted = new Set();
  const visit = (path) => {
    if (wanted.has(path)) return;
    wanted.add(path);
    for (const { path: next, kind } of metafile.outputs[path].imports) if (kind === "import-statement") visit(next);
  };
  visit(`out/${entry}`);
  const bytes = (path) => outputFiles.find((file) => file.path.endsWith(path)).contents;
  const parameters = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return [...wanted].map((path) => brotliCompressSync(bytes(path), parameters).length).reduce((a, b) => a + b);
}

describe("the package", () => {
  for (const entry of ["index.js", "element.js"]) {
    it(`is imported on a server without a throw and without an effect, by ${entry} (E12)`, async () => {
      const before = Object.keys(globalThis);
      const module = await import(new URL(entry, WWW));
      assert.equal(typeof module.define, "function");
      assert.deepEqual(Object.keys(globalThis), before);
    });

    it(`costs a page at most ${FIRST_IMPORT_BUDGET} bytes before the first mount, by ${entry}`, async () => {
      const bytes = await firstImport(entry);
      assert.ok(bytes <= FIRST_IMPORT_BUDGET, `${bytes} bytes`);
      assert.ok(bytes > 500, `${bytes} bytes cannot be all of it`);
    });
  }

  it("names only files that exist or are built, and no script or type is left out", () => {
    const targets = Object.values(manifest.exports).flatMap((entry) => (entry.types ? Object.values(entry) : entry));
    for (const target of [...targets, ...manifest.sideEffects]) {
      const name = target.replace("./", "");
      assert.ok(existsSync(new URL(name, WWW)) || BUILT.includes(name), `${name} does not exist`);
      assert.ok(name === "package.json" || manifest.files.includes(name), `${name} is not published`);
    }
    const owned = readdirSync(WWW).filter((name) => /\.(js|d\.ts)$/.test(name) && !name.startsWith("demo"));
    // Published inside life.js, the first as a part of the glue.
    const inner = ["guard.js", "load.js"];
    for (const name of owned.filter((name) => !inner.includes(name))) {
      assert.ok(manifest.files.includes(name), `${name} is not published`);
    }
  });

  it("keeps everything in memory, builds no HTML from text and evaluates none (A13, E2)", () => {
    const forbidden = new RegExp(
      "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function|localStorage|sessionStorage|" +
        "indexedDB|\\.cookie|\\bcaches\\b|window\\.name|console\\.|history\\.|sendBeacon",
    );
    for (const name of scripts) assert.doesNotMatch(withoutComments(read(name)), forbidden, name);
  });

  it("posts messages to the one origin that they are for, or over a port", () => {
    const files = { "hosted.js": 2, "hosted-page.js": 2, "load.js": 1, "frame.js": 2 };
    const posts = (name) => withoutComments(read(name)).match(/[\w.#]*postMessage\b.*/g) ?? [];
    const ways = /^(this\.#window\.postMessage\(.*, this\.#url\.origin, \[port2\]\);|host\.postMessage\(.*, origin\);|this\.#port\.postMessage\(message\);|\.prototype\.postMessage[\])];|port\.postMessage\(\{ name: "(failed", code: "crashed"|height", px: Math\.ceil\(.*\)) \}\);)/;
    for (const name of scripts) {
      assert.equal(posts(name).length, files[name] ?? 0, name);
      for (const post of posts(name)) assert.match(post, ways, name);
    }
  });

  it("names each wasm by one literal URL, which bundlers find", () => {
    const all = scripts.map(read).map(withoutComments).join("\n");
    const wasm = ["connect-flow_bg", "connect-flow_second"];
    for (const name of wasm) assert.equal(all.split(`new URL("./${name}.wasm", import.meta.url)`).length - 1, 1);
    const languages = all.match(/new URL\("\.\/locales\/[\w-]+\.json", import\.meta\.url\)/g);
    assert.equal(all.match(/import\.meta/g).length, wasm.length + languages.length);
  });
});
