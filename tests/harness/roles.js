// Finds elements as assistive technology does: by computed role and accessible name, through open shadow roots.

/** Elements that can have a role without the attribute. */
const NATIVE = {
  alert: "",
  alertdialog: "",
  button: "button, summary, input[type=button], input[type=submit]",
  checkbox: "input[type=checkbox]",
  combobox: "select",
  dialog: "dialog",
  group: "fieldset",
  heading: "h1, h2, h3, h4, h5, h6",
  img: "img, svg",
  link: "a[href]",
  list: "ul, ol",
  listitem: "li",
  option: "option",
  progressbar: "progress",
  radio: "input[type=radio]",
  region: "section",
  searchbox: "input[type=search]",
  status: "output",
  switch: "",
  textbox: "input:not([type]), input[type=text], input[type=password], input[type=email], input[type=url], textarea",
};

/** Runs in the page: the visible elements under `root` that can have the role, through open shadow roots. */
function candidates(selector, root) {
  const found = [];
  const visit = (node) => {
    for (const element of node.querySelectorAll("*")) {
      if (element.matches(selector) && element.checkVisibility({ visibilityProperty: true })) found.push(element);
      if (element.shadowRoot) visit(element.shadowRoot);
    }
  };
  visit(root ?? document);
  return found;
}

/**
 * The visible elements of a role, and of an accessible name if one is given.
 * @param {import("selenium-webdriver").WebDriver} driver
 * @param {keyof typeof NATIVE} role
 * @param {string | RegExp} [name] a string is the whole name
 * @returns {Promise<import("selenium-webdriver").WebElement[]>}
 */
export async function allByRole(driver, role, name) {
  if (!(role in NATIVE)) throw new Error(`add the role ${role} to harness/roles.js`);
  const selector = [`[role="${role}"]`, NATIVE[role]].filter(Boolean).join(", ");
  const elements = await driver.executeScript(`return (${candidates})(arguments[0])`, selector);
  const found = [];
  for (const element of elements) {
    if (name !== undefined && !matches(await element.getAccessibleName(), name)) continue;
    if ((await element.getAriaRole()) === role) found.push(element);
  }
  return found;
}

/** @param {string} actual @param {string | RegExp} wanted */
function matches(actual, wanted) {
  const text = actual.replace(/\s+/g, " ").trim();
  return typeof wanted === "string" ? text === wanted : wanted.test(text);
}
