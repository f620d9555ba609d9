// One origin for the pages, the contenders' code and both made-up platforms, so that each has the same way to go.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { listed, paged } from "./apps.js";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".json": "application/json" };

/** An app that is connected by a key, as Ampersand describes one. */
const KEYED = {
  name: "bench", displayName: "Bench", authType: "apiKey", baseURL: "https://bench.example", support: {},
  apiKeyOpts: { attachmentType: "header", header: { name: "X-Key" } },
};

/** Whoever asks may be a page of another origin, as the platform's pages are. */
const CORS = { "access-control-allow-origin": "*", "access-control-allow-headers": "authorization" };

/**
 * @param {string[]} folders where files are looked for, in this order
 * @param {number} [away] how far away it seems to be, as milliseconds there and back: two such for each connection, which
 *   are TCP's and TLS's, and one for each answer
 */
export async function serve(folders, away = 0) {
  const files = new Map();
  const api = (body) => ({ body: Buffer.from(JSON.stringify(body)), type: "application/json", keep: false });
  const answers = (path, count) => {
    if (path === "/api/v2/f-sdk/application") return api(listed(count));
    if (path === "/api/v3/org/basics") return api({ name: "Bench" });
    if (path === "/v1/connect/apps" || path === "/v1/apps") return api(paged(count));
    if (path === "/v1/projects/bench") return api({ id: "bench", name: "bench", appName: "Bench" });
    if (/^\/v1\/projects\/bench\/(connections|integrations|provider-apps)$/.test(path)) return api([]);
    if (path === "/v1/providers/bench") return api(KEYED);
    if (path === "/v1/oauth/token") return api({ access_token: "bench", token_type: "bearer", expires_in: 3600 });
    return undefined;
  };
  const file = async (path) => {
    if (files.has(path)) return files.get(path);
    for (const folder of folders) {
      try {
        const body = brotliCompressSync(await readFile(join(folder, normalize(path))));
        const found = { body, type: TYPES[extname(path)] ?? "application/octet-stream", keep: true };
        files.set(path, found);
        return found;
      } catch {
        // Perhaps in the next folder.
      }
    }
    return undefined;
  };
  const opened = new WeakMap();
  const server = createServer(async (request, response) => {
    if (away) {
      const since = performance.now() - opened.get(request.socket);
      await new Promise((done) => setTimeout(done, Math.max(0, 2 * away - since) + away));
    }
    if (request.method === "OPTIONS") return response.writeHead(204, CORS).end();
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const count = Number(searchParams.get("apps") ?? request.headers.referer?.match(/apps=(\d+)/)?.[1] ?? 30);
    const answer = answers(pathname, count) ?? (await file(pathname));
    if (!answer) return response.writeHead(404).end();
    response.writeHead(200, {
      "content-type": answer.type,
      "cache-control": answer.keep ? "max-age=3600" : "no-store",
      ...(answer.keep ? { "content-encoding": "br" } : CORS),
    });
    response.end(answer.body);
  });
  server.on("connection", (socket) => opened.set(socket, performance.now()));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    origin: `http://localhost:${port}`,
    close: () => server.close(),
    /** So that whoever comes next has to open connections anew. */
    hangUp: () => server.closeIdleConnections(),
  };
}
