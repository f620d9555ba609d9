// The session-token endpoint of a host's server, with nothing but Node.js 20: CONNECT_API_KEY=… node server.js
import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const { CONNECT_API_KEY: apiKey, CONNECT_API_URL: platform = "https://app.refold.ai" } = process.env;
const { PORT: port = "4810", HOST_ORIGIN: origin = `http://localhost:${port}` } = process.env;
if (!apiKey) {
  console.error("CONNECT_API_KEY is not set: it is the platform's API key, and belongs in this server's environment");
  process.exit(1);
}

// ── The place of your own login ─────────────────────────────────────────────────────────────────────────────────────
// Here everybody who comes is Ada. Keep your sessions, your cookie and your CSRF token, and replace these two functions.

const LINKED_ACCOUNTS = { ada: "acct_ada" }; // one linked account for each customer, in your database
const secure = origin.startsWith("https:");
const cookieName = secure ? "__Host-session" : "session";
const sessions = new Map(); // id → {user, csrfToken}

function sessionOf(request) {
  const cookies = (request.headers.cookie ?? "").split(/; */).map((pair) => pair.split("="));
  return sessions.get(cookies.find(([name]) => name === cookieName)?.[1]);
}

function signIn(response) {
  const [id, csrfToken] = [randomBytes(24).toString("base64url"), randomBytes(24).toString("base64url")];
  const session = { user: "ada", csrfToken };
  sessions.set(id, session);
  response.setHeader("Set-Cookie", `${cookieName}=${id}; HttpOnly; SameSite=Lax; Path=/${secure ? "; Secure" : ""}`);
  return session;
}
// ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Whether a request that changes something comes from a page of ours: a cookie alone proves nothing. */
function isOurs(request, session) {
  const site = request.headers["sec-fetch-site"];
  const given = Buffer.from(request.headers["x-csrf-token"] ?? "");
  const wanted = Buffer.from(session.csrfToken);
  return (site ?? "same-origin") === "same-origin" && given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** `POST /api/session-token`: a token for the customer who is signed in, whatever the request says. */
async function sessionToken(request) {
  const session = sessionOf(request);
  if (!session) return [401, { error: "signed_out" }];
  if (!isOurs(request, session)) return [403, { error: "forbidden" }];
  let answer, minted;
  try {
    // Without force_refresh the platform may hand out a token again that is nearly dead.
    answer = await fetch(`${platform}/api/v2/public/session-token?force_refresh=true`, {
      method: "POST",
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      body: JSON.stringify({ linked_account_id: LINKED_ACCOUNTS[session.user] }),
      redirect: "error",
      signal: AbortSignal.timeout(10_000),
    });
    minted = answer.ok && (await answer.json());
  } catch {
    return [502, { error: "platform_unavailable" }];
  }
  if (answer.status === 429) return [429, { error: "rate_limited" }, { "Retry-After": answer.headers.get("retry-after") ?? "5" }];
  // The platform's words stay here: they are about the key. Its status is worth a line in the log.
  if (!answer.ok) return console.error(`the platform answered ${answer.status}`), [502, { error: "platform_refused" }];
  if (typeof minted?.token !== "string" || !minted.token) return [502, { error: "platform_unavailable" }];
  // Two members and no more: the refresh token that comes along is not for browsers.
  return [200, { token: minted.token, expires_in: minted.expires_in }];
}

async function answer(request, response) {
  const path = new URL(request.url, "http://host").pathname;
  if (request.method === "POST" && path === "/api/session-token") return sessionToken(request);
  if (request.method === "GET" && path === "/api/host") {
    const { user, csrfToken } = sessionOf(request) ?? signIn(response);
    return [200, { user, csrfToken, apiUrl: platform, frameUrl: `${platform}/frame.html` }];
  }
  return [404, { error: "not_found" }];
}

const server = createServer(async (request, response) => {
  const [status, body, headers = {}] = await answer(request, response);
  const fixed = { "Content-Type": "application/json", "Cache-Control": "no-store", Vary: "Cookie" };
  response.writeHead(status, { ...fixed, ...headers }).end(JSON.stringify(body));
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://localhost:${server.address().port}`));
