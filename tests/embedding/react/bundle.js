// Bundles the apps of the React tests for one version of React, as an app's own bundler does, into the served pages.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SITE = process.env.CONNECT_FLOW_SITE ?? here("../../../target/site");

/** The names that React 18 and 19 are installed under. */
const INSTALLED = { 18: "18", 19: "" };

/**
 * Writes `react18.html` and so on, the page that shows an app, and `hydrate18.html`, with what a server renders in it.
 * @param {18 | 19} version
 */
export async function bundle(version) {
  const installed = (name) => here(`../../node_modules/${name}${INSTALLED[version]}`);
  const options = {
    bundle: true,
    jsx: "automatic",
    alias: {
      react: installed("react"),
      "react-dom": installed("react-dom"),
      "connect-flow": `${SITE}/index.js`,
      "connect-flow/react": `${SITE}/react.js`,
      "connect-flow/refold-react": `${SITE}/refold-react.js`,
      "connect-flow/testing": `${SITE}/testing.js`,
    },
    // The build that warns, and runs effects twice in StrictMode.
    define: { "process.env.NODE_ENV": '"development"' },
    logOverride: { "empty-import-meta": "silent" },
    logLevel: "error",
  };
  const server = `${SITE}/react${version}-server.cjs`;
  await build({ ...options, entryPoints: [here("server.jsx")], outfile: server, platform: "node", format: "cjs" });
  await build({
    ...options,
    entryPoints: { [`react${version}-app`]: here("app.jsx") },
    outdir: SITE,
    chunkNames: `react${version}-[name]-[hash]`,
    splitting: true,
    format: "esm",
    target: "es2022",
  });
  const page = (content) => `<!doctype html><html lang="en"><head><meta charset="utf-8" /><title>React ${version}</title>
    <link rel="icon" href="data:," /><script type="module" src="react${version}-app.js"></script></head>
    <body><main id="place">${content}</main></body></html>`;
  const { html } = createRequire(import.meta.url)(server);
  await writeFile(`${SITE}/react${version}.html`, page(""));
  await writeFile(`${SITE}/hydrate${version}.html`, page(html));
}
