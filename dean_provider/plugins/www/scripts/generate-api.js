// Types of the gateway's API from its OpenAPI document, beside which they are kept. `--check` only tells whether they are fresh.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import openapiTS, { astToString } from "openapi-typescript";

const source = new URL("../src/api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.ts", import.meta.url);
const document = readFileSync(source, "utf-8");
const digest = createHash("sha256").update(document).digest("hex");
const types = astToString(await openapiTS(JSON.parse(document)));
const made = `// Made from openapi.json by scripts/generate-api.js; \`make docs\` makes it anew.\n// sha256 ${digest}\n\n${types}`;

if (process.argv.includes("--check")) {
  const fresh = readFileSync(target, "utf-8") === made;
  if (!fresh) console.error("src/api/schema.ts is stale: run `make docs`");
  process.exit(fresh ? 0 : 1);
}
writeFileSync(target, made);
