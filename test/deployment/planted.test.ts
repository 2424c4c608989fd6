import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

/** One line: version, GPU, count, arguments, and the errors and warnings that an engine start or a person would confirm. */
const rows = readFileSync(new URL("./planted.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("|").map((part) => part.trim()) as [string, string, string]);

function file(where: string, args: string): string {
  const [version = "", gpu = "", count = ""] = where.split(" ");
  const words = args.split(" ").map((word) => JSON.stringify(word));
  return `# inference-lens: gpu=${gpu}
apiVersion: apps/v1
kind: Deployment
metadata: { name: planted }
spec:
  template:
    spec:
      hostIPC: true
      containers:
        - name: vllm
          image: vllm/vllm-openai:v${version}
          args: [${words.join(", ")}]
          resources: { limits: { nvidia.com/gpu: ${count} } }
`;
}

describe("planted mistakes are found, correct files are silent", () => {
  test.each(rows)("%s | %s | %s", (where, args, wanted) => {
    const { findings, deployments } = analyse(file(where, args), { catalog: testCatalog(), fileName: "planted.yaml" });
    const serious = findings.filter(({ severity }) => severity !== "information").map(({ severity, code }) => `${severity} ${code}`);
    expect(deployments).toHaveLength(1);
    expect(serious.join(", ")).toBe(wanted);
  });
});
