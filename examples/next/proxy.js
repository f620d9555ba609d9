// Every page's policy, with a nonce for what Next.js writes into it, and the demo's own sign-in.
import { randomBytes } from "node:crypto";
import { NextResponse } from "next/server";
import { COOKIE, sessionOf, signIn } from "./lib/login.js";

const platform = process.env.CONNECT_API_URL ?? "https://app.refold.ai";

export function proxy(request) {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'`,
    "style-src 'self'",
    `img-src 'self' data: ${platform}`,
    `connect-src 'self' ${platform}`,
    `frame-src ${platform}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // No Trusted Types here: Turbopack sets the addresses of its chunks as plain text.
  ].join("; ");
  const headers = new Headers(request.headers);
  headers.set("Content-Security-Policy", policy);
  let cookie = request.cookies.get(COOKIE)?.value;
  const known = sessionOf(cookie) !== null;
  if (!known) {
    cookie = signIn();
    headers.set("cookie", `${COOKIE}=${cookie}`);
  }
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("Content-Security-Policy", policy);
  if (!known) response.cookies.set(COOKIE, cookie, { httpOnly: true, sameSite: "lax", path: "/" });
  return response;
}

// The endpoint signs nobody in.
export const config = { matcher: "/" };
