import { readFileSync } from "node:fs";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { environmentProxy } from "./proxy-route.ts";

/** How other machines are reached from this one. */
export interface Connections {
  /** null = directly; undefined = as the program around us decides, which hands out a patched `http` (VS Code). */
  readonly proxyFor: (url: URL) => string | null | undefined;
  /** With authorities of one's own; undefined = those that everybody trusts. */
  readonly secureContext: SecureContext | undefined;
  /** Whether a person said that the certificate of this origin need not be vouched for. */
  readonly isExcepted: (origin: string) => boolean;
}

/** From a terminal: proxies by the environment, no exceptions. */
export function environmentConnections(environment: NodeJS.ProcessEnv, own?: SecureContext): Connections {
  return { proxyFor: (url) => environmentProxy(url, environment), secureContext: own, isExcepted: () => false };
}

/** Trusts the public authorities, those of NODE_EXTRA_CA_CERTS, and the ones in a PEM file. Throws where the file cannot be read as such. */
export function authoritiesOf(file: string, environment: NodeJS.ProcessEnv = process.env): SecureContext {
  const text = readFileSync(file, "utf8");
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new Error("holds no certificate (PEM)");
  // Naming authorities replaces the standard ones, NODE_EXTRA_CA_CERTS among them.
  const extra = environment.NODE_EXTRA_CA_CERTS;
  return createSecureContext({ ca: [...rootCertificates, ...(extra ? [readFileSync(extra, "utf8")] : []), text] });
}
