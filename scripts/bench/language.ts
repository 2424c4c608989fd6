import { spawnSync } from "node:child_process";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { plain } from "../../src/deployment/message.ts";
import { looksLikeDeployment } from "../../src/deployment/sniff.ts";
import { analyse } from "../../src/language/analysis.ts";
import { verdict } from "../../src/language/verdict.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";
import { cpuMs, type Measured, median } from "./measure.ts";
import { longFile, oneDeployment, unrelatedYaml } from "./texts.ts";

const runs = 7;

/** Reading, findings, the lens, the sniff, and the catalogue. */
export function analysing(data: string): readonly Measured[] {
  const catalog = loadCatalog(data);
  const long = longFile(1000);
  const one = oneDeployment("llama");
  const unrelated = unrelatedYaml(5 * 2 ** 20);
  analyse(long, { catalog });
  return [
    {
      name: "check 1,000 lines, after the first",
      value: median(runs, () => cpuMs(() => analyse(long, { catalog }))),
      unit: "CPU ms",
      bar: 50,
      note: `${analyse(long, { catalog }).deployments.length} deployments`,
    },
    { name: "lens verdict of one deployment", value: median(runs, () => cpuMs(() => lens(one, catalog))), unit: "CPU ms", bar: 50 },
    {
      name: "open an unrelated YAML of 5 MiB",
      value: median(runs, () => cpuMs(() => looksLikeDeployment(unrelated))),
      unit: "CPU ms",
      bar: 5,
    },
    { name: "load the whole catalogue", value: median(3, () => cpuMs(() => loadAll(data))), unit: "CPU ms", bar: null },
  ];
}

/** The first check in a fresh process: the catalogue and the code are cold. */
export function coldCheck(bundle: string, data: string): Measured {
  const script = `console.log(require(${JSON.stringify(bundle)}).oneColdCheck(${JSON.stringify(data)}))`;
  const value = median(3, () => {
    const { stdout, status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout.trim());
  });
  return { name: "check 1,000 lines, the first in a process", value, unit: "CPU ms", bar: null };
}

export function oneColdCheck(data: string): number {
  const text = longFile(1000);
  return cpuMs(() => analyse(text, { catalog: loadCatalog(data) }));
}

function lens(text: string, catalog: Catalog): string {
  return analyse(text, { catalog })
    .deployments.map((deployment) => plain(verdict(deployment, catalog).text))
    .join();
}

function loadAll(data: string): void {
  const catalog = loadCatalog(data);
  catalog.gpus();
  catalog.instance("");
  for (const id of catalog.models()) catalog.model(id);
  catalog.flags();
  catalog.workloads();
}
