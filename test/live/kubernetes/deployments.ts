import type { Deployment } from "../../../src/deployment/deployment.ts";
import { read } from "../../../src/deployment/read.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { testCatalog } from "../../support/catalog.ts";

/** The only deployment of a text. */
export function deploymentIn(text: string): Deployment {
  const [deployment] = read(text, { catalog: testCatalog(), surroundings: noSurroundings, fileName: "serving.yaml" }).deployments;
  if (!deployment) throw new Error("no deployment was read");
  return deployment;
}
