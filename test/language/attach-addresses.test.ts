import { expect, test } from "vitest";
import { attachAddresses } from "../../src/language/attach-addresses.ts";
import { analysed, prefillAndDecode, yaml } from "./deployments.ts";

function addressesOf(text: string): readonly string[] {
  return analysed(text).deployments.flatMap(({ deployment }) =>
    attachAddresses(deployment).map(({ address, from }) => `${address} ${from}`),
  );
}

test.each([
  ["the file's port", yaml({ args: ["--port=9000"] }), ["localhost:9000 flag"]],
  ["the engine's where none is written", yaml(), ["localhost:8000 engine-default"]],
  ["nothing where it cannot be read", yaml({ args: ["--port=$(PORT)"] }), []],
  ["nothing that is no port", yaml({ args: ["--port=90000"] }), []],
  ["two pools' ports once each", prefillAndDecode(["--port=8100"], ["--port=8200"]), ["localhost:8100 flag", "localhost:8200 flag"]],
])("proposes %s", (_, text, expected) => {
  expect(addressesOf(text)).toEqual(expected);
});
