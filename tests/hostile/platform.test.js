// A platform that answers nonsense: whatever it says, the component goes on, runs nothing and asks nobody else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { browserNames } from "../harness/browsers.js";
import { liveSessions, seedsFrom } from "./sessions.js";

const SESSIONS = Number(process.env.CONNECT_FLOW_HOSTILE_SESSIONS ?? 30);
/** Fixed, so that a run shows the same as the one before; `cargo xtask hostile` takes a fresh one. */
const SEED = Number(process.env.CONNECT_FLOW_SEED ?? 1);
/** Sessions that once found something: an app's screen that waits for ever for an answer about another app. */
const FOUND = [1187];

describe("a hostile platform", () => {
  for (const browser of browserNames()) {
    // Slower by far: a test of the same length.
    const sessions = browser === "webkit" ? Math.ceil(SESSIONS / 5) : SESSIONS;
    it("N8 N10 N11 N12: mutated answers crash, run and reach nothing, and leave a way on", { timeout: 180_000 }, async () => {
      const total = await liveSessions({ browser, seeds: [...seedsFrom(SEED, sessions), ...FOUND] });
      assert.deepEqual(total.problems, []);
      assert.equal(total.sessions, sessions + FOUND.length);
      // A proxy that spoils nothing, or users that get nowhere, would prove nothing.
      assert.ok(total.spoilt > sessions, `${total.spoilt} answers spoilt`);
      for (const screen of ["list", "app", "consent", "configure"]) assert.ok(total.screens[screen] > 0, `never on ${screen}`);
    });
  }
});
