// Becomes a part of the glue: an instance that has broken down is never called again, and its memory is emptied.

let broken;

/** Told once, when the wasm has broken down. @param {() => void} tell */
export function whenBroken(tell) {
  broken = tell;
}

/** The exports, each watched for what no panic hook hears of: a trap, the end of the stack or of memory. */
function guard(exports) {
  const guarded = {};
  for (const [name, item] of Object.entries(exports)) {
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
  broken();
  broken = undefined;
}
