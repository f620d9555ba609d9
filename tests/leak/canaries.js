// The secrets of one run, fresh and unmistakable, and the search for them in whatever form.
import { randomBytes } from "node:crypto";

/** Twelve characters of a secret are a leak: a log of the "last four" is none, a log of the last sixteen is. */
const WINDOW = 12;

const random = (bytes = 20) => randomBytes(bytes).toString("hex");
const base64url = (value) => Buffer.from(value).toString("base64url");

/** A token of the right shape with nothing in it that occurs elsewhere, but for the account it is for. */
export function sessionToken(lifetime = 900, account = random()) {
  const now = Math.floor(Date.now() / 1000);
  const header = { kid: random(), alg: "HS256", typ: "JWT" };
  const claims = {
    jti: random(), name: `Ada ${random()}`, email: `${random()}@canary.example`, linked_account_id: account,
    environment: "test", iat: now, exp: now + lifetime,
  };
  const token = [JSON.stringify(header), JSON.stringify(claims), randomBytes(32)].map(base64url).join(".");
  return { token, claims };
}

export const accountId = () => random();
export const apiKey = () => `tk_${random()}`;
export const thirdPartyToken = () => `ya29.${random(32)}"</${random(4)}>&`;
/** What "In-house API" takes: with characters that every encoding writes in another way. */
export const typedKey = () => `${random(8)}-"<&>%+/='-${random(12)}`;

/** @type {Record<string, (text: string) => string[]>} every way of writing a secret down */
const FORMS = {
  raw: (text) => [text],
  "percent-encoded": (text) => [
    encodeURIComponent(text),
    Buffer.from(text).reduce((all, byte) => `${all}%${byte.toString(16).padStart(2, "0").toUpperCase()}`, ""),
  ],
  base64: (text) => aligned(text).map((bytes) => inner(bytes.toString("base64"))),
  base64url: (text) => aligned(text).map((bytes) => inner(bytes.toString("base64url"))),
  hex: (text) => [Buffer.from(text).toString("hex"), Buffer.from(text).toString("hex").toUpperCase()],
  "JSON-escaped": (text) => [
    JSON.stringify(text).slice(1, -1),
    [...text].map((char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""),
  ],
  "HTML-escaped": (text) => [
    text.replace(/[&<>"']/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[char]),
  ],
  "UTF-8 bytes": (text) => [Buffer.from(text).toString("latin1")],
  "UTF-16LE bytes": (text) => [Buffer.from(text, "utf16le").toString("latin1")],
  reversed: (text) => [[...text].reverse().join("")],
};

/** Behind 0, 1 and 2 other bytes: base64 looks different then. */
const aligned = (text) => [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), Buffer.from(text)]));
/** Without the groups that other bytes have a part in. */
const inner = (text) => text.replace(/=+$/, "").slice(4, -4);

/** Everything that is looked for, in one index of windows. */
export class Canaries {
  /** @type {Map<string, { name: string, form: string }>} */
  #windows = new Map();
  #first = new Uint8Array(1 << 16);
  /** @type {Map<string, string>} name by secret */
  known = new Map();

  /**
   * @param {string} name
   * @param {string} secret
   * @param {string} [other] another of its kind and length: what both have is no secret
   */
  add(name, secret, other) {
    if (this.known.has(secret)) return secret;
    this.known.set(secret, name);
    const others = other && [...windows(other)];
    let number = 0;
    for (const { form, window, at } of windows(secret)) {
      const same = others && alike(window, others[number++].window);
      if (same > WINDOW / 3 || this.#windows.has(window)) continue;
      this.#first[hash(window, 0)] = 1;
      this.#windows.set(window, { name, form, at });
    }
    return secret;
  }

  /** A session token, and what is in it of a person. */
  addToken(name, { token, claims }) {
    const { token: sibling } = sessionToken(claims.exp - claims.iat, claims.linked_account_id);
    const other = sessionToken();
    this.add(name, token, sibling);
    for (const part of ["name", "email", "linked_account_id", "jti"]) {
      this.add("CAN_PII", claims[part], other.claims[part]);
    }
    return token;
  }

  /**
   * Where secrets stand in a text: which, how it is written, from where to where.
   * @param {string} text
   */
  find(text) {
    const found = [];
    const first = this.#first;
    for (let at = 0; at + WINDOW <= text.length; at += 1) {
      if (!first[hash(text, at)]) continue;
      const hit = this.#windows.get(text.slice(at, at + WINDOW));
      if (!hit) continue;
      // Windows of one copy are as far from each other as they are in the secret.
      const start = at - hit.at;
      const copy = found.findLast((one) => one.start === start && one.name === hit.name && one.form === hit.form);
      if (copy) copy.to = at + WINDOW;
      else found.push({ name: hit.name, form: hit.form, start, from: at, to: at + WINDOW });
    }
    return found;
  }
}

/** How many characters two windows share at the same place; the zeros of UTF-16 are none. */
function alike(one, other) {
  return [...one].filter((char, at) => char !== "\0" && char === other[at]).length;
}

/** Every window of every way of writing it. */
function* windows(secret) {
  for (const [form, write] of Object.entries(FORMS)) {
    for (const text of write(secret)) {
      for (let at = 0; at + WINDOW <= text.length; at += 1) yield { form, window: text.slice(at, at + WINDOW), at };
    }
  }
}

/** Of the first, a middle and the last of twelve characters. */
function hash(text, at) {
  const code = text.charCodeAt(at) + text.charCodeAt(at + 5) * 61 + text.charCodeAt(at + 11) * 3721;
  return (code ^ (code >> 16)) & 0xffff;
}

/** Enough to find the place by, without the secret: a report is a log, too. */
export function around(text, { from, to }) {
  const printable = (part) => part.replace(/[^\x20-\x7e]+/g, " ");
  return `${printable(text.slice(Math.max(0, from - 60), from))}[${to - from} characters]${printable(text.slice(to, to + 30))}`;
}
