// The session-token endpoint: for the customer who is signed in, whatever the request says.
import { COOKIE, equal, sessionOf } from "../../../lib/login.js";

const refuse = (status, error, headers = {}) => Response.json({ error }, { status, headers });

async function mint(request) {
  const { CONNECT_API_KEY: apiKey, CONNECT_API_URL: platform = "https://app.refold.ai" } = process.env;
  if (!apiKey) throw new Error("CONNECT_API_KEY is not set: it belongs in this server's environment");
  const session = sessionOf(request.cookies.get(COOKIE)?.value);
  if (!session) return refuse(401, "signed_out");
  // A cookie alone does not prove that the request comes from a page of ours.
  const sameOrigin = (request.headers.get("sec-fetch-site") ?? "same-origin") === "same-origin";
  const csrf = request.headers.get("x-csrf-token") ?? "";
  if (!sameOrigin || !equal(csrf, session.csrfToken)) return refuse(403, "forbidden");
  let answer, minted;
  try {
    // Without force_refresh the platform may hand out a token again that is nearly dead.
    answer = await fetch(`${platform}/api/v2/public/session-token?force_refresh=true`, {
      method: "POST",
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      body: JSON.stringify({ linked_account_id: session.linkedAccount }),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(10_000),
    });
    minted = answer.ok && (await answer.json());
  } catch {
    return refuse(502, "platform_unavailable");
  }
  if (answer.status === 429) return refuse(429, "rate_limited", { "Retry-After": answer.headers.get("retry-after") ?? "5" });
  if (!answer.ok) return refuse(502, "platform_refused");
  if (typeof minted?.token !== "string" || !minted.token) return refuse(502, "platform_unavailable");
  // Two members and no more: the refresh token that comes along is not for browsers.
  return Response.json({ token: minted.token, expires_in: minted.expires_in });
}

export async function POST(request) {
  const response = await mint(request);
  response.headers.set("Cache-Control", "no-store");
  return response;
}
