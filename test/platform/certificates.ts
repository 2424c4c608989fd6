import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificates {
  /** PEM file of the authority. */
  readonly authority: string;
  readonly key: string;
  readonly certificate: string;
  remove(): void;
}

/** An authority and a certificate of its making for these names, made anew with openssl and thrown away afterwards. */
export function certificates(names: readonly string[]): Certificates {
  const folder = mkdtempSync(join(tmpdir(), "inference-lens-tls-"));
  const path = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void => void execFileSync("openssl", words, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Test authority");
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server");
  writeFileSync(path("names"), `subjectAltName=${names.join(",")}\n`);
  const signing = ["-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names"];
  openssl("x509", ...signing, "-out", "server.pem");
  return {
    authority: path("ca.pem"),
    key: readFileSync(path("server.key"), "utf8"),
    certificate: readFileSync(path("server.pem"), "utf8"),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
