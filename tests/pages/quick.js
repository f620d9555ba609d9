// Time that goes by faster, so that retries and time-outs of minutes are seconds; a classic script, before any other.
// The wall clock stays as it is: servers tell the time, too.
{
  const FACTOR = Number(new URLSearchParams(location.search).get("speed"));
  const real = { setTimeout: window.setTimeout.bind(window), steady: performance.now.bind(performance) };
  const start = real.steady();
  window.setTimeout = (run, ms = 0, ...args) => real.setTimeout(run, Number(ms) / FACTOR, ...args);
  performance.now = () => start + (real.steady() - start) * FACTOR;
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    window.setTimeout(() => controller.abort(new DOMException("too late", "TimeoutError")), ms);
    return controller.signal;
  };
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
