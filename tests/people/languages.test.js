// Every word through the catalog, in the language of the page, with room for longer ones, from either side.
import assert from "node:assert/strict";
import { enterFrame } from "../connections/frame-steps.js";
import { chooseApp } from "../flow/steps.js";
import { suite } from "../harness/index.js";
import { cut, eachScreen, openGallery } from "./screens.js";

/** What the gallery's platform, host and user say: no words of the interface. */
const DATA = [
  "Harbor CRM", "Tally Books", "Söder Mail", "Beacon Chat", "Lumen Drive", "Orbit Tasks", "Quill Notes", "Vela Ads",
  "Contacts, deals and the history of each customer", "Invoices and payments",
  "Newsletters and automations for people who like long descriptions", "Team messaging", "Files and folders",
  "Projects, boards and due dates", "Campaigns and audiences", "sales", "finance", "communication", "storage",
  "Northwind", "Refold", "ada@northwind.example", "grace@northwind.example", "billing@northwind.example",
  "req_8f3a27c1", "messages.read", "messages.write", "channels.read", "The key has been revoked.", "zzz", "soder",
  "API key", "Server address", "Region", "Europe", "United States", "Under Settings, Developers, API keys.", "https://…",
  "Subdomain", "The part before .soder.example in your address.",
  "Folder", "New documents are put here.", "Documents", "Receipts", "Invoices", "Office", "Not before", "Labels", "Paid",
  "Open", "Overdue", "Columns", "Rules", "Here", "There", "Total", "Due", "Amount", "Date", "Which documents", "Attribute",
  "Owner", "Limit", "More", "From tomorrow", "as it is", "Copy invoices", "Each new invoice, within a minute.", "Copy to",
  "Weekly summary", "The folder does not exist.", '"a": 1',
];

/** In the page: texts of the interface, read or read out, that hold a letter which the catalog's own words do not. */
function literals(state, root, data) {
  const found = [];
  const say = (text, where) => {
    let rest = text;
    for (const known of data) rest = rest.replaceAll(known, "");
    // Dates are the browser's words.
    rest = rest.replace(/\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d+, \d{4}(, [\d:]+\s?[AP]M)?/g, "");
    if (/[A-Za-z]/.test(rest)) found.push(`${where}: ${text}`);
  };
  const walk = document.createTreeWalker(root.querySelector(".cf"), NodeFilter.SHOW_TEXT);
  // A tile's letter is the first of a name.
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (!node.parentElement.closest(".tile")) say(node.data, "text");
  }
  for (const element of root.querySelectorAll("[aria-label], [placeholder], [title], [alt]")) {
    for (const name of ["aria-label", "placeholder", "title", "alt"]) say(element.getAttribute(name) ?? "", name);
  }
  return found;
}

// The same in every browser: one is enough.
suite("the pseudo-locales", { browsers: ["chromium"] }, {
  "no word of the interface escapes the catalog, and longer words are not cut at 320 px": async (scene) => {
    const byLength = [...DATA].sort((a, b) => b.length - a.length);
    for (const dir of ["ltr", "rtl"]) {
      await openGallery(scene, { words: "longer", width: "320", dir });
      assert.deepEqual(await eachScreen(scene.driver, literals, byLength), {});
      assert.deepEqual(await eachScreen(scene.driver, cut), {}, dir);
      const screens = await eachScreen(scene.driver, (_, root) => {
        const { lang, dir } = root.querySelector(".cf");
        return `${lang} ${dir}`;
      });
      assert.deepEqual([...new Set(Object.values(screens))], [dir === "rtl" ? "ar-XB rtl" : "en-XA ltr"]);
    }
  },
});

suite("languages", {}, {
  "a page speaks its own language, the option another, and each comes when it is asked for": async ({ driver, page }) => {
    await page.open();
    await page.find("searchbox", "Search apps");
    await page.open({ locale: "de" });
    await page.waitForScreen("list");
    await page.find("searchbox", "Apps suchen");
    const spoken = () =>
      driver.executeScript(`const { lang, dir } = document.querySelector("connect-flow").shadowRoot.querySelector(".cf");
        return lang + " " + dir;`);
    assert.equal(await spoken(), "de ltr");
    const speak = (locale) =>
      driver.executeScript(`document.querySelector("connect-flow").locale = arguments[0]`, locale);
    await speak("he-IL");
    await page.find("searchbox", "חיפוש אפליקציות");
    assert.equal(await spoken(), "he-IL rtl");
    // Not among them: English, and said to be English.
    await speak("is");
    await page.find("searchbox", "Search apps");
    assert.equal(await spoken(), "en ltr");
    const files = await driver.executeScript(`return performance.getEntriesByType("resource").map(({ name }) => name)
      .filter((name) => name.includes("/locales/")).map((name) => name.split("/").pop())`);
    assert.deepEqual(files, ["de.json", "he.json"]);
  },

  "every text can be replaced by the host, in whatever language": async ({ page }) => {
    await page.open({ locale: "ja", strings: JSON.stringify({ "list.search": "連携先をさがす" }) });
    await page.find("searchbox", "連携先をさがす");
    await page.find("heading", "アプリを接続");
  },

  "the language of the page around it counts where none is set": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await driver.executeScript(`const flow = document.querySelector("connect-flow");
      const box = document.body.appendChild(document.createElement("div"));
      box.lang = "pt";
      box.append(flow);
      const again = flow.cloneNode();
      again.getSessionToken = flow.getSessionToken;
      flow.replaceWith(again);`);
    await page.find("searchbox", "Buscar aplicativos");
  },

  "keys are asked for in the language of the page, in their frame of another origin, too": async ({ driver, page }) => {
    await page.open({ locale: "fr" });
    await chooseApp(page, "Ferry Desk");
    await page.click("button", "Connecter");
    await page.click("button", "Continuer vers Ferry Desk");
    await page.waitForScreen("credentials");
    await enterFrame(page);
    const said = await driver.executeScript(`const root = document.querySelector("body > div").shadowRoot;
      return [root.querySelector(".cf").lang, root.querySelector("[type=submit]").textContent]`);
    assert.deepEqual(said, ["fr", "Connecter"]);
  },
});
