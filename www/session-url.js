// The callback that needs no script: asks the page's own server for a session token.

/**
 * POSTs to an address of the page's own origin with the page's cookie, and with the content of
 * `<meta name="csrf-token">`, if there is one, as `X-CSRF-Token`. Answers what the server says:
 * `{token, expires_in…}`.
 * 401 and 403 answer `null`: nobody is signed in. An answer that is no JSON is no token.
 * @param {Element} element its base URL and its document count
 * @param {string} path
 * @param {AbortSignal} signal
 */
export async function fetchSessionToken(element, path, signal) {
  const url = new URL(path, element.baseURI);
  if (url.origin !== location.origin) throw Error("session-url is not of this page's origin");
  // By the prototype, because a form or image of that name hides the document's own method.
  const meta = Document.prototype.querySelector.call(element.ownerDocument, 'meta[name="csrf-token"]');
  const response = await fetch(url, {
    method: "POST",
    headers: meta?.content ? { "X-CSRF-Token": meta.content } : {},
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    signal,
  });
  if (response.status === 401 || response.status === 403) return null;
  if (!response.ok) {
    const seconds = Number(response.headers.get("Retry-After"));
    const error = Error(`session-url answered ${response.status}`);
    throw Object.assign(error, seconds > 0 ? { retryAfter: seconds } : {});
  }
  // A parser's message would quote what the server said.
  return response.json().catch(() => false);
}
