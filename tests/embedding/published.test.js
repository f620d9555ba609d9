// The package as npm packs it: what is in it, whether its types and entries are right, where it can be imported.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { publint } from "publint";

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SITE = process.env.CONNECT_FLOW_SITE ?? here("../../target/site");
const BIN = here("../node_modules/.bin/");

const FILES = [
  "LICENSE-APACHE", "LICENSE-MIT", "README.md", "connect-flow.d.ts",
  "connect-flow_bg.wasm", "connect-flow_second.wasm", "contrast.d.ts", "contrast.js", "custom-elements.json", "element.js", "events.d.ts",
  "events.js", "frame.html", "frame.js",
  "headless.d.ts", "headless.js", "hosted-page.js", "hosted.d.ts", "hosted.js", "index.js", "life.js",
  "locales.js", "locales/ar.json", "locales/de.json", "locales/es.json", "locales/fr.json", "locales/he.json",
  "locales/ja.json", "locales/pt-BR.json", "locales/zh-Hans.json", "package.json", "provenance.json",
  "react.d.ts", "react.js", "refold-react.d.ts", "refold-react.js", "session-url.js", "testing.d.ts", "testing.js",
];
const ENTRIES = [
  ".", "./connect-flow-second.wasm", "./connect-flow.wasm", "./contrast", "./custom-elements.json", "./element", "./frame.html", "./headless",
  "./hosted", "./package.json", "./provenance.json", "./react", "./refold-react", "./testing",
];

describe("the published package", () => {
  /** The unpacked tarball, as `node_modules/connect-flow` of an app. */
  let app, tarball, root;

  before(async () => {
    app = await mkdtemp(join(tmpdir(), "connect-flow-app-"));
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", app], { cwd: SITE });
    const packed = JSON.parse(stdout);
    tarball = join(app, (Array.isArray(packed) ? packed[0] : Object.values(packed)[0]).filename);
    root = join(app, "node_modules/connect-flow");
    await mkdir(root, { recursive: true });
    await run("tar", ["xzf", tarball, "-C", root, "--strip-components=1"]);
    for (const name of ["react", "react-dom", "@types"]) {
      await symlink(here(`../node_modules/${name}`), join(app, "node_modules", name));
    }
    await writeFile(join(app, "package.json"), JSON.stringify({ type: "module", private: true }));
  });
  after(() => rm(app, { recursive: true, force: true }));

  it("holds these files, nothing more and nothing less", async () => {
    const found = await readdir(root, { recursive: true });
    assert.deepEqual(found.filter((name) => name !== "locales").sort(), [...FILES].sort());
  });

  it("has these entries, nothing more and nothing less, and needs nothing but React, where that is used", async () => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    assert.deepEqual(Object.keys(manifest.exports).sort(), ENTRIES);
    assert.deepEqual(manifest.sideEffects, ["./element.js"]);
    assert.equal(manifest.dependencies, undefined);
    assert.deepEqual(manifest.peerDependencies, { react: ">=18" });
    assert.equal(manifest.peerDependenciesMeta.react.optional, true);
    assert.equal(manifest.scripts, undefined);
  });

  it("says of every file what it is, in the hash that browsers compare", async () => {
    const { files, builtWith, locks } = JSON.parse(await readFile(join(root, "provenance.json"), "utf8"));
    assert.deepEqual(Object.keys(files).sort(), FILES.filter((name) => name !== "provenance.json").sort());
    for (const [name, integrity] of Object.entries(files)) {
      const hash = createHash("sha384").update(await readFile(join(root, name))).digest("base64");
      assert.equal(integrity, `sha384-${hash}`, name);
    }
    for (const tool of ["rust", "wasm-bindgen", "binaryen", "esbuild"]) assert.match(builtWith[tool], /^\d+\.\d+\.\d+$/);
    assert.deepEqual(Object.keys(locks), ["Cargo.lock", "xtask/tools/package-lock.json"]);
  });

  it("marks what is for clients only, for React's server components", async () => {
    for (const name of ["react.js", "refold-react.js"]) {
      assert.match(await readFile(join(root, name), "utf8"), /^"use client";/, name);
    }
  });

  it("names no place of the machine that built it, and carries no source map", async () => {
    for (const name of FILES) {
      const text = await readFile(join(root, name), "latin1");
      if (/\.(js|ts|json|html|md)$/.test(name)) assert.doesNotMatch(text, /\/home\/|\/root\/|\/tmp\/|file:\/\//, name);
      assert.doesNotMatch(text, /sourceMappingURL=/, name);
    }
  });

  it("publint finds nothing", async () => {
    const { messages } = await publint({ pkgDir: root, strict: true });
    assert.deepEqual(messages, []);
  });

  it("are-the-types-wrong finds nothing for those who import modules", async () => {
    // What is no script has no types: the page, the wasm, JSON.
    const others = ["frame.html", "connect-flow.wasm", "connect-flow-second.wasm", "custom-elements.json", "provenance.json", "package.json"];
    const args = [tarball, "--profile", "esm-only", "--format", "json", "--exclude-entrypoints", ...others];
    const { stdout } = await run(`${BIN}attw`, args, { maxBuffer: 1 << 26 }).catch((failed) => failed);
    const { analysis } = JSON.parse(stdout);
    const entries = [".", "./contrast", "./element", "./headless", "./hosted", "./react", "./refold-react", "./testing"];
    assert.deepEqual(Object.keys(analysis.entrypoints).sort(), entries);
    // A `require` gets the module by `import()` alone, which is meant: there is no other form.
    const problems = analysis.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
    const known = problems.filter(({ resolutionKind }) => resolutionKind !== "node10");
    assert.deepEqual(known, []);
  });

  it("tsc --strict takes an app that uses every option and every event, and refuses what is wrong (R1)", async () => {
    for (const name of ["every-option.tsx", "wrong.tsx"]) {
      await writeFile(join(app, name), await readFile(here(`types/${name}`)));
    }
    const options = [
      "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--skipLibCheck", "false",
      "--module", "nodenext", "--moduleResolution", "nodenext", "--target", "es2022", "--lib", "es2024,dom,dom.iterable",
      "--jsx", "react-jsx", "--types", "react", "every-option.tsx", "wrong.tsx",
    ];
    const failed = await run(`${BIN}tsc`, options, { cwd: app }).then(({ stdout }) => ({ stdout }), (error) => error);
    // Every line of wrong.tsx carries `@ts-expect-error`, which is an error itself where there is none.
    assert.equal(failed.stdout, "");
  });

  it("every option and every event is in the app that tsc checks", async () => {
    const example = await readFile(here("types/every-option.tsx"), "utf8");
    const types = await readFile(join(root, "connect-flow.d.ts"), "utf8");
    const options = ["StartOptions", "FixedOptions", "LiveOptions"].flatMap((name) => {
      const block = types.split(`export interface ${name} {`)[1].split("\n}")[0];
      return [...block.matchAll(/^ {2}(\w+)\??:/gm)].map(([, option]) => option);
    });
    assert.ok(options.length > 15, String(options));
    for (const option of [...options, "sessionToken"]) assert.match(example, RegExp(`\\b${option}:`), option);
    const { EVENTS } = await import(join(root, "events.js"));
    for (const event of EVENTS) {
      const prop = `on-${event}`.replace(/-./g, (dash) => dash[1].toUpperCase());
      assert.match(example, RegExp(`\\b${prop}=`), prop);
      assert.match(example, RegExp(`"${event}"`), event);
    }
  });

  it("describes the element as it is, for editors and documentation", async () => {
    const { modules } = JSON.parse(await readFile(join(root, "custom-elements.json"), "utf8"));
    const [element] = modules.flatMap(({ declarations }) => declarations);
    const { ConnectFlowElement } = await import(join(root, "index.js"));
    const secret = (name) => name === "token" || name === "session-token";
    const attributes = ConnectFlowElement.observedAttributes.filter((name) => !secret(name));
    assert.deepEqual(element.attributes.map(({ name }) => name).sort(), [...attributes].sort());
    const own = Object.getOwnPropertyNames(ConnectFlowElement.prototype);
    const members = own.filter((name) => !/^constructor$|Callback$/.test(name));
    assert.deepEqual(element.members.map(({ name }) => name).sort(), members.sort());
    const { EVENTS } = await import(join(root, "events.js"));
    assert.deepEqual(element.events.map(({ name }) => name), EVENTS);
    const methods = element.members.filter(({ kind }) => kind === "method").map(({ name }) => name);
    assert.deepEqual(methods, ["setSessionToken", "end", "retry"]);
    assert.ok(element.cssParts.length > 10 && element.cssProperties.length > 20);
  });

  for (const entry of ["", "/element", "/headless", "/hosted", "/react", "/refold-react", "/testing"]) {
    it(`is imported in Node without a throw or an effect: connect-flow${entry} (E12)`, async () => {
      const code = `
        const before = Reflect.ownKeys(globalThis).length;
        const names = Object.keys(await import("connect-flow${entry}"));
        console.log(JSON.stringify({ names, more: Reflect.ownKeys(globalThis).length - before }));`;
      const { stdout, stderr } = await run("node", ["--input-type=module", "--eval", code], { cwd: app });
      const { names, more } = JSON.parse(stdout);
      assert.ok(names.length > 0);
      assert.equal(more, 0);
      assert.equal(stderr, "");
    });
  }

  it("is rendered by React on a server (E12)", async () => {
    const code = `
      import { createElement } from "react";
      import { renderToString } from "react-dom/server";
      import { ConnectFlow } from "connect-flow/react";
      import { Provider, Config } from "connect-flow/refold-react";
      const inner = createElement(Config, { slug: "crm", onConnect() {} });
      console.log(renderToString(createElement(ConnectFlow, { apiUrl: "https://p.test", sessionToken: "canary", id: "a" })));
      console.log(renderToString(createElement(Provider, { sessionToken: "canary" }, inner)));`;
    const { stdout, stderr } = await run("node", ["--input-type=module", "--eval", code], { cwd: app });
    assert.equal(stdout, '<connect-flow id="a"></connect-flow>\n<connect-flow></connect-flow>\n');
    assert.equal(stderr, "");
  });

  it("says that it cannot be loaded where there is no document, and nothing else happens (E12)", async () => {
    const code = `
      import { preload } from "connect-flow";
      import { createConnectFlow } from "connect-flow/headless";
      const said = [await preload().catch(({ code }) => code)];
      const flow = createConnectFlow({ apiUrl: "https://p.test", sessionToken: "canary" });
      await new Promise((done) => flow.subscribe(({ status }) => status === "failed" && done()));
      said.push(flow.state.failure.code);
      await new Promise((done) => setTimeout(done, 50));
      console.log(JSON.stringify(said));`;
    const { stdout, stderr } = await run("node", ["--input-type=module", "--eval", code], { cwd: app });
    assert.deepEqual(JSON.parse(stdout), ["load_failed", "load_failed"]);
    assert.equal(stderr, "");
  });

  it("is imported in a worker runtime, where there is no window, document or process (E12)", async () => {
    for (const entry of ["index.js", "element.js", "headless.js", "hosted.js", "react.js", "refold-react.js", "testing.js"]) {
      assert.ok((await inWorker(entry)).length > 0, entry);
    }
  });

  /** Evaluates a file of the package, and what it imports, in a realm with nothing but what WinterTC asks for. */
  async function inWorker(entry) {
    const { outputFiles } = await build({
      entryPoints: [join(root, entry)],
      absWorkingDir: app,
      bundle: true,
      format: "iife",
      globalName: "entry",
      write: false,
      mainFields: ["main"],
      define: { "process.env.NODE_ENV": '"production"' },
      // `import.meta` has no meaning in a script; nothing reads it before the first mount.
      logOverride: { "empty-import-meta": "silent" },
    });
    const { URL, Request, Response, Headers, fetch, AbortController, AbortSignal, Event, EventTarget, crypto } = globalThis;
    const worker = { URL, Request, Response, Headers, fetch, AbortController, AbortSignal, Event, EventTarget, crypto };
    const realm = createContext({ ...worker, queueMicrotask, setTimeout, clearTimeout, structuredClone });
    return runInContext(`${outputFiles[0].text}; Object.keys(entry)`, realm);
  }
});

describe("the crate", () => {
  it("packs the sources, the words and the licences, nothing more and nothing less", async () => {
    const cwd = here("../..");
    const { stdout } = await run("cargo", ["package", "--list", "--allow-dirty", "--package", "connect-flow"], { cwd });
    const names = stdout.trim().split("\n");
    const made = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig"];
    const list = ["ls-files", "--cached", "--others", "--exclude-standard", "src", "locales"];
    const { stdout: tracked } = await run("git", list, { cwd });
    const sources = tracked.trim().split("\n");
    assert.ok(sources.length > 50 && sources.every((name) => /^src\/.*\.(rs|css)$|^locales\/[\w-]+\.json$/.test(name)));
    const fixed = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
    assert.deepEqual(names.filter((name) => !made.includes(name)).sort(), [...fixed, ...sources].sort());
  });
});
