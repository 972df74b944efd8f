import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { clockMeta, devDoor } from "./server/dev-door.mjs";

/** What stands between the browser and the api while the console is developed; see `server/dev-door.mjs`. */
function door(): Plugin {
  const options = {
    api: process.env["RATIBA_API"] ?? "http://127.0.0.1:8010",
    simulator: process.env["RATIBA_SIMULATOR"] ?? "http://127.0.0.1:8020",
  };
  return {
    name: "ratiba-door",
    apply: "serve",
    configureServer(server) {
      server.middlewares.use(devDoor(options));
    },
    transformIndexHtml: (html) => clockMeta(html),
  };
}

export default defineConfig({
  plugins: [react(), door()],
  server: { port: 3011, strictPort: true, host: "127.0.0.1" },
  build: { target: "es2022", sourcemap: false, manifest: true },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node", restoreMocks: true },
});
