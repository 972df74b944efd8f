import { defineConfig } from "@playwright/test";

// Journeys through the built console against a real api, worker, PostgreSQL and the simulator, which
// `cargo xtask test console` starts. The browser is the machine's own.
export default defineConfig({
  testDir: "e2e",
  // All share one business and one clock.
  workers: 1,
  fullyParallel: false,
  // Generous: what is slow on a busy machine is no defect, and what is there does not wait.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: "list",
  use: {
    baseURL: process.env["RATIBA_CONSOLE_URL"] ?? "http://127.0.0.1:3010",
    locale: "en-GB",
    // Not the business's zone: nothing may depend on the browser's.
    timezoneId: "America/New_York",
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["RATIBA_CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
  },
});
