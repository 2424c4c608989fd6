import type { ReadProblem } from "../deployment/deployment.ts";
import { message } from "../deployment/message.ts";
import { longestText } from "../deployment/sniff.ts";
import { maskTemplates } from "../deployment/templates.ts";
import { LineMap } from "../deployment/text.ts";
import { parseYaml } from "../deployment/yaml-document.ts";

/** The first place where a text stops being YAML; undefined where it is. Asked only when a deployment was there a moment ago. */
export function brokenAt(text: string): ReadProblem | undefined {
  if (text.length > longestText) return undefined;
  const error = parseYaml(maskTemplates(text)).flatMap(({ errors }) => errors)[0];
  return error && { message: message("Not valid YAML: {0}", error.text), range: new LineMap(text).range(error.span) };
}
