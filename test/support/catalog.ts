import { fileURLToPath } from "node:url";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { loadCatalog } from "../../src/platform/catalog-files.ts";

let catalog: Catalog | undefined;

/** The catalogue that ships, read once a test file. */
export function testCatalog(): Catalog {
  catalog ??= loadCatalog(fileURLToPath(new URL("../../src/catalog/data", import.meta.url)));
  return catalog;
}
