// Holds predictions against what real engines logged and measured: `npm run accuracy [-- memory] [--data DIR] [--json]
// [--write-docs] [--write-bands]`.
// 1 = a bar is missed, 2 = no such suite or folder.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { bundled, root } from "./bundled.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: "string" },
    json: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
    "write-bands": { type: "boolean", default: false },
  },
});
if (values.data !== undefined && !existsSync(resolve(values.data))) {
  console.error(`No folder ${values.data}.`);
  process.exit(2);
}
const { main } = await bundled("scripts/accuracy/main.ts", "accuracy");
process.exitCode = main({
  suites: positionals,
  data: values.data === undefined ? join(root, "../shared/data") : resolve(values.data),
  own: join(root, "test/data"),
  catalog: join(root, "src/catalog/data"),
  json: values.json,
  docs: values["write-docs"] ? join(root, "docs") : undefined,
  bands: values["write-bands"] ? join(root, "src/timing/band-widths.ts") : undefined,
});
