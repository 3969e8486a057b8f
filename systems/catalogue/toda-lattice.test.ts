import { describe, expect, it } from "vitest";
import { evaluate, evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { fieldAt, randomValues, rateAlong, valuesOf } from "../evaluation.testing.js";
import { todaLattice } from "./toda-lattice.js";

/** The trace of a power of the Lax matrix with p on the diagonal and sqrt(w) beside it. */
function laxTrace(power: number, p: ArrayLike<number>, w: ArrayLike<number>): number {
  const n = p.length;
  const lax = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      if (i === j) return p[i] as number;
      if ((i + 1) % n === j && i < w.length) return Math.sqrt(w[i] as number);
      return (j + 1) % n === i && j < w.length ? Math.sqrt(w[j] as number) : 0;
    }),
  );
  let product = lax;
  for (let k = 1; k < power; k++) {
    product = product.map((row) => row.map((_, j) => row.reduce((sum, entry, l) => sum + entry * lax[l]![j]!, 0)));
  }
  return product.reduce((sum, row, i) => sum + row[i]!, 0);
}

describe("todaLattice", () => {
  it("pushes neighbours apart exponentially", () => {
    const q = [0.1, 0.7, 0.2, 0.4];
    const push = (stretch: number): number => 1.5 * Math.exp(-2 * stretch);
    for (const ends of ["ring", "free"] as const) {
      const { system } = todaLattice({ sites: 4, ends });
      const { p } = fieldAt(system, valuesOf(system, { q, p: 0, strength: 1.5, steepness: 2 }));
      q.forEach((here, i) => {
        const left = ends === "ring" || i > 0 ? push(here - q[(i + 3) % 4]!) : 0;
        const right = ends === "ring" || i < 3 ? push(q[(i + 1) % 4]! - here) : 0;
        expect(p![i]).toBeCloseTo(left - right, 13);
      });
    }
  });

  it.each(["ring", "free"] as const)("has the traces of the Lax matrix as invariants: %s", (ends) => {
    const { system } = todaLattice({ sites: 6, ends });
    const values = randomValues(system, 3);
    const { q, p, strength, steepness } = values as Record<"q" | "p" | "strength" | "steepness", Float64Array>;
    const links = ends === "ring" ? 6 : 5;
    const w = Array.from(
      { length: links },
      (_, i) => (strength[0]! / steepness[0]!) * Math.exp(-steepness[0]! * (q[(i + 1) % 6]! - q[i]!)),
    );
    ["momentum", "energy", "third", "fourth"].forEach((name, k) => {
      const invariant = system.invariants.get(name) as Expression;
      expect(evaluateScalar(invariant, values), name).toBeCloseTo(laxTrace(k + 1, p, w) / (k + 1), 12);
    });
  });

  it.each([2, 3, 4])("conserves them on %i sites too, where the ends meet", (sites) => {
    for (const ends of ["ring", "free"] as const) {
      const { system } = todaLattice({ sites, ends });
      for (const [name, invariant] of system.invariants) {
        const rate = rateAlong(system, invariant);
        expect(Math.abs(evaluateScalar(rate, randomValues(system, 5))), `${name}, ${ends}`).toBeLessThan(1e-12);
      }
    }
  });

  it.each([1, 0.7, 2])("moves along the exact soliton of kappa = %s around the ring", (kappa) => {
    const { system, exact, initial } = todaLattice({ solitons: [kappa] });
    const at = (time: number) => valuesOf(system, exact?.(time) ?? {});
    expect(at(0)).toEqual(valuesOf(system, initial));
    const step = 1e-3;
    for (const time of [0, 3, 40, 200]) {
      const rates = fieldAt(system, at(time));
      const [a, b, c, d] = [-2, -1, 1, 2].map((k) => at(time + k * step));
      for (const name of ["q", "p"] as const) {
        rates[name]?.forEach((rate, i) => {
          const slope = (a![name]![i]! - 8 * b![name]![i]! + 8 * c![name]![i]! - d![name]![i]!) / (12 * step);
          expect(slope).toBeCloseTo(rate, 8);
        });
      }
    }
    const [later] = evaluate([system.invariants.get("energy") as Expression], at(40));
    expect(later![0]).toBeCloseTo(evaluateScalar(system.invariants.get("energy") as Expression, at(0)), 11);
  });

  it("gives no exact motion where tails overlap, for several solitons, or with free ends", () => {
    expect(todaLattice({ sites: 36 }).exact).toBeUndefined();
    expect(todaLattice({ solitons: [1, 2] }).exact).toBeUndefined();
    expect(todaLattice({ ends: "free" }).exact).toBeUndefined();
    expect(todaLattice({ sites: 37 }).exact).toBeDefined();
  });

  it("is at rest without solitons", () => {
    const { system, initial } = todaLattice({ sites: 5, solitons: [] });
    const { q, p } = fieldAt(system, valuesOf(system, initial));
    for (const rate of [...(q ?? []), ...(p ?? [])]) expect(rate).toBeCloseTo(0, 15);
  });

  it("refuses what is no lattice", () => {
    expect(() => todaLattice({ sites: 1 })).toThrow("todaLattice, sites: got 1");
    expect(() => todaLattice({ ends: "fixed" as never })).toThrow(
      'todaLattice, ends: got "fixed", expected "ring" or "free"',
    );
    expect(() => todaLattice({ solitons: [1, 0] })).toThrow(
      "todaLattice, solitons: got [1,0], expected positive numbers",
    );
  });
});
