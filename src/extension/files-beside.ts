import * as vscode from "vscode";
import type { RelatedFile } from "../deployment/neighbours.ts";
import { isYaml } from "../platform/find-files.ts";
import { ifThere, textOf } from "./workspace-files.ts";

/** Objects through which a workload of another file is reached. */
const leadsTo = /^kind:\s*["']?(?:Service|Ingress|HTTPRoute|Route|Gateway)["']?\s*$/m;
const mostFiles = 60;
const mostCharacters = 500_000;

/** The YAML files in a file's folder that say how something is reached; as they stand in the editor where they are open. */
export async function filesBeside(uri: vscode.Uri): Promise<readonly RelatedFile[]> {
  const folder = vscode.Uri.joinPath(uri, "..");
  const names = (await entriesOf(folder)).filter((name) => isYaml(name) && !uri.path.endsWith(`/${name}`)).sort();
  const read = names.slice(0, mostFiles).map(async (file): Promise<readonly RelatedFile[]> => {
    const place = vscode.Uri.joinPath(folder, file);
    const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === place.toString());
    const text = open?.getText() ?? (await textOf(place)) ?? "";
    return text.length <= mostCharacters && leadsTo.test(text) ? [{ file, text }] : [];
  });
  return (await Promise.all(read)).flat();
}

/** Empty for a document that lies in no folder. */
async function entriesOf(folder: vscode.Uri): Promise<readonly string[]> {
  const entries = (await ifThere(async () => vscode.workspace.fs.readDirectory(folder))) ?? [];
  return entries.flatMap(([name, type]) => (type & vscode.FileType.File ? [name] : []));
}
