import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { legendRows, spreadApart } from "./legend.js";
import { textWidth } from "./text.js";

describe("legends", () => {
  it("spreads labels apart within the limits, in order, and leaves those with room where they are", () => {
    expect(spreadApart([50, 120], 17, 0, 200)).toEqual([50, 120]);
    expect(spreadApart([100, 100], 20, 0, 200)).toEqual([90, 110]);
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 15 }), (wanted) => {
        const placed = spreadApart(wanted, 17, 0, 300);
        const order = wanted.map((_, i) => i).sort((i, j) => (wanted[i] as number) - (wanted[j] as number));
        const sorted = order.map((i) => placed[i] as number);
        for (let k = 0; k < sorted.length; k++) {
          expect(sorted[k]).toBeGreaterThanOrEqual(-1e-9);
          expect(sorted[k]).toBeLessThanOrEqual(300 + 1e-9);
          if (k > 0) expect((sorted[k] as number) - (sorted[k - 1] as number)).toBeGreaterThanOrEqual(17 - 1e-9);
        }
      }),
    );
  });

  it("breaks into rows that fit, shortening a name that alone would not", () => {
    const entries = ["a", "b", "c".repeat(200)].map((name) => ({ name, color: "#000000" }));
    const rows = legendRows(entries, 300);
    expect(rows.map((row) => row.length)).toEqual([2, 1]);
    expect(textWidth(rows[1]?.[0]?.name ?? "", 13)).toBeLessThanOrEqual(300);
  });
});
