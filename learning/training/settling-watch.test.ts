import { describe, expect, it } from "vitest";
import type { PhaseReport } from "../rule.js";
import { SettlingWatch, worstPhase } from "./settling-watch.js";

const phase = (name: string, residual: readonly number[], unsettled: number): PhaseReport => ({
  phase: name,
  residual: Float64Array.from(residual),
  tolerance: 1,
  unsettled,
  iterations: 1,
  displacement: 0,
  converged: unsettled === 0,
});

describe("the watch on settling", () => {
  it("judges a batch by the phase with the most unsettled examples, then by the residual", () => {
    const free = phase("free", [0.5, 9], 1);
    const nudged = phase("nudged", [2, 3], 2);
    expect(worstPhase([free, nudged, free])).toEqual({ phase: "nudged", unsettled: 1, residual: 3, tolerance: 1 });
    expect(worstPhase([phase("free", [2, 0], 1), free]).residual).toBe(9);
    expect(worstPhase([phase("free", [2, Number.NaN], 2)]).residual).toBeNaN();
  });

  it("is exceeded when the mean over a full window is above the limit", () => {
    const watch = new SettlingWatch({ maximumUnsettled: 0.5, over: 2 });
    expect([watch.mean, watch.isExceeded]).toEqual([0, false]);
    watch.add(1);
    expect(watch.isExceeded).toBe(false);
    watch.add(0);
    expect([watch.mean, watch.isExceeded]).toEqual([0.5, false]);
    watch.add(0.5);
    expect([watch.mean, watch.isExceeded]).toEqual([0.25, false]);
    watch.add(1);
    expect([watch.mean, watch.isExceeded]).toEqual([0.75, true]);
    expect(watch.recent).toEqual([0.5, 1]);
  });

  it("goes on from fractions of an earlier watch", () => {
    const watch = new SettlingWatch({ over: 2 });
    watch.recent = [1, 0, 0];
    expect(watch.recent).toEqual([0, 0]);
  });

  it("refuses limits that make no sense", () => {
    expect(() => new SettlingWatch({ maximumUnsettled: 2 })).toThrow("settling.maximumUnsettled: got 2");
    expect(() => new SettlingWatch({ over: 0 })).toThrow("settling.over: got 0");
  });
});
