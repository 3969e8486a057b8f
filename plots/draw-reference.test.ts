import { describe, expect, it } from "vitest";
import { slopeEnds } from "./draw-reference.js";

const axis = (scale: "linear" | "log", domain: readonly [number, number]) => ({
  label: "",
  scale,
  domain,
  ticks: [],
  minorTicks: [],
});

describe("slopes", () => {
  it("follow y0 (x/x0)^p between log axes, up to the plotting area's edges", () => {
    const axes = { x: axis("log", [1e-6, 1]), y: axis("log", [1e-9, 1e-1]) };
    for (const slope of [1, 2, -1, 0.5]) {
      const ends = slopeEnds({ slope, through: [1e-3, 1e-5] }, axes);
      for (const [x, y] of ends ?? []) {
        expect(Math.log(y / 1e-5)).toBeCloseTo(slope * Math.log(x / 1e-3), 9);
        expect(x).toBeGreaterThan(1e-6 * (1 - 1e-9));
        expect(y).toBeLessThan(1e-1 * (1 + 1e-9));
        expect(y).toBeGreaterThan(1e-9 * (1 - 1e-9));
      }
      expect(ends?.length).toBe(2);
    }
  });

  it("are straight lines between linear axes, over the part asked for", () => {
    const axes = { x: axis("linear", [0, 10]), y: axis("linear", [0, 10]) };
    expect(slopeEnds({ slope: 0.5, through: [0, 1], over: [2, 4] }, axes)).toEqual([
      [2, 2],
      [4, 3],
    ]);
    expect(slopeEnds({ slope: 0, through: [0, 3] }, axes)).toEqual([
      [0, 3],
      [10, 3],
    ]);
  });

  it("are left out where they miss the plotting area", () => {
    const axes = { x: axis("linear", [0, 1]), y: axis("linear", [0, 1]) };
    expect(slopeEnds({ slope: 1, through: [0, 5] }, axes)).toBe(undefined);
    expect(slopeEnds({ slope: 0, through: [0, 5] }, axes)).toBe(undefined);
    expect(slopeEnds({ slope: 1, through: [0, 0], over: [2, 3] }, axes)).toBe(undefined);
  });
});
