// What a component goes through while every sink is watched. Each scenario leaves no token behind, and looks for it.
import { typedKey } from "./canaries.js";

/** @typedef {import("./probe.js").Probe} Probe */

const script = (probe, text, ...args) => probe.driver.executeScript(text, ...args);
const last = (probe) => probe.stage.tokens.at(-1);

/** Ends the session, after which neither memory nor heap has a secret left. @param {Probe} probe */
async function end(probe, options = {}) {
  await script(probe, "leakHandle().end()");
  await probe.told("session-ended");
  await probe.look("ended", options);
  await probe.lookIntoMemory("ended", options);
  await probe.lookIntoHeaps("ended");
}

/** Takes the component out of the page, with the same demand. @param {Probe} probe */
async function unmount(probe, step) {
  await script(probe, "leakHandle().unmount()");
  await probe.look(step);
  await probe.lookIntoMemory(step);
}

/** A key typed into the page itself, refused by nobody. @param {Probe} probe */
export async function keysInThePage(probe, parameters = {}) {
  await probe.open({ credentials: "inline", ...parameters });
  await probe.choose("In-house API");
  await probe.shows("credentials");
  await probe.look("asked for a key");
  await probe.type(probe.stage.canaries.add("CAN_CRED", typedKey()));
  await probe.look("a key typed", { typed: true });
  await probe.submit();
  await probe.shows("connected");
  await probe.look("connected");
  await probe.lookIntoMemory("connected", { live: last(probe) });
  await end(probe);
}

/** A key typed into the frame, with a swap of the token in between. @param {Probe} probe */
export async function keysInTheFrame(probe, parameters = {}) {
  await probe.open({ credentials: "frame", ...parameters });
  await probe.choose("In-house API");
  await probe.enterFrame();
  await probe.type(probe.stage.canaries.add("CAN_CRED", typedKey()));
  await probe.leaveFrame();
  await probe.look("a key typed in the frame", { inFrame: true, typed: true });
  await script(probe, "return leakMint()");
  await probe.told("session-renewed");
  await probe.lookIntoMemory("swapped", { live: last(probe), inFrame: true, keys: false });
  await probe.enterFrame();
  await probe.submit();
  await probe.leaveFrame();
  await probe.shows("connected");
  await probe.look("connected");
  await end(probe);
}

/** Signing in at a provider. @param {Probe} probe */
export async function oauth(probe, parameters = {}) {
  await probe.open(parameters);
  await probe.choose("Tally Books");
  await probe.signIn();
  await probe.shows("connected");
  await probe.look("connected by OAuth");
  await probe.lookIntoMemory("connected by OAuth", { live: last(probe) });
  await end(probe);
}

/** A window that is open while the component goes. @param {Probe} probe */
async function unmountWhileWaiting(probe) {
  await probe.open();
  await probe.choose("Tally Books");
  await probe.shows("waiting");
  await probe.look("waiting");
  await unmount(probe, "unmounted while waiting");
  await probe.lookIntoHeaps("unmounted while waiting");
}

/** @param {Probe} probe */
async function unmountAtEachScreen(probe) {
  const ways = {
    loading: async () => {},
    list: () => probe.shows("list"),
    app: async () => {
      await probe.shows("list");
      await probe.press("Tally Books");
      await probe.shows("app");
    },
    consent: async () => {
      await probe.shows("list");
      await probe.press("Tally Books");
      await probe.press("Connect");
      await probe.shows("consent");
    },
    credentials: async () => {
      await probe.choose("In-house API");
      await probe.type(probe.stage.canaries.add("CAN_CRED", typedKey()));
    },
  };
  for (const [screen, reach] of Object.entries(ways)) {
    await probe.open({ credentials: "inline" });
    await reach();
    await unmount(probe, `unmounted at ${screen}`);
  }
  await probe.lookIntoHeaps("unmounted");
}

/** Swapped ten times, then over without a successor. @param {Probe} probe */
export async function swapAndExpiry(probe) {
  await probe.open({ way: "push" });
  await probe.shows("list");
  for (let swap = 0; swap < 10; swap += 1) {
    if (swap === 9) probe.stage.minting = { lifetime: 3 };
    await script(probe, "return leakMint()");
  }
  await probe.lookIntoMemory("swapped ten times", { live: last(probe) });
  await probe.told("session-expired");
  await probe.look("expired");
  await probe.lookIntoMemory("expired");
  await probe.lookIntoHeaps("expired");
  await end(probe);
}

/** Every token is refused, again and again. @param {Probe} probe */
async function storm(probe) {
  const { stage } = probe;
  await probe.open();
  await probe.shows("list");
  stage.dead.add(last(probe));
  await probe.press("Tally Books");
  await probe.told("session-renewed");
  await probe.look("one 401");
  stage.tokens.forEach((token) => stage.dead.add(token));
  stage.minting = { lifetime: 900, status: 500 };
  await probe.press("Connect").catch(() => {});
  await script(probe, "leakHandle().retry()");
  await probe.press("Continue to Tally Books").catch(() => {});
  await probe.told("session-expired");
  await probe.look("401 without end");
  await probe.lookIntoMemory("401 without end");
  await end(probe);
}

/** The page goes away, perhaps for good. @param {Probe} probe */
async function pagehide(probe) {
  await probe.open();
  await probe.shows("list");
  await script(probe, "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))");
  await probe.look("hidden");
  await probe.lookIntoMemory("hidden");
  await probe.lookIntoHeaps("hidden");
  await script(probe, "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
  await probe.told("session-renewed");
  await probe.lookIntoMemory("shown again", { live: last(probe) });
  await end(probe);
}

/** What is no session token, or more than one. @param {Probe} probe */
async function wrongTokens(probe) {
  const codes = { key: "api_key_in_browser", more: "refresh_token_in_browser", html: undefined, attribute: "token_attribute_forbidden" };
  for (const [kind, code] of Object.entries(codes)) {
    probe.stage.minting = { lifetime: 900, kind };
    await probe.open({ way: kind === "attribute" ? "attribute" : "callback" });
    await (code ? probe.told("flow-error", code) : probe.told("session-renewal-failed"));
    await probe.look(`given ${kind}`);
    await probe.lookIntoMemory(`given ${kind}`, { live: kind === "more" ? last(probe) : undefined });
  }
  probe.stage.minting = { lifetime: 900 };
  await unmount(probe, "unmounted after wrong tokens");
}

const FAULTS = [
  { status: 403 }, { status: 404 }, { status: 409 }, { status: 422 }, { status: 429, retry_after: 1, times: 1 },
  { status: 500 }, { body: "html" }, { body: "empty" }, { body: "truncated" }, { body: "wrong-type" }, { body: "cut" },
  { drop: "before" }, { status: 401, times: 1 },
];

/** Whatever a platform answers in the place of an account. @param {Probe} probe */
async function faults(probe) {
  const { sandbox } = probe.stage;
  try {
    for (const fault of FAULTS) {
      const name = JSON.stringify(fault);
      await sandbox.resetAccounts();
      await probe.open({ credentials: "inline" });
      await probe.choose("In-house API");
      await probe.type(probe.stage.canaries.add("CAN_CRED", typedKey()));
      await sandbox.setSwitches({ match: { method: "POST" }, ...fault });
      await probe.submit();
      const idle = "return !document.querySelector('connect-flow').shadowRoot.querySelector('[aria-busy=true]')";
      await probe.until(() => script(probe, idle), `an end of ${name}`);
      await probe.look(name, { typed: true });
      await unmount(probe, `unmounted after ${name}`);
      await sandbox.clearSwitches();
    }
  } finally {
    await sandbox.clearSwitches();
  }
}

/** `short`: part of every run. `only`: what no other browser has. */
export const SCENARIOS = {
  "R5 R25 R28 F8 A12 P13: a key typed in the frame, the token swapped meanwhile, and the end": { run: keysInTheFrame, short: true },
  "R31 F2 F12 S12 A28: signing in at the provider, and the end": { run: oauth, short: true },
  "a key typed in the page itself, and the end": { run: keysInThePage },
  "M4: ten swaps and an expiry leave one copy of the token, and none": { run: swapAndExpiry, short: true },
  "the page's policy as strict as the documentation has it": {
    run: async (probe) => {
      await keysInTheFrame(probe, { strict: "" });
      await oauth(probe, { strict: "" });
    },
  },
  "a token that is pushed": { run: (probe) => keysInThePage(probe, { way: "push" }) },
  "no script but an address": { run: (probe) => keysInThePage(probe, { way: "session-url" }) },
  "unmounted at each screen": { run: unmountAtEachScreen },
  "unmounted while the provider's window is open": { run: unmountWhileWaiting },
  "401 without end": { run: storm },
  "hidden and shown again": { run: pagehide },
  "what is no session token": { run: wrongTokens },
  "every fault of a platform": { run: faults },
};
