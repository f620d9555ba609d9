// A reporter for `node --test`: a line for each test that ran, `ok` or `failed` and its name, for the coverage table.
// The file that a test is in is not known here: suites are made by helpers.
const AREA = process.env.CONNECT_FLOW_AREA;

export default async function* names(source) {
  for await (const { type, data } of source) {
    const verdict = { "test:pass": "ok", "test:fail": "failed" }[type];
    if (!verdict || data.details?.type === "suite" || data.skip !== undefined || data.todo !== undefined) continue;
    yield `${verdict} browser:${AREA}#${data.name}\n`;
  }
}
