import { asBetween, asCount, asText, CaseError, type Fields, optional } from "../case-fields.ts";

/** What a case says of its system, member by member. What nobody asks for is no setting of it. */
export class SystemSettings {
  private readonly asked: string[] = [];

  constructor(
    private readonly system: string,
    private readonly fields: Fields,
  ) {}

  count<T>(key: string, usual: T): number | T {
    return this.read(key, asCount) ?? usual;
  }

  /** A physical quantity between what can be of any age or size. */
  between<T>(key: string, least: number, most: number, usual: T): number | T {
    return this.read(key, asBetween(least, most)) ?? usual;
  }

  oneOf<W extends string>(key: string, words: readonly W[], usual: W): W {
    const written = this.read(key, asText);
    if (written === undefined) return usual;
    const found = words.find((word) => word === written.trim().toLowerCase());
    if (found === undefined) throw new CaseError("bad-case", `“${key}” of ${this.system} must be one of ${words.join(", ")}.`);
    return found;
  }

  /** Called when all have been read. */
  refuseOthers(): void {
    const other = Object.keys(this.fields).find((key) => !this.asked.includes(key));
    if (other !== undefined)
      throw new CaseError("bad-case", `“${other}” is no setting of ${this.system}; it has ${this.asked.join(", ")}.`);
  }

  private read<T>(key: string, as: (value: unknown, key: string) => T): T | undefined {
    this.asked.push(key);
    return optional(this.fields, key, as);
  }
}
