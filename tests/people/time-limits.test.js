// WCAG 2.2.1: where time is limited, people are told in time, and can have more of it.
import assert from "node:assert/strict";
import { suite } from "../session/stage.js";

/** Clicks a button of the component as a user does: only then a window may open. */
const click = async ({ driver }, text) => (await driver.executeScript(`return button("${text}")`)).click();

/** In the page: what live regions say now. */
const LIVE = `[...flow.shadowRoot.querySelectorAll("[role=status], [role=alert]")].map((at) => at.textContent).join("\\n")`;
const live = ({ page }) => page.run(new Function(`return ${LIVE}`));

suite("time limits", {
  "2.2.1: the ten minutes for signing in are said, and opening again gives ten more, again and again": async (scene) => {
    const { page } = scene;
    await page.run(async () => {
      await ready();
      await press("Tally Books");
      await press("Connect");
      await until(() => button("Continue to Tally Books"));
    });
    await click(scene, "Continue to Tally Books");
    await page.popup();
    await page.back();
    await page.run(() => until(() => shown().includes("Continue in the other window")));
    assert.doesNotMatch(await live(scene), /ten minutes/, "nobody is hurried who has just begun");
    await page.run(() => clock.advance(21_000));
    assert.match(await live(scene), /You have ten minutes\. Opening the window again starts them anew\./);

    // Too many polls to let each of them happen: the clock is set forward, and the page is looked at again.
    const pass = (ms) =>
      page.run(async (ms) => {
        clock.sleep(ms, true);
        clock.wake();
        await clock.settle();
        return screenName();
      }, ms);
    for (let time = 0; time < 3; time += 1) {
      assert.equal(await pass(570_000), "waiting");
      const before = await page.run(() => button("Open it again") !== undefined);
      assert.ok(before, "the way to more time is there");
      await click(scene, "Open it again");
      await page.run(() => until(() => shown().includes("Continue in the other window")));
    }
    assert.equal(await pass(601_000), "error");
    const { screen, focused } = await page.run(() => {
      return { screen: shown(), focused: flow.shadowRoot.activeElement?.textContent };
    });
    assert.match(screen, /Signing in took too long[^]*ended after ten minutes[^]*Try again/);
    assert.equal(focused, "Signing in took too long", "the focus, and with it the voice, is on what happened");
  },

  "2.2.1: a session that ends is renewed unnoticed; where it cannot be, that is said, and nothing typed is lost": async (scene) => {
    const { page } = scene;
    await page.run(async () => {
      window.reply = () => mint(600);
      await ready();
      const input = await openForm();
      input.value = "acme-typed";
      await clock.advance(700_000);
    });
    assert.equal((await live(scene)).trim(), "", "a renewal is nobody's business");
    await page.run(async () => {
      window.reply = () => Promise.reject(new Error("down"));
      await clock.advance(660_000);
      await until(() => button("Try again"));
    });
    assert.match(await live(scene), /Your session could not be renewed\. What you entered is still here\./);
    const names = await page.run(() => events().map(({ name }) => name));
    const [expiring, expired] = ["session-expiring", "session-expired"].map((name) => names.lastIndexOf(name));
    assert.ok(expiring >= 0 && expiring < expired, `the host hears of it before: ${names}`);
    await page.run(() => {
      window.reply = () => mint(600);
    });
    const focused = () => page.run(() => flow.shadowRoot.activeElement?.textContent ?? null);
    await page.run(() => {
      window.answered = new Promise((done) => (window.pass = done));
      const reply = window.reply;
      window.reply = () => window.answered.then(reply);
      button("Try again").focus();
    });
    await click(scene, "Try again");
    await page.run(() => until(() => button("Try again").getAttribute("aria-busy") === "true"));
    assert.equal(await focused(), "Try again", "while it is tried, the focus stays");
    const value = await page.run(async () => {
      pass();
      await until(() => !button("Try again"));
      return flow.shadowRoot.querySelector("form input").value;
    });
    assert.equal(value, "acme-typed");
    assert.equal(await focused(), await page.run(() => flow.shadowRoot.querySelector("h2").textContent));
    assert.doesNotMatch(await live(scene), /could not be renewed/);
  },
});
