// What assistive technology is told: roles and names as each browser computes them; and life inside a host's dialog.
import assert from "node:assert/strict";
import { Key } from "selenium-webdriver";
import { suite } from "../harness/index.js";
import { openGallery } from "./screens.js";

/** By screen: a role, a name, and an attribute that must be so. */
const TOLD = {
  list: [
    ["searchbox", "Search apps"],
    ["button", "All", "aria-pressed", "true"],
    ["button", "Tally Books Invoices and payments Needs attention"],
    ["heading", "Connect an app"],
    ["list", "Connect an app"],
  ],
  "app-removal": [
    ["button", "Back"],
    ["heading", "Disconnect Harbor CRM?"],
    ["button", "Keep"],
  ],
  consent: [
    ["heading", "Northwind will be able to"],
    ["button", "Continue to Beacon Chat"],
    ["link", "Terms", "rel", "noopener noreferrer"],
  ],
  "credentials-errors": [
    ["button", "Show API key", "aria-pressed", "false"],
    ["textbox", "Server address", "aria-invalid", "true"],
    ["combobox", /^Region/, "aria-required", "false"],
    ["button", "API key: Enter a value"],
  ],
  "configure-workflows": [
    ["switch", "Copy invoices", "aria-checked", "true"],
    ["switch", "Weekly summary", "aria-checked", "false"],
    ["button", "Workflows", "aria-current", "step"],
  ],
  "configure-rules": [
    ["combobox", "Which conditions must be met"],
    ["button", "Remove condition"],
  ],
};

suite("roles and names", {}, {
  "each browser computes the same": async (scene) => {
    for (const [state, told] of Object.entries(TOLD)) {
      await openGallery(scene, { state });
      for (const [role, name, attribute, value] of told) {
        // WebKitGTK's driver has no name of the standard for the role of a selection.
        if (role === "combobox" && scene.browser === "webkit") continue;
        const element = await scene.page.find(role, name, 3_000);
        if (attribute) assert.equal(await element.getAttribute(attribute), value, `${state}: ${role} ${name}`);
      }
    }
  },

  "F15 R29: consent has every permission by its exact name, and the ways to privacy and terms": async (scene) => {
    await openGallery(scene, { state: "consent,consent-keys" });
    const { permissions, links } = await scene.driver.executeScript(() => {
      const root = document.querySelector("[data-state=consent]").shadowRoot;
      root.querySelector("summary").click();
      const seen = [...root.querySelectorAll("details code")].filter((code) => code.checkVisibility());
      return {
        permissions: seen.map(({ textContent }) => textContent),
        links: [...root.querySelectorAll("a")].map((link) => [link.textContent, link.href, link.target, link.rel]),
      };
    });
    assert.deepEqual(permissions, ["messages.read", "messages.write", "channels.read"]);
    const away = ["_blank", "noopener noreferrer"];
    assert.deepEqual(links, [
      ["Privacy at Northwind", "https://example.com/privacy", ...away],
      ["Terms", "https://example.com/terms", ...away],
    ]);
  },
});

// The same in every browser: one is enough.
suite("descriptions", { browsers: ["chromium"] }, {
  "what describes a control is there, and ids are told apart": async (scene) => {
    await openGallery(scene);
    const wrong = await scene.driver.executeScript(() =>
      [...document.querySelectorAll("[data-state]")].flatMap(({ dataset, shadowRoot }) => {
        const ids = [...shadowRoot.querySelectorAll("[id]")].map(({ id }) => id);
        const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
        const invalid = [...shadowRoot.querySelectorAll("[aria-invalid=true]")];
        const mute = invalid.filter((control) => {
          const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
          return !ids.some((id) => shadowRoot.getElementById(id)?.classList.contains("wrong"));
        });
        const say = (what) => (id) => `${dataset.state}: #${id} ${what}`;
        return [...twice.map(say("twice")), ...mute.map(({ id }) => id).map(say("mute"))];
      }),
    );
    assert.deepEqual(wrong, []);
  },
});

const deepFocus = `let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;`;

suite("inside a host's dialog", {}, {
  "a modal dialog keeps the focus, and Escape closes it": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    await driver.executeScript(`const dialog = document.body.appendChild(document.createElement("dialog"));
      dialog.append(document.querySelector("connect-flow"));
      dialog.showModal();`);
    await page.click("button", /^Tally Books/);
    await page.waitForScreen("app");
    const onHeading = () => driver.executeScript(`${deepFocus} return at?.tagName === "H2"`);
    await page.waitFor(onHeading, "the focus on the heading");
    for (let step = 0; step < 10; step++) {
      await driver.actions().sendKeys(Key.TAB).perform();
      const outside = await driver.executeScript(`${deepFocus} return at?.id === "outside"`);
      assert.ok(!outside, "the focus left the dialog");
    }
    await driver.actions().sendKeys(Key.ESCAPE).perform();
    await page.waitFor(() => driver.executeScript(`return !document.querySelector("dialog").open`), "the dialog to close");
  },

  "a focus trap of the host's is never pulled": async ({ driver, page }) => {
    await page.open();
    await page.waitForScreen("list");
    await page.find("button", /^Tally Books/);
    await driver.executeScript(() => {
      const place = document.getElementById("place");
      place.tabIndex = -1;
      window.__pulled = 0;
      document.addEventListener("focusin", ({ target }) => {
        if (place.contains(target)) return;
        window.__pulled += 1;
        place.focus();
      });
    });
    await page.click("button", /^Tally Books/);
    await page.waitForScreen("app");
    await page.click("button", "Connect");
    await page.waitForScreen("consent");
    await page.click("button", "Back");
    await page.waitForScreen("app");
    await page.click("button", "Back");
    await page.waitForScreen("list");
    await page.waitFor(() => driver.executeScript(`${deepFocus} return at?.matches(".app")`), "the focus on the row");
    assert.equal(await driver.executeScript("return window.__pulled"), 0);
  },
});
