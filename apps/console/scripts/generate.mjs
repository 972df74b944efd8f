// Writes the types of the API's client from the OpenAPI document of the repository; with --check only compares.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const document = new URL("../../../docs/api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const head = "// Made from docs/api/openapi.json by `npm run generate`; do not edit.\n\n";

const printed =
  head + astToString(await openapi(document, { alphabetize: false, defaultNonNullable: false }));
if (process.argv.includes("--check")) {
  const kept = await readFile(target, "utf8").catch(() => "");
  if (kept !== printed) {
    console.error("src/api/schema.d.ts is not what docs/api/openapi.json says: npm run generate");
    process.exit(1);
  }
  process.stdout.write("the client's types are those of docs/api/openapi.json\n");
} else {
  await writeFile(target, printed);
}
