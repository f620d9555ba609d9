// What this page asks its own server for; nobody else is asked for a token.

/** Who is signed in: `{user, apiUrl, frameUrl, csrfToken}`. Yours may come with the page, or from where you ask anyway. */
export const host = await (await fetch("/api/host")).json();

/** Called for the first token and before each one ends. */
export async function getSessionToken({ signal }) {
  const headers = { "X-CSRF-Token": host.csrfToken };
  const response = await fetch("/api/session-token", { method: "POST", headers, signal });
  if (response.status === 401) return null; // nobody is signed in any more
  if (!response.ok) {
    const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
    throw Object.assign(new Error(`the server answered ${response.status}`), { retryAfter });
  }
  return response.json(); // {token, expires_in}
}
