// OAuth in a browser against an authorization server that is not ours.
import assert from "node:assert/strict";
import { after } from "node:test";
import { By } from "selenium-webdriver";
import { startIndependentProvider } from "../conformance/independent-provider.js";
import { chooseApp, consent } from "../flow/steps.js";
import { suite } from "../harness/index.js";

const APP = "Independent";
const provider = await startIndependentProvider();
after(() => provider.stop());

/** From the list to the login page of the independent server, in the popup. */
async function toLogin(page) {
  await page.open();
  await chooseApp(page, APP);
  await consent(page, APP);
  await page.popup();
  await page.waitFor(() => page.driver.findElement(By.name("login")), "the login page");
}

suite("an independent authorization server", { sandbox: provider.options }, {
  // First: whoever is signed in at the server is not asked again.
  "declined: nothing is connected, and the user has a choice (P4)": async ({ page }) => {
    await toLogin(page);
    // In a task of its own: a driver that waits for the click finds its window gone.
    const abort = await page.driver.findElement(By.css("a[href$='/abort']"));
    await page.driver.executeScript("setTimeout(() => arguments[0].click(), 300)", abort);
    await page.back();
    await page.waitForNoPopup();
    await page.find("button", "Open it again");
    assert.equal((await page.eventsNamed("account-connected")).length, 0);
    assert.doesNotMatch(await page.text(), /error=|access_denied/);
  },

  "connects": async ({ page }) => {
    await toLogin(page);
    await page.driver.findElement(By.name("login")).sendKeys("ada");
    await page.driver.findElement(By.name("password")).sendKeys("any");
    await page.driver.findElement(By.css("button[type=submit]")).click();
    await page.waitFor(async () => (await page.driver.findElements(By.name("login"))).length === 0, "consent");
    await page.driver.findElement(By.css("button[type=submit]")).click();
    await page.back();
    await page.waitForScreen("connected");
    await page.waitForNoPopup();
    assert.match(await page.text(), /ada@independent\.example/);
    assert.equal((await page.eventsNamed("account-connected")).length, 1);
    assert.doesNotMatch(JSON.stringify(await page.events()), /independent\.example/);
  },
});
