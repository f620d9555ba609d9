// One browser and one stage for several scenarios, in the order a test file or a score asks for.
import { start } from "../harness/browsers.js";
import { DevTools } from "./devtools.js";
import { Probe } from "./probe.js";
import { Stage } from "./servers.js";

/** @param {import("../harness/browsers.js").BrowserName} browser @param {string} site */
export async function running(browser, site) {
  const stage = await Stage.start(site);
  const started = await start(browser);
  const { driver } = started;
  const tools = browser === "chromium" ? await DevTools.attach(driver) : undefined;
  return {
    stage,
    driver,
    /** A probe with nothing left over from the one before. */
    async probe() {
      // A window of its own has no history.
      const before = await driver.getAllWindowHandles();
      await driver.switchTo().newWindow("tab");
      const own = await driver.getWindowHandle();
      for (const handle of before) {
        await driver.switchTo().window(handle);
        await driver.close();
      }
      await driver.switchTo().window(own);
      for (const origin of tools ? [stage.host, stage.platform] : []) {
        await driver.sendDevToolsCommand("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
      }
      await stage.reset();
      return new Probe({ browser, driver, tools }, stage);
    },
    async stop() {
      tools?.close();
      await started.quit();
      await stage.stop();
    },
  };
}
