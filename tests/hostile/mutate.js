// Answers as no platform should give them: which part of an answer is spoilt and how is chosen by a seed.
import { below, pick } from "../pages/random.js";

const SCRIPT = "window.ran=(window.ran||0)+1";
/** Stands for text that no JSON writer would write; replaced after writing. */
const RAW = "\u0001raw:";

/** Strings that would do harm wherever they are taken for more than text. @param {string} trap an address that nobody may ask */
export function poison(trap) {
  const { pathname } = new URL(trap);
  return [
    `javascript:${SCRIPT}`, `JaVaScRiPt:${SCRIPT}//https://x`, ` \tjavascript:${SCRIPT}`, `java\nscript:${SCRIPT}`,
    `data:text/html,<script>${SCRIPT}</script>`, `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="${SCRIPT}"/>`,
    `<img src=x onerror="${SCRIPT}">`, `<script>${SCRIPT}</script>`, `<script src="${trap}/script"></script>`,
    `<svg onload="${SCRIPT}">`, `"><iframe srcdoc="<script>parent.${SCRIPT}</script>">`, `' onfocus='${SCRIPT}' autofocus='`,
    `<style>@import "${trap}/style";</style>`, `url(${trap}/css)`, `</style><img src="${trap}/markup">`,
    `${trap}/image.svg`, `${trap.replace("http:", "")}/relative`, `${pathname}/of-this-page`, `${pathname.slice(1)}/beside-this-page`, `\\\\${trap.slice(7)}/back`,
    `http://user:password@127.0.0.1/`, `https://127.0.0.1@evil.invalid/`, `ftp://127.0.0.1/`, `vbscript:msgbox(1)`, `blob:null/x`,
    `__proto__`, `constructor`, `toString`, `hasOwnProperty`, `{{constructor.constructor('${SCRIPT}')()}}`, `\${${SCRIPT}}`,
    `\u202egnirts desrever`, `\u0000`, "\ud800", "\udfff\ud83d", "e\u0301".repeat(200), "\ufeff", "\u2028", "𝕏".repeat(50), "", " ", "null",
    `${RAW}long`, `#`, `../../../etc`, `%00%0a%0d`, `a\r\nX-Injected: 1`, `{app}{host}{platform}{count}`, "-1", "NaN", "1e999",
  ];
}

const VALUES = [
  null, true, false, 0, -1, 1, 0.1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, "", "0", "true", [], {}, [[]], [null], [{}], [1, "a", null],
  { a: {} }, { length: 5 }, { 0: "a", length: 1e9 }, `${RAW}1e999`, `${RAW}-0`, `${RAW}{"__proto__":{"slug":"p","connected":true}}`,
  `${RAW}{"constructor":{"prototype":{"x":1}},"toString":1,"valueOf":null,"then":{}}`, `${RAW}{"a":1,"a":{"a":2}}`,
];

/** Every place of a value at which something stands: `[holder, key]`. */
function places(value, found = []) {
  if (typeof value !== "object" || value === null || found.length > 20_000) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found);
  }
  return found;
}

function spoilOne(place, next, words) {
  const [holder, key] = place;
  const old = holder[key];
  const kind = next();
  if (kind < 0.25) holder[key] = pick(next, VALUES);
  else if (kind < 0.6) holder[key] = pick(next, words);
  else if (kind < 0.72) delete holder[key];
  else if (kind < 0.78) holder[key] = `${RAW}deep${pick(next, [10, 100, 1_000, 10_000])}`;
  else if (kind < 0.84) holder[key] = Array(pick(next, [2, 50, 1_000])).fill(old);
  else if (kind < 0.9) holder[key] = [old];
  else if (kind < 0.95 && !Array.isArray(holder)) holder[pick(next, ["__proto__", "length", key.toUpperCase(), ""])] = old;
  else holder[key] = { [pick(next, ["value", "name", "0", "__proto__"])]: old };
}

/** Writes JSON, and what is no JSON where that is meant. */
function write(value) {
  const raw = (_, text) => {
    const said = JSON.parse(`"${text}"`);
    if (said === "long") return JSON.stringify("l".repeat(1 << 20));
    const depth = /^deep(\d+)$/.exec(said)?.[1];
    return depth ? "[".repeat(depth) + "1" + "]".repeat(depth) : said;
  };
  return JSON.stringify(value).replace(/"\\u0001raw:((?:[^"\\]|\\.)*)"/g, raw);
}

/** The body with a few places spoilt, or with every text replaced. */
export function spoil(text, next, trap, everywhere = false) {
  const words = poison(trap);
  let value;
  try {
    value = [JSON.parse(text)];
  } catch {
    return text;
  }
  const all = places(value);
  if (everywhere) {
    const kept = next() < 0.5 ? /^(slug|name|type|auth_type|field_type|id)$/ : /^$/;
    for (const [holder, key] of all) {
      if (typeof holder[key] === "string" && !kept.test(key)) holder[key] = pick(next, words);
    }
  } else {
    for (let times = 1 + below(next, 4); times > 0; times--) spoilOne(pick(next, all), next, words);
  }
  return value.length === 1 && value[0] === undefined ? "" : write(value[0] ?? null);
}

const STATUSES = [200, 201, 202, 203, 205, 206, 226, 300, 400, 401, 401, 402, 403, 404, 405, 409, 410, 413, 418, 422, 429, 429, 451, 500, 502, 503, 504, 599];
const RETRY_AFTER = ["0", "1", "-5", "999999999999", "soon", "Wed, 21 Oct 2099 07:28:00 GMT", "NaN"];

function strangeHeaders(next, trap) {
  const all = {
    "x-request-id": pick(next, [`<img src=x onerror=${SCRIPT}>`, "r".repeat(5_000), "../../"]),
    date: pick(next, ["never", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"]),
    age: pick(next, ["-1", "1e9", "x"]),
    "retry-after": pick(next, RETRY_AFTER),
    "www-authenticate": "Basic realm=\"x\"",
    location: `${trap}/location`,
    refresh: `0;url=${trap}/refresh`,
    "set-cookie": "stolen=1; Path=/",
    "content-disposition": "attachment; filename=x.html",
    "content-type": pick(next, ["text/html", "text/javascript", "application/octet-stream", "x", "application/json; charset=utf-16"]),
    "content-security-policy": "sandbox",
    "clear-site-data": "\"cache\"",
  };
  const names = Object.keys(all).filter(() => next() < 0.4);
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}

/**
 * What an answer becomes: `{ status, headers, body, way }`; `way` says how its bytes leave: "at once", "slowly", "stalled",
 * "cut", or "dropped" without a byte. Headers of `undefined` are removed.
 * @param {{ status: number, body: Buffer }} answer
 * @param {() => number} next
 * @param {string} trap
 */
export function mutate({ status, body }, next, trap) {
  const text = () => body.toString("utf8");
  const at = (part) => body.subarray(0, Math.floor(body.length * part));
  const plain = { status, headers: {}, body, way: "at once" };
  const json = (text) => ({ ...plain, body: Buffer.from(text) });
  const kinds = [
    [26, () => json(spoil(text(), next, trap))],
    [10, () => json(spoil(text(), next, trap, true))],
    [10, () => {
      const headers = next() < 0.5 ? { "retry-after": pick(next, RETRY_AFTER) } : {};
      const error = { message: pick(next, poison(trap)), error: pick(next, VALUES), error_code: pick(next, ["INVALID_TOKEN", 7, null]), request_id: pick(next, poison(trap)) };
      return { ...plain, status: pick(next, STATUSES), headers, body: Buffer.from(next() < 0.6 ? write(error) : body) };
    }],
    [5, () => ({
      ...plain, status: pick(next, [301, 302, 303, 307, 308]),
      headers: { location: pick(next, [`${trap}/redirect`, `javascript:${SCRIPT}`, "/s/0/api/v3/org/basics", "data:text/plain,x", "."]) },
    })],
    [3, () => ({ ...plain, headers: { "content-type": "text/html" }, body: Buffer.from(`<!doctype html><script>${SCRIPT}</script><img src="${trap}/html">`) })],
    [2, () => ({ ...plain, body: Buffer.alloc(0), status: pick(next, [status, 204]) })],
    [4, () => ({ ...plain, body: at(next()) })],
    [2, () => ({ ...plain, body: Buffer.from(Array.from({ length: 300 }, () => below(next, 256))) })],
    [2, () => ({ ...plain, body: Buffer.concat([body, Buffer.from(pick(next, ["}", "\u0000", ",[]", "\n\n1", "//"]))]) })],
    [5, () => ({ ...plain, headers: strangeHeaders(next, trap) })],
    [3, () => ({ ...plain, way: "slowly" })],
    [1, () => ({ ...plain, way: "stalled" })],
    [2, () => ({ ...plain, way: "cut" })],
    [2, () => ({ ...plain, way: "dropped" })],
    [2, () => ({ ...plain, headers: { "content-encoding": pick(next, ["gzip", "br", "zstd", "x"]) } })],
    [2, () => ({ ...plain, headers: { "access-control-allow-origin": undefined } })],
    [0.3, () => ({ ...plain, body: Buffer.concat([Buffer.from("["), Buffer.alloc(17 << 20, "1,"), Buffer.from("1]")]) })],
  ];
  let left = next() * kinds.reduce((sum, [weight]) => sum + weight, 0);
  return kinds.find(([weight]) => (left -= weight) < 0)[1]();
}
