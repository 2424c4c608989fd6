import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** One way to render: a tool of the person's own, its words, and where it runs. */
export interface RenderPlan {
  readonly tool: string;
  readonly words: readonly string[];
  readonly folder: string;
  /** Files that the result is made of: findings are led back to them. */
  readonly sources: readonly string[];
}

export type RenderFailure = "missing-tool" | "failed" | "too-long";

/** Why nothing was rendered; `message` is the tool's own words where it ran. */
export class RenderError extends Error {
  override readonly name = "RenderError";
  constructor(
    readonly kind: RenderFailure,
    readonly tool: string,
    message: string,
  ) {
    super(message);
  }
}

const patienceMs = 60_000;
const mostBytes = 16 * 2 ** 20;
const kustomizations = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** Programs that render: for kustomizations several, each with the word that follows its name, the first one that is there. */
export interface RenderTools {
  readonly helm: string;
  readonly kustomize: readonly (readonly [tool: string, word: string])[];
}

export const defaultTools: RenderTools = {
  helm: "helm",
  kustomize: [
    ["kustomize", "build"],
    ["kubectl", "kustomize"],
  ],
};

/** How a file is rendered: a chart's values by Helm, what stands beside a kustomization by kustomize; undefined where it is neither. */
export function renderPlans(file: string, tools: RenderTools = defaultTools): readonly RenderPlan[] {
  const folder = dirname(file);
  const kustomization = kustomizations.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (kustomization) {
    const sources = [...new Set([file, kustomization])];
    return tools.kustomize.map(([tool, word]) => ({ tool, words: [word, folder], folder, sources }));
  }
  const chart = chartAbove(folder);
  if (chart === undefined) return [];
  const own = join(chart, "values.yaml");
  const isOverlay = /values/i.test(basename(file)) && file !== own;
  const words = ["template", basename(chart), chart, ...(isOverlay ? ["--values", file] : [])];
  const sources = isOverlay ? [file, own] : [own];
  return [{ tool: tools.helm, words, folder: chart, sources: sources.filter((path) => existsSync(path)) }];
}

function chartAbove(folder: string): string | undefined {
  for (let at = folder, left = 6; left > 0; at = dirname(at), left--) if (existsSync(join(at, "Chart.yaml"))) return at;
  return undefined;
}

/** Runs the first tool of the plans that is there. Rejects with RenderError, or with the signal's own AbortError. */
export async function render(
  plans: readonly RenderPlan[],
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly plan: RenderPlan }> {
  const tools = plans.map(({ tool }) => tool).join(", ");
  for (const plan of plans) {
    const text = await run(plan, signal);
    if (text !== undefined) return { text, plan };
  }
  throw new RenderError("missing-tool", tools, `${tools} cannot be found`);
}

/** What the tool prints; undefined where there is no such tool. */
function run({ tool, words, folder }: RenderPlan, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = { cwd: folder, signal, timeout: patienceMs, maxBuffer: mostBytes, windowsHide: true };
    execFile(tool, words, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.name === "AbortError") reject(error);
      else if (error.code === "ENOENT") resolve(undefined);
      else if (error.killed || String(error.code) === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER")
        reject(new RenderError("too-long", tool, `${tool} did not come to an end`));
      else reject(new RenderError("failed", tool, lastLine(stderr) || error.message));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split(/\r?\n/).at(-1)?.slice(0, 400) ?? "";
}
