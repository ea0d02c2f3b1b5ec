// Serves folders to the browser on this machine. Pages are isolated from other origins, which gives them a clock of 5 µs.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { gzipSync } from "node:zlib";

/** @type {Record<string, string>} */
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * @param {Record<string, string>} folders by the first name of their address
 * @returns {Promise<{ url: string, close: () => void }>} the address ends with a slash
 */
export async function serve(folders) {
  /** @type {Map<string, Buffer>} */
  const packed = new Map();
  const server = createServer(async (request, response) => {
    const [, first, ...rest] = decodeURIComponent(new URL(request.url ?? "/", "http://x").pathname).split("/");
    const path = normalize(rest.join("/"));
    try {
      if (!(first in folders) || path.startsWith("..")) throw new Error("outside");
      const file = join(folders[first], path);
      if (!packed.has(file)) packed.set(file, gzipSync(await readFile(file), { level: 9 }));
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { ...ISOLATED, "Content-Type": type, "Content-Encoding": "gzip", "Cache-Control": "no-store" });
      response.end(packed.get(file));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
