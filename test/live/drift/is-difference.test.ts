import { expect, it } from "vitest";
import { isDifference } from "../../../src/live/drift/drift.ts";

it("a setting that the server runs otherwise is a difference; a figure of our own model, or what is close or not told, is none", () => {
  expect(isDifference({ verdict: "different", predicted: false })).toBe(true);
  expect(isDifference({ verdict: "different", predicted: true })).toBe(false);
  for (const verdict of ["equal", "close", "not-offered"] as const) expect(isDifference({ verdict, predicted: false })).toBe(false);
});
