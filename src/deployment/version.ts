/** An engine version as far as it is known. */
export interface Version {
  readonly text: string;
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** Of `0.4.6.post5` and of `0.10.1.1`; 0 in the release itself and its candidates. */
  readonly post: number;
}

/** `v0.11.0`, `0.4.6.post5`, `1.2.0rc1`, `0.10.1.1`, `0.18` … ; undefined where there is no number to read (`latest`, a digest, `${TAG}`). */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+)(?:\.(\d+))?)?(?:[.+-]?(?:post(\d+)|rc|dev|a|b)?[\w.+-]*)?$/.exec(text.trim());
  if (!match) return undefined;
  return {
    text: text.trim().replace(/^v/, ""),
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: Number(match[3] ?? 0),
    post: Number(match[4] ?? match[5] ?? 0),
  };
}

/** Negative when a is older than b; a release candidate counts as its release. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || a.post - b.post;
}

/** `atLeast(version, "0.20.0")`. The literal must be a version. */
export function atLeast(version: Version, literal: string): boolean {
  return compareVersions(version, floorOf(literal)) >= 0;
}

/** Versions that code and catalogue name: few, and asked for many times in each plan. */
const floors = new Map<string, Version>();

function floorOf(literal: string): Version {
  const known = floors.get(literal);
  if (known) return known;
  const floor = parseVersion(literal);
  if (!floor) throw new Error(`not a version: ${literal}`);
  floors.set(literal, floor);
  return floor;
}
