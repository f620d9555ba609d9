// Leaves the counts of a long run where `cargo xtask proof` finds them.
import { writeFile } from "node:fs/promises";

/** @param {Record<string, string | number>} counts one line of docs/proof.md, by what is counted */
export async function record(counts) {
  const file = process.env.CONNECT_FLOW_PROOF;
  if (file) await writeFile(file, `${JSON.stringify(counts, null, 2)}\n`);
}
