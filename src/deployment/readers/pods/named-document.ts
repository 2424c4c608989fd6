import type { Launch } from "../../launch.ts";
import { plainPath } from "../../written-files.ts";
import type { YamlDocument } from "../../yaml-document.ts";

/** What lies at a path of a container's file system, as far as anybody sees it. */
export type MountedDocument = (path: string) => YamlDocument | undefined;

/** The YAML file at a path that a launch names: the one that its own script (in `document`) has written before, else what is mounted there. */
export function namedDocument(launch: Launch, path: string, document: YamlDocument, mounted?: MountedDocument): YamlDocument | undefined {
  if (!launch.files?.has(plainPath(path))) return mounted?.(path);
  const text = launch.files.get(plainPath(path));
  return text && document.embeddedText(text);
}
