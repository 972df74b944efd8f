// Fails if the calendar's first load is more JavaScript than it may be, gzipped: the entry, what it imports at once,
// the calendar's own chunk, and what that imports.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMIT = 250_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(await readFile(new URL(".vite/manifest.json", dist), "utf8"));

const wanted = new Set();
function add(key) {
  if (wanted.has(key)) return;
  wanted.add(key);
  for (const next of manifest[key].imports ?? []) add(next);
}
const calendar = Object.keys(manifest).find((key) => key.endsWith("pages/calendar/CalendarPage.tsx"));
if (calendar === undefined) throw new Error("the calendar is no route of its own any more");
add("index.html");
add(calendar);

let total = 0;
for (const key of wanted) {
  const file = manifest[key].file;
  if (file.endsWith(".js")) total += gzipSync(await readFile(new URL(file, dist))).length;
}
process.stdout.write(
  `the calendar's first load: ${total} bytes of JavaScript, gzipped; ${LIMIT} are allowed\n`,
);
if (total > LIMIT) process.exit(1);
