import { fleetMembers } from "../platform/url.ts";
import type { Tokens } from "./tokens.ts";

/** The keys of the hosts behind an attached address, each sent to its own host alone. */
export class ServerKeys {
  private readonly known = new Map<string, string>();
  private readonly addresses: readonly string[];

  constructor(
    private readonly tokens: Tokens,
    url: string,
  ) {
    this.addresses = fleetMembers(url);
  }

  async load(): Promise<void> {
    for (const address of this.addresses) this.keep(address, await this.tokens.get(address));
  }

  keyFor(address: string): string | undefined {
    return this.known.get(new URL(address).origin);
  }

  /** Asks for the key of the first host without one, of the first of all where each has one; whether a person gave an answer. */
  async ask(): Promise<boolean> {
    const address = this.addresses.find((one) => this.keyFor(one) === undefined) ?? this.addresses[0];
    const token = address && (await this.tokens.ask(address));
    if (!address || token === undefined) return false;
    this.keep(address, token);
    return true;
  }

  private keep(address: string, token: string | undefined): void {
    if (token) this.known.set(new URL(address).origin, token);
    else this.known.delete(new URL(address).origin);
  }
}
