// Writes src/catalog/data from the collected facts: `npm run catalog [-- DIRECTORY]`, or DATA=DIRECTORY; default ../shared/data.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { flagTables } from "./catalog/flags.mjs";
import { gpuRows, instanceRows } from "./catalog/gpus.mjs";
import { kernelTables } from "./catalog/kernels.mjs";
import { withFurtherModels } from "./catalog/model-additions.mjs";
import { modelRows } from "./catalog/models.mjs";
import { optionTables } from "./catalog/options.mjs";
import { measuredRuns } from "./catalog/runs.mjs";
import { workloadRows } from "./catalog/workloads.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = resolve(root, process.argv[2] ?? process.env.DATA ?? "../shared/data");
const target = join(root, "src/catalog/data");

const engines = { vllm: "vllm", arctic: "arctic-inference", sglang: "sglang", trtllm: "trtllm" };
const needed = ["gpus.json", "models.json", ...Object.values(engines).map((name) => `engines/${name}-args.json`), "traces"];
const missing = needed.filter((name) => !existsSync(join(source, name)));
if (missing.length > 0) {
  console.error(`Cannot write the catalogue: ${source} has no ${missing.join(", ")}.`);
  console.error("Name the folder of collected facts: npm run catalog -- DIRECTORY. The catalogue in src/catalog/data stays as it is.");
  process.exit(2);
}

const json = (name) => JSON.parse(readFileSync(join(source, name), "utf8"));
const text = (name) => readFileSync(join(source, name), "utf8");

/** One record a line, so that a refresh of the facts can be reviewed as a diff. */
function lines(rows) {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]`;
}

function write(name, body, count) {
  writeFileSync(join(target, name), `${body}\n`);
  console.log(`${name.padEnd(23)} ${String(count).padStart(5)} records ${String(Math.ceil(body.length / 1000)).padStart(5)} kB`);
}

mkdirSync(target, { recursive: true });
const gpuFacts = json("gpus.json");
const gpus = gpuRows(gpuFacts.gpus);
write("gpus.json", lines(gpus), gpus.length);

const instances = instanceRows(gpuFacts.instances);
write("instances.json", lines(instances), instances.length);

const published = JSON.parse(readFileSync(join(root, "scripts/catalog/published-configs.json"), "utf8"));
const models = [...modelRows(withFurtherModels(json("models.json").models)), ...published];
write("models.json", lines(models), models.length);

const facts = Object.fromEntries(Object.entries(engines).map(([key, name]) => [key, json(`engines/${name}-args.json`)]));
for (const [engine, { versions, flags }] of Object.entries(flagTables(facts))) {
  write(`flags-${engine}.json`, `{"versions":${JSON.stringify(versions)},"flags":${lines(flags)}}`, flags.length);
}
for (const [engine, { options, ...rest }] of Object.entries(optionTables(facts))) {
  write(`options-${engine}.json`, `${JSON.stringify(rest).slice(0, -1)},"options":${lines(options)}}`, options.length);
}

const workloads = workloadRows(text);
write("workloads.json", lines(workloads), workloads.length);

const runs = measuredRuns(text);
const runCount = runs.groups.reduce((sum, { rows }) => sum + rows.length, 0);
write("runs.json", `{"sources":${JSON.stringify(runs.sources)},"groups":${lines(runs.groups)}}`, runCount);

for (const { gpu, tables } of kernelTables(source, text, models, gpus)) {
  const listed = Object.entries(tables).flatMap(([name, groups]) => groups.map((group) => JSON.stringify({ table: name, ...group })));
  const rows = Object.values(tables)
    .flat()
    .reduce((sum, group) => sum + group.rows.length, 0);
  write(`kernels-${gpu}.json`, `[\n${listed.join(",\n")}\n]`, rows);
}
