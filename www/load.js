// The loader: one promise a page for the component, with one second try that goes round the caches.

import { makeGlue } from "./connect-flow.js";
export { makeGlue };

let source;
let secondSource;
let hash;
let loading;
let spent;
let finish;
// As they were when the component was loaded first, before what the page loads later wraps them.
let taken;

/** Says `crash` when what is loaded has broken down, after its memory was given up. */
export const crashes = new EventTarget();

async function compile(source, cache, integrity) {
  const from = await source;
  if (from instanceof WebAssembly.Module) return from;
  const response = from instanceof Response ? from : await (0, taken[0])(from, { cache, integrity });
  if (!response.ok) throw Error(`the wasm's server answered ${response.status}`);
  // Streaming refuses any other MIME type, and not every server knows this one.
  return response.headers.get("content-type") === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** The second module, whose hash the first one names. */
async function beyond(integrity) {
  const from = secondSource ?? new URL("./connect-flow_second.wasm", import.meta.url);
  // A network that failed once, or what a cache kept of another build.
  return compile(from, undefined, integrity).catch(() => compile(from, "reload", integrity));
}

async function join(make, from, cache) {
  const [module, { default: init, ConnectFlow, build, whenBroken, ...rest }] = await Promise.all([
    compile(from, cache, hash),
    // Where there is no document it fails, and both are heard.
    (async () => make())(),
  ]);
  const named = (section) => WebAssembly.Module.customSections(module, section)[0];
  // Names are short and mean something else in each build: the wrong pair would run, somehow.
  if (!named(build)) throw Error("the wasm is of another build");
  const second = named("second");
  rest.completeBy(second ? () => beyond(new TextDecoder().decode(second)) : null);
  await init({ module_or_path: module });
  ConnectFlow.capture(...taken);
  finish = rest.complete;
  whenBroken(() => {
    loading = undefined;
    spent = true;
    crashes.dispatchEvent(new Event("crash"));
  });
  return ConnectFlow;
}

async function start(address, early) {
  taken ??= [fetch, globalThis.MessagePort?.prototype.postMessage];
  const from = source ?? address();
  let problem;
  try {
    // An answer that nobody checked is none where a hash was named.
    if (!spent) return await join(makeGlue, source || hash ? from : early || from);
  } catch (error) {
    problem = error;
  }
  try {
    // Where not even the empty module runs, the page or the browser forbids WebAssembly.
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch {
    throw stop("wasm_blocked", "script-src lacks 'wasm-unsafe-eval'");
  }
  if (from instanceof Response) throw problem;
  // A script that is outdated keeps its name in this page and in caches, so it is asked for under another. Bundlers must
  // leave the name alone: theirs carry a hash, so that no outdated pair can arise, and the glue that is here will do.
  const name = `./life.js?${Date.now()}`;
  let make;
  try {
    ({ makeGlue: make } = await import(/* webpackIgnore: true */ /* @vite-ignore */ name));
  } catch {}
  return join(make ?? makeGlue, from, "reload");
}

/**
 * The component's class, loaded once a page; after a failure the next call tries again.
 * @param {() => URL} address of the package's own wasm, which not every bundle has
 * @param {import("./connect-flow.js").PreloadOptions} [options]
 * @param {Promise<Response> | 0} [early] its server's answer, if it was asked before this loader was there
 */
export function load(address, options, early) {
  // Nothing that the page's own prototypes were given is an option; and what is loaded is not to be replaced.
  const { wasm, second, integrity } = { __proto__: null, ...(!loads() && options) };
  source = wasm ?? source;
  secondSource = second ?? secondSource;
  hash = integrity ?? hash;
  return (loading ??= start(address, early).catch((error) => {
    loading = undefined;
    throw error.code === "wasm_blocked" ? error : failed(error);
  }));
}

/** As `load`, with what is beyond the list of apps: it cannot be called before it is here. */
export async function whole(address, options, early) {
  const Component = await load(address, options, early);
  await finish().catch((error) => {
    throw failed(error);
  });
  return Component;
}

/** An error that the host can tell from others. */
export const stop = (code, message) => Object.assign(Error(message), { code });
const failed = ({ message }) => stop("load_failed", message);

/** Whether loading has begun: what is patched later is not seen by the component. */
export const loads = () => !!(loading ?? spent);
