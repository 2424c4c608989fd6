/** Which files of a workspace define which objects, each as `Kind/name`. */
export class ObjectIndex {
  private readonly byFile = new Map<string, ReadonlySet<string>>();
  private readonly byObject = new Map<string, Set<string>>();

  /** What a file defines now. Returns every object that it defines or defined until now. */
  put(file: string, objects: ReadonlySet<string>): ReadonlySet<string> {
    const before = this.byFile.get(file) ?? new Set<string>();
    for (const object of before) this.byObject.get(object)?.delete(file);
    for (const object of objects) this.byObject.set(object, (this.byObject.get(object) ?? new Set()).add(file));
    if (objects.size > 0) this.byFile.set(file, objects);
    else this.byFile.delete(file);
    return new Set([...before, ...objects]);
  }

  /** In order of their names. */
  filesDefining(object: string): readonly string[] {
    return [...(this.byObject.get(object) ?? [])].sort();
  }
}
