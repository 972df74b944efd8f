// The built console's files, read once when the server starts: what is asked for is looked up by its whole path, so no
// path can lead anywhere else. The page is the answer to every path that names no file.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};
/** What is packed already does not become smaller. */
const PACKED = new Set([".png", ".woff2"]);

/** What browsers may do with what comes from here. Nothing of another origin is loaded, and nobody frames it. */
export const GUARD = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Reads a built console. `turnPage` may change the page's text; `underTls` has browsers insist on TLS for a year. */
export async function readFiles(folder, { turnPage = (html) => html, underTls = false } = {}) {
  const guard = underTls ? { ...GUARD, "strict-transport-security": "max-age=31536000" } : GUARD;
  const files = new Map();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const whole = join(entry.parentPath ?? entry.path, entry.name);
    const path = whole.slice(folder.length).replaceAll("\\", "/");
    const type = TYPES[extname(entry.name)];
    // What has no type of ours, such as the list of the build, is nobody's business.
    if (!entry.isFile() || type === undefined || path.includes("/.")) continue;
    const raw = await readFile(whole);
    files.set(path, made(path === "/index.html" ? Buffer.from(turnPage(raw.toString("utf8"))) : raw, path));
  }
  const page = files.get("/index.html");
  if (page === undefined) throw new Error(`${folder} holds no index.html: npm run build`);

  function made(body, path) {
    const extension = extname(path);
    return {
      body,
      packed: PACKED.has(extension) ? undefined : gzipSync(body, { level: 9 }),
      headers: {
        ...guard,
        "content-type": TYPES[extension],
        // What has a hash in its name never changes; the rest is asked for again, and mostly has not changed.
        "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
        etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
        vary: "accept-encoding",
      },
    };
  }

  /** Answers what the api does not. */
  return (request, response) => {
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { ...guard, allow: "GET, HEAD" }).end();
      return;
    }
    const { pathname } = new URL(request.url ?? "/", "http://console");
    // A name with an ending is a file's; everything else is a page of the console, which finds its way itself.
    const file = files.get(pathname) ?? (extname(pathname) === "" ? page : undefined);
    if (file === undefined) {
      response.writeHead(404, { ...guard, "cache-control": "no-store" }).end();
      return;
    }
    if (request.headers["if-none-match"] === file.headers.etag) {
      response.writeHead(304, file.headers).end();
      return;
    }
    const packs = file.packed !== undefined && takesGzip(request.headers["accept-encoding"]);
    const body = packs ? file.packed : file.body;
    response.writeHead(200, {
      ...file.headers,
      ...(packs && { "content-encoding": "gzip" }),
      "content-length": body.length,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
}

function takesGzip(accepted) {
  return (accepted ?? "").split(",").some((one) => {
    const [name, ...parameters] = one.split(";").map((part) => part.trim());
    return name === "gzip" && !parameters.some((part) => /^q=0(\.0*)?$/.test(part));
  });
}
