import { version } from "../../package.json";

/** The product's own version. */
export function toolVersion(): string {
  return version;
}
