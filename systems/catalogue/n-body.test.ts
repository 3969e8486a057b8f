import { describe, expect, it } from "vitest";
import { evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { fieldAt, randomValues, valuesOf } from "../evaluation.testing.js";
import { nBody } from "./n-body.js";

describe("nBody", () => {
  it.each([2, 3] as const)("attracts by Newton's law in %i dimensions", (dimensions) => {
    const { system } = nBody({ bodies: 4, dimensions, orbit: "ring" });
    const values = randomValues(system, 2);
    const { q, p, mass, gravity, softening } = values as Record<string, Float64Array>;
    const rates = fieldAt(system, values);
    for (let a = 0; a < 4; a++) {
      const force = new Array<number>(dimensions).fill(0);
      for (let b = 0; b < 4; b++) {
        if (a === b) continue;
        const away = force.map((_, k) => q![b * dimensions + k]! - q![a * dimensions + k]!);
        const squared = away.reduce((sum, entry) => sum + entry ** 2, softening![0]! ** 2);
        away.forEach((entry, k) => {
          force[k] = force[k]! + (gravity![0]! * mass![a]! * mass![b]! * entry) / squared ** 1.5;
        });
      }
      force.forEach((component, k) => {
        expect(rates.p?.[a * dimensions + k]).toBeCloseTo(component, 12);
        expect(rates.q?.[a * dimensions + k]).toBeCloseTo(p![a * dimensions + k]! / mass![a]!, 14);
      });
    }
  });

  it.each([
    [2, 2, 0],
    [3, 3, 0.2],
    [7, 2, 0.5],
  ] as const)(
    "turns a ring of %i bodies in %i dimensions with softening %s exactly",
    (bodies, dimensions, softening) => {
      const { system, exact } = nBody({ bodies, dimensions, softening, orbit: "ring" });
      const at = (time: number) => valuesOf(system, exact?.(time) ?? {});
      const rates = fieldAt(system, at(0.8));
      const step = 1e-3;
      for (const name of ["q", "p"] as const) {
        rates[name]?.forEach((rate, i) => {
          const [a, b, c, d] = [-2, -1, 1, 2].map((k) => at(0.8 + k * step)[name]![i]!) as [
            number,
            number,
            number,
            number,
          ];
          expect((a - 8 * b + 8 * c - d) / (12 * step)).toBeCloseTo(rate, 10);
        });
      }
    },
  );

  it("starts on the figure eight: at rest as a whole, without angular momentum, with its known energy", () => {
    const { system, initial } = nBody();
    const values = valuesOf(system, initial);
    const invariant = (name: string): number => evaluateScalar(system.invariants.get(name) as Expression, values);
    for (const name of ["momentum_x", "momentum_y", "angular_momentum"]) expect(invariant(name)).toBeCloseTo(0, 14);
    expect(invariant("energy")).toBeCloseTo(-1.287141, 5);
  });

  it("draws a collapse from its seed, inside the unit ball", () => {
    const places = (seed: number) =>
      nBody({ bodies: 30, dimensions: 3, orbit: "collapse", seed }).initial.q as Float64Array;
    expect(places(1)).toEqual(places(1));
    expect(places(1)).not.toEqual(places(2));
    const q = places(1);
    for (let body = 0; body < 30; body++)
      expect(Math.hypot(...q.subarray(3 * body, 3 * body + 3))).toBeLessThanOrEqual(1);
  });

  it.each([
    [{ bodies: 1 }, "nBody, bodies: got 1, expected a whole number from 2 on"],
    [{ bodies: 4 }, "nBody, bodies: got 4, expected 3 for the figure eight"],
    [{ softening: 0.1 }, "nBody, softening: got 0.1, expected 0 for the figure eight"],
    [{ orbit: "ring", softening: -1 }, "nBody, softening: got -1"],
    [{ dimensions: 4 }, "nBody, dimensions: got 4, expected 2 or 3"],
    [{ orbit: "spiral" }, 'nBody, orbit: got "spiral", expected figure-eight, ring, collapse'],
  ])("refuses %o", (options, message) => {
    expect(() => nBody(options as never)).toThrow(message);
  });
});
