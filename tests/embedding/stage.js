// What the tests of the element share: its page, and how they act in it.

/** Opens the page and waits for its script. */
export async function open({ page, driver }, name = "embedding.html") {
  await page.open({}, name);
  await page.waitFor(() => driver.executeScript("return window.ready === true"), "the page's script");
}

/** Runs a function's text in the page, and waits for it. */
export const run = (driver, act) => driver.executeScript(`return inTask(async () => { ${act} })`);

/** The codes of the errors told so far. */
export const codes = async (page) => (await page.eventsNamed("flow-error")).map((event) => event.detail.code);

/** What the alert of the embedded component says. */
export const alert = (driver) =>
  driver.executeScript("return flow.shadowRoot.querySelector('[role=alert]')?.textContent ?? null");
