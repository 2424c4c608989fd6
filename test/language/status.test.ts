import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { statusOf } from "../../src/language/status.ts";
import { analysed, yaml } from "./deployments.ts";

const said = (text: string, off: readonly string[] = []) => {
  const { worst, parts } = statusOf(analysed(text), (code, severity) => (off.includes(code) ? "off" : severity));
  return [worst, parts.map(plain).join(", ")];
};

test("deployments, errors and warnings are counted", () => {
  expect(said(yaml())).toEqual([undefined, "1 deployment, no problems"]);
  const wrong = yaml({ name: "a", args: ["--tensor-parallel-size=2"] });
  const idle = yaml({ name: "b", gpus: 2 });
  expect(said([wrong, idle].join("---\n"))).toEqual(["error", "2 deployments, 1 error, 1 warning"]);
  expect(said([wrong, idle].join("---\n"), ["gpu-count"])).toEqual(["warning", "2 deployments, 1 warning"]);
  expect(said("a: 1\n")).toEqual([undefined, "no deployment in this file"]);
});
