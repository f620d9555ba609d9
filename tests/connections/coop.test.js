// Cross-Origin-Opener-Policy cuts the page off from the provider's window; the poll finds the account all the same.
import { suite } from "../harness/index.js";
import { connectByOAuth } from "../flow/steps.js";

const VALUES = ["unsafe-none", "same-origin-allow-popups", "same-origin", "noopener-allow-popups"];

const tests = {};
for (const host of VALUES) {
  for (const provider of VALUES) {
    tests[`host ${host}, provider ${provider} (P2)`] = async ({ page, sandbox }) => {
      await sandbox.setSwitches({ provider_coop: provider });
      await page.open({ coop: host });
      await connectByOAuth(page, "Tally Books");
    };
  }
}

suite("under every Cross-Origin-Opener-Policy an account connects", {}, tests);
