"""The session-token endpoint of a host's server, with the standard library alone: CONNECT_API_KEY=… python3 server.py"""

import hmac
import json
import os
import secrets
import sys
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

API_KEY = os.environ.get("CONNECT_API_KEY")
PLATFORM = os.environ.get("CONNECT_API_URL", "https://app.refold.ai")
PORT = int(os.environ.get("PORT", "4810"))
SECURE = os.environ.get("HOST_ORIGIN", "http://localhost").startswith("https:")

# ── The place of your own login ──────────────────────────────────────────────────────────────────────────────────────
# Here everybody who comes is Ada. Keep your sessions, your cookie and your CSRF token, and replace these two functions.

LINKED_ACCOUNTS = {"ada": "acct_ada"}  # one linked account for each customer, in your database
COOKIE = "__Host-session" if SECURE else "session"
sessions = {}  # id → {"user", "csrf_token"}


def session_of(headers):
    try:
        morsel = SimpleCookie(headers.get("Cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return sessions.get(morsel.value) if morsel else None


def sign_in():
    """A new session and the cookie that carries it."""
    session_id = secrets.token_urlsafe(24)
    sessions[session_id] = {"user": "ada", "csrf_token": secrets.token_urlsafe(24)}
    return sessions[session_id], f"{COOKIE}={session_id}; HttpOnly; SameSite=Lax; Path=/" + ("; Secure" if SECURE else "")


# ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


class NoRedirect(HTTPRedirectHandler):
    """The key goes to the platform and not to where it might point."""

    def redirect_request(self, *_):
        return None


opener = build_opener(NoRedirect)


def is_ours(headers, session):
    """Whether a request that changes something comes from a page of ours: a cookie alone proves nothing."""
    given = headers.get("X-CSRF-Token", "").encode()
    same_origin = headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return same_origin and hmac.compare_digest(given, session["csrf_token"].encode())


def session_token(headers):
    """`POST /api/session-token`: a token for the customer who is signed in, whatever the request says."""
    session = session_of(headers)
    if session is None:
        return 401, {"error": "signed_out"}, {}
    if not is_ours(headers, session):
        return 403, {"error": "forbidden"}, {}
    request = Request(
        # Without force_refresh the platform may hand out a token again that is nearly dead.
        f"{PLATFORM}/api/v2/public/session-token?force_refresh=true",
        data=json.dumps({"linked_account_id": LINKED_ACCOUNTS[session["user"]]}).encode(),
        headers={"x-api-key": API_KEY, "Content-Type": "application/json"},
        method="POST",
    )
    try:
        with opener.open(request, timeout=10) as answer:
            minted = json.load(answer)
        token = minted["token"]
    except HTTPError as error:
        if error.code == 429:
            return 429, {"error": "rate_limited"}, {"Retry-After": error.headers.get("Retry-After", "5")}
        # The platform's words stay here: they are about the key. Its status is worth a line in the log.
        print(f"the platform answered {error.code}", file=sys.stderr, flush=True)
        return 502, {"error": "platform_refused"}, {}
    except (URLError, OSError, ValueError, KeyError, TypeError):
        return 502, {"error": "platform_unavailable"}, {}
    if not isinstance(token, str) or not token:
        return 502, {"error": "platform_unavailable"}, {}
    # Two members and no more: the refresh token that comes along is not for browsers.
    return 200, {"token": token, "expires_in": minted.get("expires_in")}, {}


class Host(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.partition("?")[0] != "/api/host":
            return self.answer(404, {"error": "not_found"}, {})
        session, cookie = session_of(self.headers), None
        if session is None:
            session, cookie = sign_in()
        body = {"user": session["user"], "csrfToken": session["csrf_token"]}
        body |= {"apiUrl": PLATFORM, "frameUrl": f"{PLATFORM}/frame.html"}
        return self.answer(200, body, {"Set-Cookie": cookie} if cookie else {})

    def do_POST(self):
        # What the request holds is not read: the customer comes from the session.
        self.close_connection = True
        if self.path.partition("?")[0] != "/api/session-token":
            return self.answer(404, {"error": "not_found"}, {})
        return self.answer(*session_token(self.headers))

    def answer(self, status, body, headers):
        content = json.dumps(body).encode()
        fixed = {"Content-Type": "application/json", "Cache-Control": "no-store", "Vary": "Cookie"}
        self.send_response(status)
        for name, value in (fixed | headers | {"Content-Length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


if __name__ == "__main__":
    if not API_KEY:
        sys.exit("CONNECT_API_KEY is not set: it is the platform's API key, and belongs in this server's environment")
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Host)
    print(f"http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
