#!/usr/bin/env node
// Serves the built console beside a running api, in production as in development: `cargo xtask dev` and the journeys
// use it, too. docs/console.md names the settings.
import { fileURLToPath } from "node:url";

import { readFiles } from "./files.mjs";
import { clockMeta, consoleServer, stop } from "./server.mjs";
import { settingsOf } from "./settings.mjs";

const { problems, settings } = settingsOf(process.env);
if (problems.length > 0) {
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(2);
}
const { host, port, api, simulator, underTls, bodyMax } = settings;
const folder = fileURLToPath(new URL("../dist", import.meta.url));
const files = await readFiles(folder, { underTls, ...(simulator && { turnPage: clockMeta }) });
const server = consoleServer(files, { api, simulator, bodyMax });
server.on("error", (error) => {
  process.stderr.write(`console: ${error.message}\n`);
  process.exit(1);
});
server.listen(port, host, () => {
  const bound = server.address();
  process.stdout.write(`console: http://${host.includes(":") ? `[${host}]` : host}:${bound.port}/\n`);
});

let stopping = false;
function end() {
  if (stopping) process.exit(1);
  stopping = true;
  void stop(server).then(() => process.exit(0));
}
process.on("SIGTERM", end);
process.on("SIGINT", end);
if (simulator !== undefined) {
  // A movable clock is a developer's. Whoever started it holds its standard input: that it ends is the message.
  process.stdin.resume();
  process.stdin.on("end", () => process.exit(0));
}
