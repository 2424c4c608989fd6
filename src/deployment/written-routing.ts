import type { RoutingRule } from "./routing.ts";
import type { Span } from "./text.ts";

/** What a file says of how requests are spread, at the word that says it. */
export interface WrittenRouting {
  readonly rule: RoutingRule;
  /** Over the instances that only decode, where it is another. */
  readonly decode?: RoutingRule;
  readonly span: Span;
}
