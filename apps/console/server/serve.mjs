#!/usr/bin/env node
// Serves the built console on loopback beside a running api: `cargo xtask dev` and the end-to-end tests use it. The
// page's own headers are those that a web server in production is to send.
import { createReadStream, existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { clockMeta, devDoor } from "./dev-door.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const port = Number(process.env.RATIBA_CONSOLE_PORT ?? "3010");
const door = devDoor({
  api: process.env.RATIBA_API ?? "http://127.0.0.1:8010",
  simulator: process.env.RATIBA_SIMULATOR ?? "http://127.0.0.1:8020",
});
const page = clockMeta(await readFile(join(dist, "index.html"), "utf8"));

const TYPES = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const GUARD = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const server = createServer((request, response) => {
  door(request, response, () => {
    const path = normalize(new URL(request.url ?? "/", "http://console").pathname);
    if (path === "/healthz") {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end("ok");
      return;
    }
    const type = TYPES[extname(path)];
    const file = join(dist, path);
    if (type !== undefined) {
      if (!file.startsWith(dist) || !existsSync(file)) {
        response.writeHead(404, GUARD);
        response.end();
        return;
      }
      // What has a hash in its name never changes.
      const caching = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
      response.writeHead(200, { ...GUARD, "content-type": type, "cache-control": caching });
      createReadStream(file).pipe(response);
      return;
    }
    response.writeHead(200, {
      ...GUARD,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
    });
    response.end(page);
  });
});
server.listen(port, "127.0.0.1", () => process.stdout.write(`console: http://127.0.0.1:${port}/\n`));
// Whoever started it holds its standard input: that it ends is the message.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
