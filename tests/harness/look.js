// Opens a page in Chromium and waits for an app of that name in the component: `node look.js ADDRESS NAME`.
import { startingWith } from "../flow/steps.js";
import { start } from "./browsers.js";
import { HostPage } from "./page.js";

const [address, name] = process.argv.slice(2);
const { driver, quit } = await start("chromium");
const page = new HostPage(driver, { host: address });
try {
  await driver.get(address);
  await page.waitForScreen("list");
  await page.find("button", startingWith(name));
  console.log(`Chromium shows ${address} with ${name} in the list`);
} catch (problem) {
  console.error([problem.message, ...(await page.console())].join("\n"));
  process.exitCode = 1;
} finally {
  await quit();
}
