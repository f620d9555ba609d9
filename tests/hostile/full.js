// `cargo xtask hostile`: as many mutated sessions as are wanted, from a seed that it prints.
import { liveSessions, seedsFrom } from "./sessions.js";
import { browserNames } from "../harness/browsers.js";
import { record } from "../harness/proof.js";

const sessions = Number(process.env.CONNECT_FLOW_HOSTILE_SESSIONS);
const first = Number(process.env.CONNECT_FLOW_SEED);
const [browser] = browserNames();
console.log(`seed ${first}, ${sessions} sessions in ${browser}`);
// Ended early, it counts what came to its end.
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort());
const seeds = seedsFrom(first, sessions);
const total = await liveSessions({ browser, seeds, browsers: 3, signal: stop.signal, say: (line) => console.log(line) });
console.log(`visits by screen: ${JSON.stringify(total.screens)}; the longest pause of a page: ${total.pause} ms`);
const { spoilt, pause } = total;
await record({ sessions: total.sessions, spoilt, problems: total.problems.length, pause_ms: pause, seed: first, browser });
process.exitCode = total.problems.length > 0 || total.sessions !== sessions ? 1 : 0;
