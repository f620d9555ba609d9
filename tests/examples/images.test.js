// The README's pictures of the main screens: CONNECT_FLOW_IMAGES=1 takes them anew, else they are compared by their size.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { By } from "selenium-webdriver";
import { chooseApp } from "../flow/steps.js";
import { suite } from "../harness/index.js";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const files = fileURLToPath(new URL("../../examples/html/dist", import.meta.url));
const APP = "Tally Books";

/** Width and height of a PNG, from its first chunk. */
const size = (png) => [png.readUInt32BE(16), png.readUInt32BE(20)];

suite("the README's pictures", { sandbox: ["--pages", files], browsers: ["chromium"] }, {
  "show the screens as they are": async ({ page, driver }) => {
    const take = async (name) => {
      // Past the motion that explains a change of screens, and icons.
      await driver.sleep(600);
      const shot = Buffer.from(await driver.findElement(By.css("connect-flow")).takeScreenshot(), "base64");
      if (process.env.CONNECT_FLOW_IMAGES) writeFileSync(`${folder}${name}.png`, shot);
      const [width, height] = size(readFileSync(`${folder}${name}.png`));
      const [nowWidth, nowHeight] = size(shot);
      assert.equal(width, nowWidth, name);
      // Other fonts make other lines.
      assert.ok(Math.abs(height - nowHeight) <= nowHeight / 5, `${name}: ${height} px high, ${nowHeight} now`);
    };
    await driver.manage().window().setRect({ width: 1100, height: 1300 });
    await page.open({}, "index.html");
    await page.waitForScreen("list");
    await take("list");
    await chooseApp(page, APP);
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
    await take("consent");
    await page.click("button", `Continue to ${APP}`);
    const provider = await page.popup();
    await page.back();
    await take("waiting");
    await driver.switchTo().window((await driver.getAllWindowHandles()).find((handle) => handle !== page.window));
    await provider.signIn();
    await provider.allow();
    await page.back();
    await page.waitForScreen("connected");
    await take("connected");
  },
});
