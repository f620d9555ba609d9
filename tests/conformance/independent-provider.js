// An authorization server that is not ours, and the catalog file that names it to a sandbox.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Provider from "oidc-provider";

const SECRET = "a-client-secret-of-the-independent-server";

/** A free port that stays free for a moment: the platform's callback must be known before the platform is up. */
async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

/**
 * Starts it with one app, "Independent". `options` are for the command line of a sandbox, which also needs this
 * process's environment.
 * @returns {Promise<{ options: string[], stop: () => Promise<void> }>}
 */
export async function startIndependentProvider() {
  const [issuerPort, platformPort] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${issuerPort}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "platform",
      client_secret: SECRET,
      redirect_uris: [`http://127.0.0.1:${platformPort}/api/v1/oauth/callback/independent`],
      grant_types: ["authorization_code", "refresh_token"],
    }],
    claims: { openid: ["sub"], email: ["email"] },
    pkce: { required: () => true },
    cookies: { keys: ["only for this test"] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@independent.example` }) }),
  });
  const server = provider.listen(issuerPort, "127.0.0.1");
  await once(server, "listening");

  const directory = await mkdtemp(join(tmpdir(), "connect-flow-"));
  const catalog = join(directory, "catalog.json");
  const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  await writeFile(catalog, JSON.stringify({
    providers: {
      independent: {
        issuer,
        authorization_endpoint: metadata.authorization_endpoint,
        token_endpoint: metadata.token_endpoint,
        userinfo_endpoint: metadata.userinfo_endpoint,
        client_id: "platform",
        client_secret_env: "INDEPENDENT_SECRET",
      },
    },
    apps: [{
      slug: "independent",
      name: "Independent",
      auth: [{ type: "oauth2", provider: "independent", scopes: ["openid", "email"] }],
    }],
  }));
  process.env.INDEPENDENT_SECRET = SECRET;
  return {
    options: ["--catalog", catalog, "--platform-addr", `127.0.0.1:${platformPort}`],
    async stop() {
      server.close();
      server.closeAllConnections();
      await rm(directory, { recursive: true });
    },
  };
}
