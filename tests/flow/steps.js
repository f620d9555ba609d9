// The steps that several tests of the flow share.

/** From the list to an app's screen. @param {import("../harness/page.js").HostPage} page @param {string} app */
export async function chooseApp(page, app) {
  await page.waitForScreen("list");
  await page.click("button", startingWith(app));
  await page.waitForScreen("app");
}

/** From an app's screen past consent. @param {import("../harness/page.js").HostPage} page @param {string} app */
export async function consent(page, app) {
  await page.click("button", "Connect");
  await page.waitForScreen("consent");
  await page.click("button", `Continue to ${app}`);
}

/** From the list to connected. @param {import("../harness/page.js").HostPage} page @param {string} app */
export async function connectByOAuth(page, app) {
  await chooseApp(page, app);
  await consent(page, app);
  const provider = await page.popup();
  await provider.signIn();
  await provider.allow();
  await page.back();
  await page.waitForScreen("connected");
}

/** An app's row is named by the app first, then by what it is for. @param {string} name */
export function startingWith(name) {
  return new RegExp(`^${RegExp.escape?.(name) ?? name.replace(/[^\w\s]/g, "\\$&")}\\b`);
}
