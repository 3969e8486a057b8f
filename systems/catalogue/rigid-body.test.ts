import { describe, expect, it } from "vitest";
import { fieldAt, valuesOf } from "../evaluation.testing.js";
import { rigidBody } from "./rigid-body.js";

type Vector = readonly [number, number, number];

describe("rigidBody", () => {
  it("turns as L x w", () => {
    const { system } = rigidBody();
    const { L } = fieldAt(system, valuesOf(system, { L: [1, 2, 3], inertia: [2, 4, 5] }));
    const [w1, w2, w3] = [1 / 2, 2 / 4, 3 / 5] as const;
    [2 * w3 - 3 * w2, 3 * w1 - 1 * w3, 1 * w2 - 2 * w1].forEach((rate, i) => {
      expect(L?.[i]).toBeCloseTo(rate, 15);
    });
  });

  it.each<readonly [string, Vector, Vector]>([
    ["about the largest moment", [1, 2, 3], [0.3, -0.2, 1]],
    ["about the smallest moment", [1, 2, 3], [1, 0.3, -0.2]],
    ["the other way round", [1, 2, 3], [0.2, 0.4, -1]],
    ["with axes in a cyclic order", [2, 3, 1], [0.4, 0.9, -0.3]],
    ["with axes in another order", [2, 1, 3], [-0.4, 0.9, 0.3]],
    ["with axes in reverse", [3, 2, 1], [-0.4, 0.2, -0.9]],
    ["of a symmetric top, disc", [1, 1, 2], [0.5, 0.3, 0.8]],
    ["of a symmetric top, stick", [1, 2, 2], [-0.5, 0.3, 0.8]],
    ["from a quarter of a turn", [1, 2, 3], [0.01, 1, 0]],
    ["from the other quarter", [1, 2, 3], [0, -1, -0.2]],
    ["about one axis alone", [1, 2, 3], [0, 0, 1.5]],
    ["close to the separatrix", [1, 2, 3], [0.01, 1, 0.01]],
  ])("moves along its exact solution %s", (_, inertia, momentum) => {
    const { system, exact, period } = rigidBody({ inertia, momentum });
    const at = (time: number): Float64Array => exact?.(time).L as Float64Array;
    momentum.forEach((entry, i) => {
      expect(at(0)[i]).toBeCloseTo(entry, 13);
      expect(at(period as number)[i]).toBeCloseTo(entry, 11);
    });
    const step = 1e-3;
    for (const time of [0, 0.7, 5, 31]) {
      const { L } = fieldAt(system, valuesOf(system, { L: at(time), inertia }));
      L?.forEach((rate, i) => {
        const [a, b, c, d] = [-2, -1, 1, 2].map((k) => at(time + k * step)[i] as number) as [
          number,
          number,
          number,
          number,
        ];
        expect((a - 8 * b + 8 * c - d) / (12 * step)).toBeCloseTo(rate, 9);
      });
    }
  });

  it("knows no closed form at rest, as a ball, or on the separatrix", () => {
    expect(rigidBody({ momentum: [0, 0, 0] }).exact).toBeUndefined();
    expect(rigidBody({ inertia: [2, 2, 2] }).exact).toBeUndefined();
    expect(rigidBody({ momentum: [0, 1, 0] }).exact).toBeUndefined();
  });

  it("refuses what is no body", () => {
    expect(() => rigidBody({ inertia: [1, 0, 2] })).toThrow(
      "rigidBody, inertia: got [1,0,2], expected three positive numbers",
    );
    expect(() => rigidBody({ momentum: [1, Number.NaN, 2] })).toThrow("rigidBody, momentum");
  });
});
