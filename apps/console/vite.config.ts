import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { clockMeta, door as toTheApi } from "./server/server.mjs";

/** What stands between the browser and the api while the console is developed; see `server/server.mjs`. */
function door(): Plugin {
  const options = {
    api: process.env["RATIBA_API"] ?? "http://127.0.0.1:8010",
    simulator: process.env["RATIBA_SIMULATOR"] ?? "http://127.0.0.1:8020",
  };
  return {
    name: "ratiba-door",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use(toTheApi(options));
    },
    transformIndexHtml: (html) => clockMeta(html),
  };
}

/** Writes the service worker with the list of what the page needs to open: the entry, what it imports, and the styles. */
function shell(): Plugin {
  return {
    name: "ratiba-shell",
    apply: "build",
    generateBundle(_, bundle) {
      const needed = new Set<string>();
      const add = (name: string): void => {
        const part = bundle[name];
        if (needed.has(name) || part?.type !== "chunk") return;
        needed.add(name);
        part.imports.forEach(add);
      };
      for (const part of Object.values(bundle)) {
        if (part.type === "chunk" && part.isEntry) add(part.fileName);
        else if (part.fileName.endsWith(".css")) needed.add(part.fileName);
      }
      const paths = ["/", "/icon.svg", ...[...needed].sort().map((name) => `/${name}`)];
      // The page changes with the names of what it loads.
      const version = createHash("sha256").update(paths.join()).digest("hex").slice(0, 12);
      const source = readFileSync(new URL("worker/sw.js", import.meta.url), "utf8")
        .replace("`ratiba-${__VERSION__}`", JSON.stringify(`ratiba-${version}`))
        .replace("= __SHELL__", () => `= ${JSON.stringify(paths)}`);
      this.emitFile({ type: "asset", fileName: "sw.js", source });
    },
  };
}

export default defineConfig({
  plugins: [react(), door(), shell()],
  server: { port: 3011, strictPort: true, host: "127.0.0.1" },
  build: { target: "es2022", sourcemap: false, manifest: true },
  test: {
    include: ["src/**/*.test.{ts,tsx}", "server/**/*.test.mjs"],
    environment: "node",
    restoreMocks: true,
  },
});
