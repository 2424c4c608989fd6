/** Another file of the workspace that a text is read together with. */
export interface RelatedFile {
  /** As the host names it; ranges in it carry it. */
  readonly file: string;
  readonly text: string;
}

/** Other files, asked for by what a text says of them. Hosts answer from disk or from an index, and never reach outside the workspace. */
export interface Neighbours {
  /** The file at a path as written in `from`, a related file, or in the text itself; a folder stands for the kustomization in it. */
  at(path: string, from: string | undefined): RelatedFile | undefined;
  /** The one file that defines an object of this kind and name; undefined where none or several do. */
  defining(kind: string, name: string): RelatedFile | undefined;
}

/** A text that stands alone. */
export const noNeighbours: Neighbours = { at: () => undefined, defining: () => undefined };
