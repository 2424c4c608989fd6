import type { OptionFacts, OptionTable } from "./facts.ts";

/** Rows as `npm run catalog` writes them: usual values are left out. */
interface StoredOption {
  readonly key: string;
  readonly type: OptionFacts["type"];
  readonly items?: string;
  readonly choices?: readonly string[];
  readonly open?: boolean;
  readonly default?: unknown;
  readonly null?: boolean;
  readonly human?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly seen?: string;
  readonly gone?: string;
  readonly absent?: string;
  readonly plugin?: "arctic";
}

export interface StoredOptionTable {
  readonly versions: readonly string[];
  /** Whether the rows of an object are all that it takes. */
  readonly exhaustive: boolean;
  readonly options: readonly StoredOption[];
}

export function optionTable({ versions, exhaustive, options }: StoredOptionTable): OptionTable {
  const parents = options.map(({ key }) => key.slice(0, Math.max(0, key.lastIndexOf("."))));
  return {
    versions,
    options: new Map(options.map((row) => [row.key, optionFacts(row)])),
    closed: new Set(exhaustive ? parents : []),
  };
}

function optionFacts(row: StoredOption): OptionFacts {
  return {
    key: row.key,
    type: row.type,
    items: row.items ?? null,
    choices: row.choices ?? null,
    choicesOpen: row.open ?? false,
    default: row.default ?? null,
    nullable: row.null ?? false,
    humanReadable: row.human ?? false,
    atLeast: row.min ?? null,
    atMost: row.max ?? null,
    firstSeen: row.seen ?? null,
    removedBy: row.gone ?? null,
    absentIn: row.absent ?? null,
    plugin: row.plugin ?? null,
  };
}
