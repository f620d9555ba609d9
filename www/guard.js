// Becomes a part of the glue: joins the second module to the first, and never calls an instance again that has broken
// down, whose memory it empties.

// Wrappers that the page installs later never see the memory.
const { instantiate } = WebAssembly;

let broken;
/** The exports as they are, for the second module alone. */
let own;
/** Gives the second module; `null` where there is none. */
let second;
let arriving;
let arrived = false;

/**
 * To be told before the first module begins, and never again: whoever gives the second one gets the memory.
 * @param {(() => Promise<WebAssembly.Module>) | null} get
 */
export function completeBy(get) {
  if (second === undefined) second = get;
}

/** Whether all of the component is here. */
function isComplete() {
  return !second || arrived;
}

/** Gets what is not here yet, once; where it failed, the next call tries again. */
export async function complete() {
  if (isComplete()) return;
  arriving ??= join().catch((error) => {
    arriving = undefined;
    throw error;
  });
  return arriving;
}

async function join() {
  await instantiate(await second(), { ...__wbg_get_imports(), b: own });
  arrived = true;
}

/** @param {number} ms */
function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/** Told once, when the wasm has broken down. @param {() => void} tell */
export function whenBroken(tell) {
  broken = tell;
}

/**
 * The exports, each watched for what no panic hook hears of: a trap, the end of the stack or of memory. Those with a
 * number for a name are the second module's.
 */
function guard(exports) {
  own = exports;
  const guarded = {};
  for (const [name, item] of Object.entries(exports)) {
    if (/^\d/.test(name)) continue;
    guarded[name] =
      typeof item === "function"
        ? (...given) => {
            try {
              return item(...given);
            } catch (error) {
              if (error instanceof WebAssembly.RuntimeError || /^(Range|Internal)Error$/.test(error?.name)) discard();
              throw error;
            }
          }
        : item;
  }
  return guarded;
}

function discard() {
  if (!broken) return;
  const { buffer } = wasm.memory;
  // Timers, listeners and answers that still come find nothing to call; wasm may be running below this, so that its
  // memory is emptied later in this task.
  wasm = new Proxy(wasm, { get: (own, name) => (typeof own[name] === "function" ? () => {} : own[name]) });
  queueMicrotask(() => new Uint8Array(buffer).fill(0));
  own = undefined;
  broken();
  broken = undefined;
}
