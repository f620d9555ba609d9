// Time that goes by faster, so that retries and time-outs of minutes are seconds; a classic script, before any other.
// The wall clock stays as it is: servers tell the time, too.
{
  const FACTOR = Number(new URLSearchParams(location.search).get("speed"));
  /** While an answer is awaited: a busy machine must not look like a platform that is too slow. */
  const AWAITING = Math.min(FACTOR, 5);
  /** How often time goes on, in real milliseconds. */
  const TURN = 10;
  const steady = performance.now.bind(performance);
  let [time, last, awaited, ids] = [steady(), steady(), 0, 0];
  const timers = new Map();

  const goOn = () => {
    const now = steady();
    // Nothing runs while a page stands still, so that no time goes by either.
    time += Math.min(now - last, 5 * TURN) * (awaited > 0 ? AWAITING : FACTOR);
    last = now;
    const due = [...timers].filter(([, timer]) => timer.at <= time).sort(([, one], [, other]) => one.at - other.at);
    for (const [id, { run, args }] of due) if (timers.delete(id)) run(...args);
  };
  setInterval(goOn, TURN);
  window.setTimeout = (run, ms = 0, ...args) => {
    ids += 1;
    timers.set(ids, { at: time + Math.max(0, Number(ms) || 0), run, args });
    return ids;
  };
  window.clearTimeout = (id) => void timers.delete(id);
  performance.now = () => time;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    window.setTimeout(() => controller.abort(new DOMException("too late", "TimeoutError")), ms);
    return controller.signal;
  };

  /** Counts as under way what `owner[name]` promises. */
  const count = (owner, name) => {
    const original = owner[name];
    owner[name] = function (...args) {
      awaited += 1;
      const promise = original.apply(this, args);
      const done = () => (awaited -= 1);
      promise.then(done, done);
      return promise;
    };
  };
  count(window, "fetch");
  count(ReadableStreamDefaultReader.prototype, "read");

  // A panic says so here, and nowhere else that a page can see.
  window.printed = [];
  for (const name of ["error", "warn"]) {
    const print = console[name];
    console[name] = (...words) => {
      window.printed.push(words.map(String).join(" ").slice(0, 1_000));
      print.apply(console, words);
    };
  }
}
