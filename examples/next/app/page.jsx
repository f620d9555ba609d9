// The page, rendered by the server, which knows who is signed in.
import { cookies } from "next/headers";
import { COOKIE, sessionOf } from "../lib/login.js";
import { Integrations } from "./integrations.jsx";

export default async function Page() {
  const session = sessionOf((await cookies()).get(COOKIE)?.value);
  const platform = process.env.CONNECT_API_URL ?? "https://app.refold.ai";
  return (
    <>
      <h1>Integrations</h1>
      <p>Connect the tools your team already uses.</p>
      <Integrations apiUrl={platform} frameUrl={`${platform}/frame.html`} csrfToken={session?.csrfToken ?? ""} />
    </>
  );
}
