import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { failureWords, type KubectlFailureKind, kubectlFailure } from "../../../src/live/kubernetes/kubectl-failure.ts";

/** What kubectl 1.32 wrote to stderr when each was provoked. */
const said: readonly (readonly [KubectlFailureKind, string])[] = [
  ["no-context", "error: current-context is not set"],
  ["no-context", "error: current-context must exist in order to minify"],
  ["no-context", 'error: context "nosuch" does not exist'],
  ["no-context", "error: cannot locate context nosuch"],
  ["no-context", "The connection to the server localhost:8080 was refused - did you specify the right host or port?"],
  [
    "denied",
    'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "x"',
  ],
  ["login", "error: You must be logged in to the server (Unauthorized)"],
  ["login", "error: You must be logged in to the server (the server has asked for the client to provide credentials)"],
  ["login", "Unable to connect to the server: getting credentials: exec: executable aws failed with exit code 255"],
  ["login", "Unable to connect to the server: getting credentials: exec: executable gke-gcloud-auth-plugin not found"],
  ["unreachable", "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?"],
  ["unreachable", "Unable to connect to the server: dial tcp: lookup api.example on 10.0.0.2:53: no such host"],
  ["unreachable", "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority"],
  ["timeout", "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout"],
  ["timeout", "Unable to connect to the server: net/http: request canceled (Client.Timeout exceeded while awaiting headers)"],
  ["no-namespace", 'Error from server (NotFound): namespaces "nowhere" not found'],
  ["gone", 'Error from server (NotFound): pods "gone" not found'],
  [
    "closed-port",
    "Error from server (ServiceUnavailable): error trying to reach service: dial tcp 10.0.0.3:8000: connect: connection refused",
  ],
  ["other", 'Error from server (InternalError): an error on the server ("oops") has prevented the request from succeeding'],
  ["other", ""],
];

describe("what kubectl complains of", () => {
  test.each(said)("%s: %s", (kind, stderr) => {
    expect(kubectlFailure(stderr).kind).toBe(kind);
  });

  test("log lines of its own before the sentence are passed over", () => {
    const stderr =
      'E1128 01:27:58.930912 19842 memcache.go:265] "Unhandled Error" err="couldn\'t get current server API group list"\n' +
      "error: You must be logged in to the server (Unauthorized)\n";
    expect(kubectlFailure(stderr)).toEqual({ kind: "login", said: "You must be logged in to the server (Unauthorized)" });
  });

  test("each has a sentence, and an endless complaint is cut", () => {
    for (const [, stderr] of said) expect(plain(failureWords(kubectlFailure(stderr), "kubectl"))).toMatch(/^\S.*\S/);
    expect(kubectlFailure("x".repeat(10_000)).said.length).toBe(400);
  });
});
