import ignore, { type Ignore } from "ignore";

/** One .gitignore or .ignore of a workspace folder. */
export interface IgnoreFile {
  /** Path of the file from the workspace folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** What the ignore files of a folder leave out, as git and ripgrep read them: deeper files decide over higher ones, .ignore over .gitignore. */
export class IgnoreRules {
  private readonly texts = new Map<string, string>();
  private readonly byFolder = new Map<string, Ignore>();

  constructor(files: readonly IgnoreFile[]) {
    for (const { path, text } of files) this.texts.set(path, text);
  }

  /** `path` from the workspace folder, with `/`. */
  ignores(path: string): boolean {
    return this.rulesAt(folderOf(path)).ignores(path);
  }

  /** The rules of a folder and those above it, each rule from the workspace folder's point of view. */
  private rulesAt(folder: string): Ignore {
    const known = this.byFolder.get(folder);
    if (known) return known;
    const isOwn = folder === "" || this.texts.has(`${folder}/.gitignore`) || this.texts.has(`${folder}/.ignore`);
    const rules = isOwn ? this.collected(folder) : this.rulesAt(folderOf(folder));
    this.byFolder.set(folder, rules);
    return rules;
  }

  private collected(folder: string): Ignore {
    const parts = folder === "" ? [] : folder.split("/");
    const folders = ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
    const rules = ignore();
    for (const name of [".gitignore", ".ignore"]) {
      for (const one of folders) {
        const text = this.texts.get(one === "" ? name : `${one}/${name}`);
        if (text !== undefined) rules.add(text.split(/\r?\n/).map((line) => rebased(line, one)));
      }
    }
    return rules;
  }
}

/** A pattern of a deeper file as one of the workspace folder's own. */
function rebased(line: string, folder: string): string {
  if (folder === "" || line.startsWith("#") || line.trim() === "") return line;
  const negated = line.startsWith("!");
  const pattern = negated ? line.slice(1) : line;
  // A slash before the last character ties a pattern to its folder.
  const isAnchored = /\/(?=.*[^\s/])/.test(pattern);
  const base = folder.replace(/[\\*?[\]!#]/g, "\\$&");
  return `${negated ? "!" : ""}/${base}/${isAnchored ? pattern.replace(/^\//, "") : `**/${pattern}`}`;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
