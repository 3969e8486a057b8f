import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, divide, solve } from "../../core/expression/functions.js";
import { fieldAt, valuesOf } from "../evaluation.testing.js";
import { hatanoNelsonChain } from "./hatano-nelson-chain.js";
import { jacobianAt, spectralAbscissa, times, twistAsymmetry } from "./jacobian.testing.js";

const sites = 7;
const rates = { right: 1.5, left: 0.2, decay: 1.3 };
const chain = hatanoNelsonChain({ sites, ...rates });
const values = valuesOf(chain.system, { ...chain.initial, ...chain.input });

describe("hatanoNelsonChain", () => {
  it("hops right and left at its two rates", () => {
    const x = [1, 2, 3, 4, 5, 6, 7];
    const drive = [10, 20, 30, 40, 50, 60, 70];
    const { x: found } = fieldAt(chain.system, valuesOf(chain.system, { x, drive }));
    x.forEach((here, k) => {
      const expected = -1.3 * here + 1.5 * (x[k - 1] ?? 0) + 0.2 * (x[k + 1] ?? 0) + drive[k]!;
      expect(found![k]).toBeCloseTo(expected, 13);
    });
  });

  it("has the modes (right / left)^(k / 2) sin(pi m k / (n + 1)) with real eigenvalues", () => {
    const jacobian = jacobianAt(chain.system, values);
    for (let m = 1; m <= sites; m++) {
      const eigenvalue = -rates.decay + 2 * Math.sqrt(rates.right * rates.left) * Math.cos((Math.PI * m) / (sites + 1));
      const mode = Array.from(
        { length: sites },
        (_, k) => (rates.right / rates.left) ** (k / 2) * Math.sin((Math.PI * m * (k + 1)) / (sites + 1)),
      );
      times(jacobian, mode).forEach((entry, k) => {
        expect(entry).toBeCloseTo(eigenvalue * mode[k]!, 10);
      });
      if (m === 1) expect(spectralAbscissa(jacobian)).toBeCloseTo(eigenvalue, 8);
    }
  });

  it("is symmetric in its twist, and not in the inverse one", () => {
    expect(twistAsymmetry(chain.system, values)).toBeLessThan(1e-14);
    const inverse = new Map([["x", divide(1, chain.system.twist?.get("x") as Expression)]]);
    expect(twistAsymmetry({ ...chain.system, twist: inverse }, values)).toBeGreaterThan(1);
  });

  it("ends in the steady state of its drive", () => {
    const { x } = chain.exact!(400) as { x: Float64Array };
    const field = fieldAt(chain.system, valuesOf(chain.system, { x, ...chain.input }));
    for (const rate of field.x!) expect(Math.abs(rate)).toBeLessThan(1e-13);
  });

  it("answers a drive at the left end far off, and one at the right end hardly at all", () => {
    const { system } = hatanoNelsonChain({ sites: 20, decay: 1.1 });
    const jacobian = jacobianAt(system, valuesOf(system, { x: 0, drive: 0 })).flatMap((row) => [...row]);
    const driven = (site: number): Float64Array => {
      const drive = Array.from({ length: 20 }, (_, k) => -Number(k === site));
      return evaluate([solve(constant(jacobian, [20, 20]), constant(drive, [20]))], {})[0] as Float64Array;
    };
    const [fromLeft, fromRight] = [driven(0), driven(19)];
    expect(fromLeft[19]! / fromLeft[0]!).toBeGreaterThan(20);
    expect(fromRight[0]! / fromRight[19]!).toBeLessThan(1e-8);
    // Reciprocity in the twist: the two responses differ by (right / left)^(n - 1).
    expect(fromLeft[19]! / fromRight[0]! / 4 ** 19).toBeCloseTo(1, 7);
  });

  it("refuses what makes no chain", () => {
    expect(() => hatanoNelsonChain({ sites: 1 })).toThrow("hatanoNelsonChain, sites: got 1");
    expect(() => hatanoNelsonChain({ right: 0 })).toThrow(
      "hatanoNelsonChain, right: got 0, expected a positive number",
    );
    expect(() => hatanoNelsonChain({ left: -1 })).toThrow("hatanoNelsonChain, left: got -1");
    expect(() => hatanoNelsonChain({ decay: Number.NaN })).toThrow("hatanoNelsonChain, decay: got NaN");
  });
});
