// `cargo xtask soak`: for as many minutes as are wanted.
import { browserNames } from "../harness/browsers.js";
import { record } from "../harness/proof.js";
import { soak } from "./soak.js";

const minutes = Number(process.env.CONNECT_FLOW_SOAK_MINUTES);
const seed = Number(process.env.CONNECT_FLOW_SEED);
const [browser] = browserNames();
console.log(`seed ${seed}, ${minutes} minutes in ${browser}`);
const { problems, ...counts } = await soak({ browser, minutes, seed, say: console.log });
for (const problem of problems) console.log(problem);
console.log(JSON.stringify(counts));
await record({ minutes, components: 20, ...counts, problems: problems.length, seed, browser });
process.exitCode = problems.length > 0 ? 1 : 0;
