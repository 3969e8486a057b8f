import { describe, expect, it } from "vitest";
import { fieldAt, valuesOf } from "../evaluation.testing.js";
import { coupledChain } from "./coupled-chain.js";

describe("coupledChain", () => {
  it.each(["fixed", "ring"] as const)("pulls each site to the ground and to its neighbours: %s", (ends) => {
    const q = [0.3, -0.2, 0.5, 0.1];
    const { system } = coupledChain({ sites: 4, ends });
    const parameters = { mass: 2, stiffness: 0.7, quartic: 0.4, coupling: 1.5 };
    const rates = fieldAt(system, valuesOf(system, { ...parameters, q, p: 1 }));
    q.forEach((here, i) => {
      const [left, right] = ends === "ring" ? [q[(i + 3) % 4]!, q[(i + 1) % 4]!] : [q[i - 1] ?? 0, q[i + 1] ?? 0];
      expect(rates.p![i]).toBeCloseTo(-0.7 * here - 0.4 * here ** 3 + 1.5 * (left + right - 2 * here), 14);
      expect(rates.q![i]).toBeCloseTo(1 / 2, 15);
    });
  });

  it("has waves of the frequencies it says", () => {
    const { period, exact, initial } = coupledChain({ sites: 7, mode: 3 });
    const wave = (3 * Math.PI) / 8;
    expect(period).toBeCloseTo((2 * Math.PI) / Math.sqrt(0.5 + 4 * Math.sin(wave / 2) ** 2), 14);
    expect(exact?.(0)).toEqual(initial);
    const ring = coupledChain({ sites: 8, ends: "ring", mode: 2 });
    expect(ring.period).toBeCloseTo((2 * Math.PI) / Math.sqrt(0.5 + 4 * Math.sin(Math.PI / 4) ** 2), 14);
    expect(coupledChain({ quartic: 1 }).exact).toBeUndefined();
  });

  it.each([
    [{ sites: 1 }, "coupledChain, sites: got 1"],
    [{ ends: "open" }, 'coupledChain, ends: got "open"'],
    [{ quartic: -1 }, "coupledChain, quartic: got -1"],
    [{ sites: 4, mode: 5 }, "coupledChain, mode: got 5, expected a whole number from 1 to 4"],
  ])("refuses %o", (options, message) => {
    expect(() => coupledChain(options as never)).toThrow(message);
  });
});
