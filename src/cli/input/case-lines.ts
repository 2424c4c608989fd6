import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { reason } from "../../platform/text-files.ts";
import { usage } from "../exit.ts";

/** The lines of a file or, for `-`, of stdin, as they come in; blank ones are left out. Throws CliError where the file cannot be read. */
export async function* caseLines(file: string): AsyncGenerator<string> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const text = line.replace(/^\ufeff/, "");
      if (text.trim() !== "") yield text;
    }
  } catch (error) {
    throw usage(`${file}: ${reason(error)}`);
  }
}
