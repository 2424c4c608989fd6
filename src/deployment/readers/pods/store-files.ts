import type { Launch } from "../../launch.ts";
import { isReadable } from "../../mapped.ts";
import type { StoreFiles } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { YamlDocument } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { launchFlags } from "../fields/launch-flags.ts";
import { type MountedDocument, namedDocument } from "./named-document.ts";

/** What a launch finds around itself: where its script stands, its variables, and what is mounted. */
export interface LaunchPlace {
  readonly document: YamlDocument;
  readonly environment: Variables;
  readonly mounted?: MountedDocument;
}

/** Variables that name a file of a KV store's settings, and SGLang's flag that sets the first of them. */
const named: readonly { readonly variable: string; readonly flag?: string }[] = [
  { variable: "LMCACHE_CONFIG_FILE", flag: "lmcache-config-file" },
  { variable: "MOONCAKE_CONFIG_PATH" },
  { variable: "SGLANG_HICACHE_MOONCAKE_CONFIG_PATH" },
];

/** The plain members of the files of settings that a launch's variables name, by the variable; one that nobody sees is left out. */
export function storeFiles(launch: Launch, place: LaunchPlace, context: ReaderContext): StoreFiles {
  const files = new Map<string, Variables>();
  for (const { variable, flag } of named) {
    const path = (flag && flagPath(launch, flag, context)) ?? (launch.assignments.get(variable) ?? place.environment.get(variable))?.value;
    const file = path && isReadable(path) ? namedDocument(launch, path, place.document, place.mounted) : undefined;
    if (file?.root.isMap && file.errors.length === 0) files.set(variable, members(file));
  }
  return files;
}

function flagPath(launch: Launch, flag: string, context: ReaderContext): string | undefined {
  const isNamed = launch.words.some(({ value }) => value.startsWith(`--${flag}`));
  return isNamed ? (launchFlags(launch, context).get(flag)?.value?.value ?? undefined) : undefined;
}

function members({ root }: YamlDocument): Variables {
  const found = new Map<string, ReturnType<typeof root.text>>();
  for (const entry of root.entries()) {
    if (!entry.key || entry.isMap || entry.isList || entry.isNull) continue;
    const text = entry.text();
    found.set(entry.key.value, text && isReadable(text.value) ? text : undefined);
  }
  return found;
}
