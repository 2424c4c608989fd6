import { wordTable } from "../catalog/word-table.ts";
import { compareVersions, parseVersion, type Version } from "../deployment/version.ts";

/** Releases whose registry was read (distributed/kv_transfer/kv_connector/factory.py). */
const samples = ["0.9.2", "0.10.2", "0.11.2", "0.14.1", "0.18.1", "0.22.1", "0.24.0", "0.26.0", "0.28.0", "0.33.0"];

/** First and last sample that registers a connector; null = the newest still does. */
type Span = readonly [first: string, last: string | null];

const connectors: Readonly<Record<string, readonly Span[]>> = wordTable({
  PyNcclConnector: [["0.9.2", "0.9.2"]],
  LMCacheConnector: [["0.9.2", "0.9.2"]],
  MooncakeConnector: [
    ["0.9.2", "0.9.2"],
    ["0.14.1", null],
  ],
  MooncakeStoreConnector: [
    ["0.9.2", "0.9.2"],
    ["0.22.1", null],
  ],
  SharedStorageConnector: [["0.9.2", "0.11.2"]],
  P2pNcclConnector: [["0.9.2", "0.22.1"]],
  LMCacheConnectorV1: [["0.9.2", null]],
  NixlConnector: [["0.9.2", null]],
  MultiConnector: [["0.9.2", null]],
  LMCacheMPConnector: [["0.11.2", null]],
  OffloadingConnector: [["0.11.2", null]],
  DecodeBenchConnector: [["0.11.2", null]],
  ExampleConnector: [["0.14.1", null]],
  MoRIIOConnector: [["0.14.1", null]],
  ExampleHiddenStatesConnector: [["0.18.1", null]],
  FlexKVConnectorV1: [["0.18.1", null]],
  SimpleCPUOffloadConnector: [["0.22.1", null]],
  HF3FSKVConnector: [["0.22.1", null]],
  NixlPullConnector: [["0.24.0", null]],
  NixlPushConnector: [["0.24.0", null]],
  HiSparseConnector: [["0.33.0", null]],
});

/** What took a connector's place. */
export const connectorSuccessors: Readonly<Record<string, string>> = wordTable({
  LMCacheConnector: "LMCacheConnectorV1",
  SharedStorageConnector: "ExampleConnector",
});

/** Connectors of some release read. */
export const connectorNames: readonly string[] = Object.keys(connectors);

/** Whether a release registers a connector of its own; undefined between samples that differ, and outside of them. */
export function hasConnector(name: string, version: Version): boolean | undefined {
  const before = samples.findLastIndex((sample) => order(version, sample) >= 0);
  const after = samples.findIndex((sample) => order(version, sample) <= 0);
  if (before < 0 || after < 0) return undefined;
  const [older, newer] = [isIn(name, before), isIn(name, after)];
  return older === newer ? older : undefined;
}

function isIn(name: string, sample: number): boolean {
  return (connectors[name] ?? []).some(
    ([first, last]) => samples.indexOf(first) <= sample && (last === null || sample <= samples.indexOf(last)),
  );
}

function order(version: Version, sample: string): number {
  const other = parseVersion(sample);
  return other ? compareVersions(version, other) : Number.NaN;
}
