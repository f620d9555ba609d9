// What Chromium tells of its own work while a step runs: each task of the pages' threads.
import { on, once } from "node:events";
import WebSocket from "ws";

const TASK = "ThreadControllerImpl::RunTask";
const PAGES_THREAD = "CrRendererMain";

/**
 * How many milliseconds a thread of a page worked for each of its tasks while the step ran: not what it waited for a busy
 * machine.
 * @param {import("selenium-webdriver").WebDriver} driver of Chromium
 * @param {() => Promise<void>} step
 * @returns {Promise<number[]>}
 */
export async function tasks(driver, step) {
  const { debuggerAddress } = (await driver.getCapabilities()).get("goog:chromeOptions");
  const { webSocketDebuggerUrl } = await (await fetch(`http://${debuggerAddress}/json/version`)).json();
  const socket = new WebSocket(webSocketDebuggerUrl, { maxPayload: 1 << 30 });
  try {
    await once(socket, "open");
    const messages = on(socket, "message");
    const events = [];
    const heard = async (wanted) => {
      for (;;) {
        const message = JSON.parse(String((await messages.next()).value[0]));
        if (message.error) throw new Error(message.error.message);
        if (message.method === "Tracing.dataCollected") events.push(...message.params.value);
        if (wanted(message)) return;
      }
    };
    const ask = (id, method, params) => socket.send(JSON.stringify({ id, method, params }));
    ask(1, "Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel"] } });
    await heard(({ id }) => id === 1);
    await step();
    ask(2, "Tracing.end");
    await heard(({ method }) => method === "Tracing.tracingComplete");
    const named = events.filter(({ name, args }) => name === "thread_name" && args.name === PAGES_THREAD);
    const pages = new Set(named.map(({ tid }) => tid));
    const ran = events.filter(({ name, tid }) => name === TASK && pages.has(tid));
    // Of a few the browser only tells how long they took.
    return ran.map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1_000);
  } finally {
    socket.close();
  }
}
