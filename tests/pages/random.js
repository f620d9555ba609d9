// Chance from a seed: the same seed, the same choices, in the page and in the tests' own process.

/** @param {number} seed a 32-bit number @returns {() => number} numbers of [0, 1) */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** A seed from a text. @param {string} text */
export function seedOf(text) {
  let hash = 2_166_136_261;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619);
  return hash >>> 0;
}

/** @template T @param {() => number} next @param {readonly T[]} list @returns {T} */
export const pick = (next, list) => list[Math.floor(next() * list.length)];

/** A whole number of [0, below). @param {() => number} next @param {number} below */
export const below = (next, below) => Math.floor(next() * below);
