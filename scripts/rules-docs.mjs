// Writes docs/rules/README.md from the registry; `--check` only says whether it is up to date.
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const target = new URL("../docs/rules/README.md", import.meta.url);

/** The index as it should be. */
async function rulesIndex() {
  const entry = new URL("../src/rules/registry.ts", import.meta.url).pathname;
  const bundle = await build({ entryPoints: [entry], bundle: true, write: false, format: "esm", platform: "neutral", logLevel: "silent" });
  const source = Buffer.from(bundle.outputFiles[0].contents).toString("base64");
  const { rules, textRules, liveRules } = await import(`data:text/javascript;base64,${source}`);
  const rows = [...rules, ...textRules, ...liveRules].map(
    ({ code, severity, summary, facts }) => `| [${code}](${code}.md) | ${severity} | ${summary} | ${facts.join(", ")} |`,
  );
  return [
    "# Findings",
    "",
    "What Inference Lens says about a deployment, each with the worst severity it can have: error = the engine will not start, or computes wrong results;",
    "warning = it will hurt; information = it could be better. Written by `node scripts/rules-docs.mjs` from the registry in `src/rules/`.",
    "",
    "| code | worst severity | says | rests on |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    "A finding is silenced by `# inference-lens: ignore=CODE` on its line or the line above, for a whole deployment by the same comment above it.",
    "",
  ].join("\n");
}

const wanted = await rulesIndex();
if (!process.argv.includes("--check")) {
  await writeFile(target, wanted);
} else if ((await readFile(target, "utf8")) !== wanted) {
  console.error("docs/rules/README.md is out of date: run node scripts/rules-docs.mjs");
  process.exitCode = 1;
}
