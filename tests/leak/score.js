// `cargo xtask leak --mutants`: lets each mutant leak through the short form's scenarios and counts those that are found.
import { running } from "./running.js";
import { MUTANTS } from "./mutants.js";

const wanted = process.argv.slice(2);
const chosen = MUTANTS.filter(({ number, name }) => wanted.length === 0 || wanted.includes(String(number)) || wanted.includes(name));
const scene = await running("chromium", process.env.CONNECT_FLOW_SITE);
let caught = 0;
try {
  for (const mutant of chosen) caught += Number(await finds(mutant));
  // The same component without a leak: what is found in it, or is left over by now, proves nothing.
  await nothing();
} finally {
  await scene.stop();
}
console.log(`${caught}/${chosen.length} mutants caught`);
if (caught < chosen.length) process.exitCode = 1;

async function nothing() {
  for (const run of new Set(chosen.map((mutant) => mutant.run))) {
    const probe = await scene.probe();
    await run(probe, {});
    if (probe.findings.length) throw new Error(`found without a mutant:\n${probe.report()}`);
  }
}

/** Whether a leak is found in the sink that it goes through. @param {import("./mutants.js").Mutant} mutant */
async function finds({ name, number, replacement, sinks, run }) {
  const probe = await scene.probe();
  const { stage } = scene;
  stage.replacement = replacement;
  const isHit = ({ sink }) => sinks.includes(sink);
  const enough = new Error("found");
  probe.onLook = () => {
    if (probe.findings.some(isHit)) throw enough;
  };
  let broken = "";
  try {
    await run(probe, { elsewhere: stage.elsewhere, ...(number && { mutant: String(number) }) });
  } catch (problem) {
    // Some leaks break the component: what it leaked before is what counts.
    if (problem !== enough) broken = ` (ended early: ${problem.message.split("\n")[0].slice(0, 80)})`;
    if (broken) await probe.look("after it broke").catch(() => {});
    if (broken) await probe.lookIntoMemory("after it broke").catch(() => {});
  }
  if (replacement && stage.replaced === 0) throw new Error(`${name}: nothing was replaced in ${replacement.file}`);
  const found = [...new Set(probe.findings.map(({ sink }) => sink))];
  const hit = probe.findings.find(isHit);
  const verdict = hit ? `caught in ${hit.sink} at "${hit.step}": ${hit.secret}` : "NOT caught there";
  const elsewhere = found.filter((sink) => sink !== hit?.sink).join(", ");
  console.log(`${hit ? "ok " : "BAD"} ${number ?? "js"} ${name}: ${verdict}${elsewhere && `; also in ${elsewhere}`}${broken}`);
  return Boolean(hit);
}
