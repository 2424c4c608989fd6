// Packs the extension and checks what is in it: everything that is needed, nothing else, and below the size people are promised.
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { listFiles, PackageManager } from "@vscode/vsce";
import { packageExtension } from "./package.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const megabyte = 1e6;
const vsix = await packageExtension({ quiet: true });
const files = (await listFiles({ cwd: root, packageManager: PackageManager.None })).map((file) => file.replaceAll("\\", "/")).sort();
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
let passed = 0;
let failed = 0;

function check(what, isSo, detail = "") {
  if (isSo) passed++;
  else failed++;
  console.log(`  ${isSo ? "✓" : "✗"} ${what}${isSo || detail === "" ? "" : `: ${detail}`}`);
}

const allowed =
  /^(dist\/|docs\/how-sure\.md$|docs\/rules\/[\w-]+\.md$|docs\/pictures\/|examples\/|media\/|l10n\/|package(\.nls(\.[\w-]+)?)?\.json$|readme\.md$|changelog\.md$|license(\.txt)?$)/i;
const strays = files.filter((file) => !allowed.test(file) || /\.map$|\.ts$|node_modules/.test(file));
check("nothing but the product is packed", strays.length === 0, strays.join(", "));

const bundles = ["extension", "app", "worker", "cli", "report", "live", "memory", "timeline", "bench"].map((name) => `dist/${name}.js`);
const facts = [
  "gpus",
  "instances",
  "models",
  "workloads",
  "runs",
  "prices",
  "flags-vllm",
  "flags-sglang",
  "flags-tensorrt-llm",
  "options-vllm",
  "options-tensorrt-llm",
].map((name) => `dist/catalog/${name}.json`);
const styles = ["report.css", "live.css", "memory.css", "timeline.css", "bench.css", "codicon.css", "codicon.ttf"].map(
  (name) => `dist/${name}`,
);
const media = [manifest.icon, ...manifest.contributes.walkthroughs.flatMap(({ steps }) => steps.map((step) => step.media.svg))];
const needed = [
  ...bundles,
  ...facts,
  ...styles,
  ...media,
  "docs/how-sure.md",
  "docs/rules/README.md",
  "examples/llama-70b-shift.yaml",
  "l10n/bundle.l10n.zh-cn.json",
  "package.nls.zh-cn.json",
];
const missing = needed.filter((file) => !files.includes(file));
check("everything that is needed is packed", missing.length === 0, missing.join(", "));

const { size } = statSync(vsix);
check(`the package has at most 5 MB (${(size / megabyte).toFixed(2)})`, size <= 5 * megabyte);
const entry = statSync(join(root, "dist/extension.js")).size;
check(`what activation loads has at most 30 KB (${(entry / 1e3).toFixed(1)})`, entry <= 30e3);
const pages = ["report", "live", "memory", "timeline", "bench"].map((page) => readFileSync(join(root, `dist/${page}.js`), "utf8"));
check(
  "no page holds React",
  pages.every((text) => !/react-dom|createElement\(React|__SECRET_INTERNALS/.test(text)),
);
const hosts = bundles.filter((file) => !/report|live|memory|timeline|bench/.test(file));
check(
  "no bundle of a host evaluates text as code",
  hosts.every((file) => !/\beval\(|new Function\(/.test(readFileSync(join(root, file), "utf8"))),
);

console.log(`${files.length} files\n${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed > 0 ? 1 : 0);
