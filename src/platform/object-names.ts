/** `Kind/name` of each object in a YAML text, found without parsing it: what is named is parsed before it is used. */
export function definedObjects(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  if (!text.includes("kind:")) return found;
  for (const document of text.split(/^---.*$/m)) {
    const kind = /^kind:[ \t]*["']?(\w+)/m.exec(document)?.[1];
    const metadata = /^metadata:[ \t]*(\{.*\})?[ \t]*$/m.exec(document);
    if (kind === undefined || !metadata) continue;
    const name = metadata[1]
      ? /\bname:[ \t]*["']?([\w.-]+)/.exec(metadata[1])?.[1]
      : nameBelow(document.slice(metadata.index + metadata[0].length));
    if (name !== undefined) found.add(`${kind}/${name}`);
  }
  return found;
}

/** The `name` among the lines that are indented as the first one is. */
function nameBelow(text: string): string | undefined {
  const indent = /^(?:[ \t]*(?:#.*)?\r?\n)+([ \t]+)\S/.exec(text)?.[1];
  if (indent === undefined) return undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\S/.test(line)) return undefined;
    const name = line.startsWith(indent) ? /^name:[ \t]*["']?([\w.-]+)/.exec(line.slice(indent.length))?.[1] : undefined;
    if (name !== undefined) return name;
  }
  return undefined;
}
