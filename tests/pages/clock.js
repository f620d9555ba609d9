// The page's clocks, timers, network and wasm memory in the hand of a test; a classic script, before any other.
{
  const real = {
    date: Date.now,
    steady: performance.now.bind(performance),
    setTimeout: window.setTimeout.bind(window),
    clearTimeout: window.clearTimeout.bind(window),
    fetch: window.fetch.bind(window),
  };
  const ahead = { wall: 0, steady: 0 };
  /** Due times on the steady clock. @type {Map<number, { due: number, run: () => void, real: number }>} */
  const timers = new Map();
  // Far from the browser's own ids, which other realms of this page may hold.
  let lastId = 1_000_000;
  let underWay = 0;
  let failing = 0;
  /** Set by a test: in a throttled page timers run only at full multiples of this, in milliseconds. */
  let throttle = 0;
  let held = false;
  /** What the clocks show that stand still. @type {{ wall: number, steady: number } | undefined} */
  let still;

  Date.now = () => (still?.wall ?? real.date()) + ahead.wall;
  performance.now = () => (still?.steady ?? real.steady()) + ahead.steady;

  const arm = (id, timer) => {
    timer.real = real.setTimeout(() => held || fire(id), Math.max(0, timer.due - performance.now()));
  };
  const fire = (id) => {
    const timer = timers.get(id);
    timers.delete(id);
    real.clearTimeout(timer?.real);
    timer?.run();
  };
  window.setTimeout = (run, ms = 0, ...args) => {
    const timer = { due: performance.now() + Number(ms), run: () => run(...args), real: 0 };
    timers.set(++lastId, timer);
    arm(lastId, timer);
    return lastId;
  };
  window.clearTimeout = (id) => {
    const timer = timers.get(id);
    if (!timer) return real.clearTimeout(id);
    timers.delete(id);
    real.clearTimeout(timer.real);
  };
  window.fetch = async (...request) => {
    underWay += 1;
    const done = () => {
      underWay -= 1;
    };
    try {
      await note(...request);
      if (failing > 0) {
        failing -= 1;
        throw new TypeError("Load failed");
      }
      const answer = await real.fetch(...request);
      // An answer has come when its body has: the component reads it before it goes on.
      answer.clone().arrayBuffer().then(done, done);
      return answer;
    } catch (problem) {
      done();
      throw problem;
    }
  };

  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    window.setTimeout(() => controller.abort(new DOMException("too late", "TimeoutError")), ms);
    return controller.signal;
  };

  /** What was asked of other origins, as it was asked, while a test wants to know. @type {object[] | undefined} */
  window.recorded = undefined;
  const note = async (request, init) => {
    if (!window.recorded || !(request instanceof Request) || new URL(request.url).origin === location.origin) return;
    const { url, method, credentials, redirect, referrerPolicy, cache } = request;
    const at = performance.now();
    const body = init?.body ?? (await request.clone().text());
    const headers = { ...Object.fromEntries(request.headers), ...init?.headers };
    window.recorded.push({ at, url, method, credentials, redirect, referrerPolicy, cache, headers, body });
  };

  /** Lets promises, quick requests and their consequences settle, in real time. */
  const settle = async (ms = 5_000) => {
    const pause = () => new Promise((done) => real.setTimeout(done, 4));
    const deadline = real.steady() + ms;
    do {
      await pause();
      await pause();
    } while (underWay > 0 && real.steady() < deadline);
  };
  const release = () => {
    held = false;
    for (const [id, timer] of timers) {
      real.clearTimeout(timer.real);
      arm(id, timer);
    }
  };
  const jump = (ms, steady) => {
    ahead.wall += ms;
    if (steady) ahead.steady += ms;
  };

  window.clock = {
    settle,
    /** What it stands for is waited for by everything here, as a request under way is. */
    async busy(promise) {
      underWay += 1;
      try {
        return await promise;
      } finally {
        underWay -= 1;
      }
    },
    /** Requests without an answer yet. */
    underWay: () => underWay,
    /**
     * Time goes by: every timer that comes due meanwhile runs at its time, and requests under way are waited for, each
     * time for at most `patience` milliseconds.
     */
    async advance(ms, patience) {
      const end = performance.now() + ms;
      const slot = (due) => (throttle ? Math.ceil(due / throttle) * throttle : due);
      held = true;
      for (;;) {
        const [first] = [...timers].sort(([, a], [, b]) => a.due - b.due);
        const next = first && slot(first[1].due) <= end ? first : undefined;
        jump(Math.max(0, (next ? slot(next[1].due) : end) - performance.now()), true);
        if (!next) break;
        fire(next[0]);
        await settle(patience);
      }
      release();
      await settle(patience);
    },
    /** Until `go`, no time passes and no timer runs, however long a test takes. */
    stop() {
      still = { wall: real.date(), steady: real.steady() };
      held = true;
    },
    go() {
      ahead.wall -= real.date() - still.wall;
      ahead.steady -= real.steady() - still.steady;
      still = undefined;
      release();
    },
    /** The device sleeps: nothing runs until somebody wakes it; `steady`: performance.now went on. */
    sleep(ms, steady) {
      jump(ms, steady);
    },
    /** The wall clock is set, forward or back; timers do not notice. */
    setWall(ms) {
      ahead.wall += ms;
    },
    wake() {
      document.dispatchEvent(new Event("visibilitychange"));
    },
    /** One timer call in so many milliseconds, as browsers do to hidden pages; 0: none. */
    throttle(ms) {
      throttle = ms;
    },
    /** The next requests fail as if there were no network. */
    failNext(requests) {
      failing = requests;
    },
  };

  // The module's memory, to look for what must not be left in it.
  const memories = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...source) => {
      const result = await instantiate.apply(WebAssembly, source);
      // The published wasm's exports have names of one letter.
      const exported = Object.values((result.instance ?? result).exports);
      memories.push(...exported.filter((item) => item instanceof WebAssembly.Memory));
      return result;
    };
  }
  /** How often the text stands in the memory of the component. @param {string} text */
  window.copiesInMemory = (text) => {
    if (memories.length === 0) throw new Error("no WebAssembly memory was seen");
    let copies = 0;
    for (const { buffer } of memories) {
      // Byte for character; in parts, which some browsers' limits on the length of a string ask for.
      const bytes = new Uint8Array(buffer);
      const decoder = new TextDecoder("latin1");
      const part = 8 << 20;
      for (let at = 0; at < bytes.length; at += part) {
        const chunk = decoder.decode(bytes.subarray(at, at + part + text.length - 1));
        copies += chunk.split(text).length - 1;
      }
    }
    return copies;
  };
}
