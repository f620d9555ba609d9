// The place of your own login. Here everybody who comes is Ada: keep your sessions, your cookie and your CSRF token.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export const COOKIE = "session"; // behind https: "__Host-session", with `secure`
const LINKED_ACCOUNT = "acct_ada"; // one for each customer, from your database

function mac(purpose, text) {
  if (!process.env.SESSION_SECRET) throw new Error("SESSION_SECRET is not set");
  return createHmac("sha256", process.env.SESSION_SECRET).update(`${purpose}:${text}`).digest("base64url");
}

export function equal(a, b) {
  const [given, wanted] = [Buffer.from(a), Buffer.from(b)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** The value of a new session's cookie. */
export function signIn() {
  const id = randomBytes(24).toString("base64url");
  return `${id}.${mac("session", id)}`;
}

/** Who has that cookie: `{linkedAccount, csrfToken}`, or `null`. */
export function sessionOf(cookie) {
  const [id, signature] = (cookie ?? "").split(".");
  if (!id || !equal(signature ?? "", mac("session", id))) return null;
  return { linkedAccount: LINKED_ACCOUNT, csrfToken: mac("csrf", id) };
}
