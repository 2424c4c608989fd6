import type { Snapshot } from "../snapshot.ts";
import { valueAt } from "./answer.ts";
import type { RunningServer, Told } from "./running-server.ts";
import { pathList, type SafeEndpoint, safeEndpoints } from "./safe-endpoints.ts";
import { serverOf, type ToldPart } from "./told-part.ts";

/** Asks for an address of the allow list, relative to the server; undefined where it answers with anything but JSON. Never rejects. */
export type AskJson = (path: string, query?: string) => Promise<unknown>;

/** What is known of a server from its metrics page alone. */
export type PageIdentity = Pick<Snapshot, "server" | "told" | "perEngine">;

/** Before a page was seen. */
export const unseenPage: PageIdentity = { server: { kind: "unknown", model: null, engines: 1 } };

/** What a server says of itself, at the addresses of the allow list and on its metrics page; what is refused or malformed is unknown. */
export async function identify(page: PageIdentity, ask: AskJson): Promise<RunningServer> {
  const { kind } = page.server;
  const endpoints = safeEndpoints[kind] ?? [];
  const listed = endpoints.some(({ isListed }) => isListed) ? await ask(pathList) : undefined;
  const parts = await Promise.all(
    endpoints.filter((endpoint) => !endpoint.isListed || isListed(endpoint, listed)).map((endpoint) => answerOf(endpoint, page, ask)),
  );
  // A page shows what is held now; answers were resolved at the start, and say more.
  return serverOf(kind, [...parts, ...pageParts(page)]);
}

/** The same without asking anybody. */
export function identityOf(page: PageIdentity): RunningServer {
  return serverOf(page.server.kind, pageParts(page));
}

async function answerOf({ paths, query, read }: SafeEndpoint, page: PageIdentity, ask: AskJson): Promise<ToldPart> {
  for (const pattern of paths) {
    const path = filled(pattern, page.server.model);
    const answer = path === undefined ? undefined : await ask(path, query);
    if (answer !== undefined) return read(answer);
  }
  return {};
}

/** A model's name goes into an address only where it cannot be anything else than one step of it. */
function filled(pattern: string, model: string | null): string | undefined {
  if (!pattern.includes("{model}")) return pattern;
  return model !== null && /^\w[\w.-]{0,199}$/.test(model) ? pattern.replace("{model}", model) : undefined;
}

function isListed({ paths }: SafeEndpoint, list: unknown): boolean {
  return paths.some((path) => valueAt(list, "paths", `/${path}`, "get") !== undefined);
}

function pageParts({ server, told, perEngine }: PageIdentity): readonly ToldPart[] {
  const named = enginesOfOne(perEngine ?? []);
  // One engine may be one of many behind other API servers.
  const data: Told | undefined = named > 1 ? { value: named, from: "metrics", isLeast: true } : undefined;
  const model: Told<string> | null = server.model === null ? null : { value: server.model, from: "metrics" };
  return [...(told ?? []), { model, ...(data ? { settings: { data } } : {}) }];
}

/** Engines that a page tells apart; of a fleet's servers, those of the one with the most. */
function enginesOfOne(engines: NonNullable<PageIdentity["perEngine"]>): number {
  const counts = new Map<string, number>();
  for (const { engine, member = "" } of engines) if (engine !== "") counts.set(member, (counts.get(member) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
