import { describe, expect, it } from "vitest";
import { drawablePoints } from "./decimate.js";

const wide = (value: number) => 600 * value;

describe("points worth drawing", () => {
  it("keeps short curves whole and breaks them where a value is not finite", () => {
    const { x, y } = drawablePoints([0, 1, 2, 3, 4], [5, Number.NaN, 7, Number.POSITIVE_INFINITY, 9], wide, wide);
    expect(x).toEqual([0, Number.NaN, 2, Number.NaN, 4]);
    expect(y).toEqual([5, Number.NaN, 7, Number.NaN, 9]);
    expect(drawablePoints([0, 1], [Number.NaN, Number.NaN], wide, wide).x).toEqual([]);
  });

  it("keeps the extremes of every pixel column of a long graph", () => {
    const n = 100_000;
    const x = Float64Array.from({ length: n }, (_, i) => i / n);
    const y = x.map((value, i) => Math.sin(900 * value) + (i === 61_803 ? 50 : 0) - (i === 31_415 ? 40 : 0));
    const kept = drawablePoints(x, y, wide, wide);
    expect(kept.x.length).toBeLessThanOrEqual(4 * 601);
    const range = (xs: ArrayLike<number>, ys: ArrayLike<number>) => {
      const columns = new Map<number, [number, number]>();
      for (let i = 0; i < xs.length; i++) {
        const column = Math.floor(wide(xs[i] as number));
        const [low, high] = columns.get(column) ?? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
        columns.set(column, [Math.min(low, ys[i] as number), Math.max(high, ys[i] as number)]);
      }
      return columns;
    };
    expect(range(kept.x, kept.y)).toEqual(range(x, y));
    expect([kept.x[0], kept.x.at(-1)]).toEqual([x[0], x[n - 1]]);
    expect(kept.x).toEqual([...kept.x].sort((a, b) => a - b));
  });

  it("keeps a long closed path within a fifth of a pixel", () => {
    const n = 6000;
    const angle = Array.from({ length: n + 1 }, (_, i) => (2 * Math.PI * i) / n);
    const scale = (value: number) => 200 * value;
    const kept = drawablePoints(angle.map(Math.cos), angle.map(Math.sin), scale, scale);
    expect(kept.x.length).toBeLessThan(300);
    for (let i = 1; i < kept.x.length; i++) {
      const middle =
        Math.hypot(
          (kept.x[i - 1] as number) + (kept.x[i] as number),
          (kept.y[i - 1] as number) + (kept.y[i] as number),
        ) / 2;
      expect(200 * (1 - middle)).toBeLessThanOrEqual(0.2);
    }
    expect(Math.max(...kept.y)).toBeGreaterThan(1 - 0.2 / 200);
    expect(Math.min(...kept.x)).toBeLessThan(-1 + 0.2 / 200);
  });
});
