import type { Model } from "../catalog/facts.ts";

/** Another file of the workspace that a text is read together with. */
export interface RelatedFile {
  /** As the host names it; ranges in it carry it. */
  readonly file: string;
  readonly text: string;
}

/** A model in a folder of the workspace. */
export type NeighbourModel = {
  /** Its config.json, as the host names it. */
  readonly file: string;
  /** Its folder, as a person reads it. */
  readonly name: string;
} & ({ readonly model: Model; readonly problem?: undefined } | { readonly model?: undefined; readonly problem: string });

/** Other files, asked for by what a text says of them. Hosts answer from disk or from an index, and never reach outside the workspace. */
export interface Neighbours {
  /** The file at a path as written in `from`, a related file, or in the text itself; a folder stands for the kustomization in it. */
  at(path: string, from: string | undefined): RelatedFile | undefined;
  /** The one file that defines an object of this kind and name; undefined where none or several do. */
  defining(kind: string, name: string): RelatedFile | undefined;
  /** The model in the folder at a path, or behind a config.json; undefined where there is none. */
  model(path: string, from: string | undefined): NeighbourModel | undefined;
}

/** A text that stands alone. */
export const noNeighbours: Neighbours = { at: () => undefined, defining: () => undefined, model: () => undefined };
