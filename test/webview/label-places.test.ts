import { describe, expect, it } from "vitest";
import { type Box, freeOf, labelPlaces, nearestOn, takenByLine } from "../../webview/parts/label-places.ts";
import { logTicksApart } from "../../webview/parts/ticks.ts";

const edges: Box = { x: 0, y: 0, width: 400, height: 150 };

describe("labels of points", () => {
  const touch = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

  it("stand left of their point where there is room", () => {
    expect(labelPlaces([{ x: 200, y: 70, width: 60 }], [], edges)).toEqual([{ x: 129, y: 63.5, width: 60, height: 13 }]);
  });

  it("of near points lie neither on each other, nor on a line, nor on a point, nor beyond the edge", () => {
    const labels = [
      { x: 350, y: 100, width: 60 },
      { x: 352, y: 104, width: 60 },
    ];
    const taken: Box[] = [
      { x: 0, y: 101, width: 400, height: 2 },
      ...labels.map(({ x, y }) => ({ x: x - 5, y: y - 5, width: 10, height: 10 })),
    ];
    const [first, second] = labelPlaces(labels, taken, edges);
    if (!first || !second) throw new Error("no place");
    expect(touch(first, second)).toBe(false);
    for (const box of [first, second]) {
      expect(taken.some((one) => touch(box, one))).toBe(false);
      expect(box.x + box.width).toBeLessThanOrEqual(400);
    }
  });

  it("are led to from their point where they do not stand beside it", () => {
    const box = { x: 100, y: 50, width: 60, height: 13 };
    expect(nearestOn(box, { x: 180, y: 90 })).toEqual({ x: 160, y: 63 });
    expect(nearestOn(box, { x: 130, y: 20 })).toEqual({ x: 130, y: 50 });
  });

  it("keep off the lines between points", () => {
    // The line rises from (0, 100) to (100, 0): what lies at its lower left touches it, what lies at the right does not.
    const taken = takenByLine([
      { x: 0, y: 100 },
      { x: 100, y: 0 },
    ]);
    const [left, right] = [{ x: 30, y: 60, width: 60, height: 13 } as const, { x: 130, y: 60, width: 60, height: 13 } as const];
    expect(freeOf([left, right], taken)).toBe(right);
    expect(freeOf([left], taken)).toBe(left);
    expect(takenByLine([{ x: 3, y: 3 }])).toEqual([]);
  });

  it("without any room stand all the same", () => {
    expect(labelPlaces([{ x: 200, y: 70, width: 60 }], [edges], edges)).toHaveLength(1);
  });
});

describe("ticks of a logarithmic axis", () => {
  it("whose labels would touch are dropped", () => {
    // From 30 to 3,000 over 200 px: 50 stands at 22, 100 at 52, 200 at 82, 500 at 122, 1,000 at 152; labels of 40 px take 48 each.
    expect(logTicksApart([50, 100, 200, 500, 1000], { from: 30, to: 3000, pixels: 200 }, () => 40)).toEqual([50, 200, 1000]);
    expect(logTicksApart([50, 100, 200, 500, 1000], { from: 30, to: 3000, pixels: 400 }, () => 40)).toEqual([50, 100, 200, 500, 1000]);
  });
});
