// A host page as a customer would write it, with everything recorded that the component does to it.
//
// Query parameters: `app`, `locale`, `theme` become attributes, `strings` (JSON) a property; `token=push` gives one token
// by setSessionToken in place of the callback; `token=none` gives none. `credentials=inline` asks for keys in this page,
// `credentials=none` gives no place for them; else they go into the frame of the platform, or at `frameUrl`.
// `openUrl=keep` keeps addresses in `window.__opened`, `openUrl=fail` throws, `openUrl=leave` goes there itself. `authUrl` is what the platform answers as
// address for signing in, with `SESSION_TOKEN` and `LONG` (100 KB) filled in.
const EVENTS = [
  "session-expiring", "session-expired", "session-renewed", "session-renewal-failed", "session-ended",
  "account-connected", "account-disconnected", "config-saved", "consent-given",
  "flow-activity", "flow-error", "flow-ready", "flow-closed",
];

/** @type {{ name: string, detail: unknown }[]} */
window.__events = [];
/** What went wrong in the page, in words. @type {string[]} */
window.__problems = [];
/** Why the host was asked for a token, in order. @type {string[]} */
window.__asks = [];

addEventListener("error", (event) => window.__problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.__problems.push(`rejection: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => {
  window.__problems.push(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
});

const parameters = new URLSearchParams(location.search);

const authUrl = parameters.get("authUrl");
if (authUrl !== null) {
  const { fetch } = window;
  window.fetch = async (request, init) => {
    const answer = await fetch(request, init);
    if (!request.url?.endsWith("/integrate")) return answer;
    const [, token] = init.headers.Authorization.split(" ");
    return Response.json({ auth_url: authUrl.replace("SESSION_TOKEN", token).replace("LONG", "l".repeat(100_000)) }, answer);
  };
}

await import("./element.js");
const host = await (await fetch("/api/host")).json();

async function sessionToken({ reason = "pushed" } = {}) {
  window.__asks.push(reason);
  const answer = await fetch("/api/session-token", { method: "POST", headers: { "x-csrf-token": host.csrfToken } });
  if (!answer.ok) throw new Error(`the host answered ${answer.status}`);
  return answer.json();
}

const flow = document.createElement("connect-flow");
for (const name of EVENTS) {
  flow.addEventListener(name, (event) => {
    window.__events.push({ name, detail: JSON.parse(JSON.stringify(event.detail ?? null)) });
  });
}
flow.setAttribute("api-url", host.apiUrl);
for (const name of ["app", "locale", "theme"]) {
  const value = parameters.get(name);
  if (value !== null) flow.setAttribute(name, value);
}
const place = parameters.get("credentials") ?? "frame";
const frameUrl = parameters.get("frameUrl") ?? host.frameUrl;
if (place === "frame" && frameUrl) flow.setAttribute("frame-url", frameUrl);
if (place === "inline") flow.inlineCredentials = true;
if (parameters.has("strings")) flow.strings = JSON.parse(parameters.get("strings"));
window.__opened = [];
const openUrls = {
  keep: (url) => void window.__opened.push(url),
  fail: () => {
    throw new Error("the host's own");
  },
  leave: (url) => location.assign(url),
};
flow.openUrl = openUrls[parameters.get("openUrl")];
const way = parameters.get("token") ?? "callback";
if (way === "callback") flow.getSessionToken = sessionToken;
document.getElementById("place").append(flow);
if (way === "push") flow.setSessionToken(await sessionToken());
