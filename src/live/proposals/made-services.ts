import { spanOf } from "../../deployment/mapped.ts";
import type { YamlValue } from "../../deployment/yaml-document.ts";
import { namespaceOf, readableText } from "../kubernetes/manifest-pods.ts";
import { portNumber } from "./engine-ports.ts";
import type { PodService } from "./services.ts";

/** A Service that a controller makes of an object of this kind, by the controllers' documentation of 2026. */
interface Made {
  readonly api: RegExp;
  readonly kind: string;
  /** Behind the object's name. */
  readonly ending: string;
  /** Where the object says another port. */
  readonly written: readonly string[];
  readonly port: number;
  readonly target: number;
}

const made: readonly Made[] = [
  { api: /^nvidia\.com\//, kind: "DynamoGraphDeployment", ending: "-frontend", written: [], port: 8000, target: 8000 },
  { api: /^kaito\.sh\//, kind: "Workspace", ending: "", written: [], port: 80, target: 5000 },
  { api: /^apps\.nvidia\.com\//, kind: "NIMService", ending: "", written: ["spec", "expose", "service", "port"], port: 8000, target: 8000 },
];

/** The Service that the controller of an object makes for it, where it makes one. */
export function madeService(root: YamlValue): readonly PodService[] {
  const kind = root.at("kind").string;
  const api = root.at("apiVersion").string;
  const one = made.find((candidate) => candidate.kind === kind && candidate.api.test(api));
  const text = root.at("metadata", "name").text();
  const name = readableText(root.at("metadata", "name"));
  if (!one || !text || name === null) return [];
  const written = one.written.length > 0 ? root.at(...one.written) : undefined;
  const port = written?.exists ? portNumber(readableText(written)) : one.port;
  if (port === undefined) return [];
  const ports = [{ port, name: "http", target: one.target, span: spanOf(text) }];
  return [{ name: `${name}${one.ending}`, namespace: namespaceOf(root), selector: "", ports, outside: [] }];
}
