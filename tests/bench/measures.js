// What is measured, each in a function of its own that gives plain numbers.
import { median, quantile } from "./chromium.js";

/** Of a phone on a good day: milliseconds, bytes a second. */
export const NETWORK = { latency: 40, rate: 1_250_000 };

/** From the first import to painted rows: the contenders in turn, so that a slow minute is slow for all. */
export async function opening(browser, origin, contenders, times) {
  const samples = {};
  for (const way of ["cold", "warm", "network"]) {
    if (way === "network") await browser.network(NETWORK.latency, NETWORK.rate);
    for (let time = 0; time < times; time += 1) {
      for (const name of contenders) {
        await browser.go(`${origin}/page.html?apps=30`, way !== "warm");
        const { ms } = await browser.run((which) => window.bench(which), name);
        ((samples[name] ??= {})[way] ??= []).push(ms);
      }
    }
  }
  await browser.network();
  const medians = (ways) => Object.fromEntries(Object.entries(ways).map(([way, all]) => [way, median(all)]));
  return Object.fromEntries(Object.entries(samples).map(([name, ways]) => [name, medians(ways)]));
}

/** The time to the first rows of lists, the longest last, without the list's own transfer; the nodes; a keystroke; scrolling. */
export async function scale(browser, origin, counts, times) {
  const samples = counts.map(() => ({ rows: [], whole: [], nodes: 0 }));
  // In turn, so that a slow minute is slow for all; the longest list is the last, and stays.
  for (let time = 0; time < times; time += 1) {
    for (const [nth, apps] of counts.entries()) {
      await browser.go(`${origin}/page.html?apps=${apps}`);
      const { ms, transfer } = await browser.run(() => window.bench("connect-flow"));
      samples[nth].rows.push(ms - transfer);
      samples[nth].whole.push(ms);
      // The first rows are there before those around them.
      samples[nth].nodes = await browser.run(async (apps) => {
        await window.whole(apps);
        return window.root().querySelectorAll("*").length;
      }, apps);
    }
  }
  const medians = samples.map(({ rows, whole, nodes }) => ({ rows: median(rows), whole: median(whole), nodes }));
  const found = Object.fromEntries(counts.map((apps, nth) => [apps, medians[nth]]));
  const longest = counts.at(-1);
  const keys = await browser.run(async (apps) => {
    await window.whole(apps);
    const input = window.root().querySelector("input[type=search]");
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const took = [];
    for (const word of ["harbor", "chat 12", "team of", "zzz", "9999"]) {
      for (let letters = 1; letters <= word.length; letters += 1) {
        input.value = word.slice(0, letters);
        await frame();
        const start = performance.now();
        input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
        // The reaction runs in microtasks; asking for a size makes style and layout part of the time.
        await Promise.resolve().then(() => {}).then(() => {});
        await new Promise((done) => queueMicrotask(done));
        window.root().querySelector("[role=list]")?.getBoundingClientRect();
        took.push(performance.now() - start);
      }
    }
    input.value = "";
    input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    await frame();
    return took;
  }, longest);
  const longTasks = await browser.run(async () => {
    let tasks = 0;
    const observer = new PerformanceObserver((list) => (tasks += list.getEntries().length));
    observer.observe({ type: "longtask" });
    const list = window.root().querySelector("[part~=rows]");
    for (let step = 0; step < 120; step += 1) {
      list.scrollTop = (list.scrollHeight / 120) * step;
      await new Promise((done) => requestAnimationFrame(done));
    }
    await new Promise((done) => setTimeout(done, 200));
    observer.disconnect();
    return tasks;
  });
  return { found, key: { p50: quantile(keys, 0.5), p95: quantile(keys, 0.95) }, longTasks };
}

/** A new token under an open list: what changes in the document, what is asked again, how long the script runs. */
export async function swap(browser, origin) {
  await browser.go(`${origin}/page.html?apps=30`);
  await browser.run(() => window.bench("connect-flow"));
  return browser.run(async () => {
    let mutations = 0;
    const observer = new MutationObserver((list) => (mutations += list.length));
    observer.observe(window.root(), { subtree: true, childList: true, attributes: true, characterData: true });
    await new Promise((done) => setTimeout(done, 500));
    mutations = 0;
    const before = performance.getEntriesByType("resource").length;
    const took = [];
    for (let time = 0; time < 15; time += 1) {
      const start = performance.now();
      window.handle.setSessionToken({ token: `swap.${time}.${Math.random()}`, expires_in: 3600 });
      await new Promise((done) => queueMicrotask(done));
      took.push(performance.now() - start);
      await new Promise((done) => setTimeout(done, 20));
    }
    await new Promise((done) => setTimeout(done, 500));
    observer.disconnect();
    took.sort((a, b) => a - b);
    return { mutations, requests: performance.getEntriesByType("resource").length - before, ms: took[7] };
  });
}

/** An open list that nobody touches: wake-ups, layouts, animations in so many seconds, seen and hidden. */
export async function idle(browser, origin, seconds) {
  const found = {};
  for (const hidden of [false, true]) {
    await browser.go(`${origin}/page.html?apps=30`);
    await browser.run(() => {
      window.wakes = 0;
      for (const name of ["setTimeout", "requestAnimationFrame", "setInterval", "requestIdleCallback"]) {
        const real = window[name].bind(window);
        window[name] = (run, ...rest) => real((...args) => ((window.wakes += 1), run(...args)), ...rest);
      }
    });
    await browser.run(() => window.bench("connect-flow"));
    await browser.run(async (hide) => {
      if (hide) {
        Object.defineProperty(document, "visibilityState", { get: () => "hidden" });
        Object.defineProperty(document, "hidden", { get: () => true });
        document.dispatchEvent(new Event("visibilitychange"));
      }
      await new Promise((done) => setTimeout(done, 2_000));
      window.wakes = 0;
    }, hidden);
    const before = await browser.metrics();
    await new Promise((done) => setTimeout(done, seconds * 1_000));
    const after = await browser.metrics();
    const { wakes, animations } = await browser.run(() => ({
      wakes: window.wakes, animations: document.getAnimations({ subtree: true }).length,
    }));
    const layouts = after.LayoutCount - before.LayoutCount;
    found[hidden ? "hidden" : "seen"] = { wakes, layouts, styles: after.RecalcStyleCount - before.RecalcStyleCount, animations };
  }
  return found;
}

/** Bytes of a further instance, and what is left after many mounts. */
export async function memory(browser, origin, instances, mounts) {
  await browser.go(`${origin}/page.html?apps=30`);
  await browser.run(() => window.bench("connect-flow"));
  const weigh = async () => {
    await browser.collect();
    const { JSHeapUsedSize: heap, Nodes: nodes, JSEventListeners: listeners } = await browser.metrics();
    const wasm = await browser.run(() => window.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0));
    return { heap, nodes, listeners, wasm };
  };
  await browser.run((many) => window.many(many), 2);
  const one = await weigh();
  await browser.run((many) => window.many(many), instances);
  const more = await weigh();
  await browser.run(() => window.none());
  await browser.run((many) => window.churn(many), 100);
  const warm = await weigh();
  await browser.run((many) => window.churn(many), mounts);
  const end = await weigh();
  const change = (from, to) => Object.fromEntries(Object.keys(from).map((key) => [key, to[key] - from[key]]));
  const further = change(one, more);
  return {
    instance: { heap: further.heap / instances, wasm: further.wasm / instances },
    churn: change(warm, end),
  };
}
