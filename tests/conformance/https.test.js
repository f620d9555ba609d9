// The host's backend with a platform elsewhere, over TLS as in life: what `cargo xtask demo --platform` starts.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { API_KEY as CONNECT_API_KEY } from "../harness/sandbox.js";
import { sessionToken, startSandboxWith } from "./sandbox.js";

const CERTIFICATE = `[req]
prompt = no
distinguished_name = name
x509_extensions = server
[name]
CN = localhost
[server]
subjectAltName = DNS:localhost
basicConstraints = critical, CA:FALSE
`;
const missing = spawnSync("openssl", ["version"]).status !== 0 && "openssl is not installed";

/** A certificate of this run alone, and its key. @param {string} dir */
function certify(dir) {
  const [config, key, cert] = ["config", "key.pem", "cert.pem"].map((name) => join(dir, name));
  writeFileSync(config, CERTIFICATE);
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", "-x509", "-config", config, ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { file: cert, key: readFileSync(key), cert: readFileSync(cert) };
}

describe("a platform over https", { skip: missing }, () => {
  const dir = mkdtempSync(join(tmpdir(), "connect-flow-https-"));
  const asked = [];
  let sandbox, tls, url, file;

  before(async () => {
    sandbox = await startSandboxWith({ CONNECT_API_KEY });
    const { key, cert, ...certificate } = certify(dir);
    file = certificate.file;
    tls = createServer({ key, cert }, (from, to) => {
      asked.push(`${from.method} ${from.url}`);
      const { method, headers } = from;
      const onward = request(sandbox.platform + from.url, { method, headers }, (answer) => {
        answer.pipe(to.writeHead(answer.statusCode, answer.headers));
      });
      from.pipe(onward);
    });
    await new Promise((up) => tls.listen(0, "127.0.0.1", up));
    url = `https://localhost:${tls.address().port}`;
  });
  after(async () => {
    tls?.closeAllConnections();
    tls?.close();
    await sandbox?.stop();
    rmSync(dir, { recursive: true });
  });

  /** The host's backend alone, on the system's certificates or on ours. */
  const host = (env) => startSandboxWith({ CONNECT_API_KEY, NO_PROXY: "localhost", ...env }, "--platform-url", url);

  it("mints there, and ends there what it minted", async () => {
    const backend = await host({ SSL_CERT_FILE: file });
    const token = await sessionToken(backend);
    assert.equal((await (await fetch(`${backend.host}/api/host`)).json()).apiUrl, url);
    const headers = { authorization: `Bearer ${token}` };
    const list = () => fetch(`${sandbox.platform}/api/v2/f-sdk/application`, { headers });
    assert.ok((await (await list()).json()).length > 0);
    await backend.stop();
    assert.equal((await list()).status, 401);
    const path = "POST /api/v2/public/session-token";
    assert.deepEqual(asked.splice(0), [`${path}?force_refresh=true`, `${path}/revoke`]);
  });

  it("sends its key to nobody whose certificate it does not know (R5, R12)", async () => {
    const backend = await host({});
    await assert.rejects(sessionToken(backend), /minting answered 502/);
    await backend.stop();
    assert.deepEqual(asked, []);
  });
});
