import { describe, expect, it } from "vitest";
import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { fitzhughNagumoRing } from "./catalogue/fitzhugh-nagumo.js";
import { fieldAt, randomValues, valuesOf } from "./evaluation.testing.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

describe("skewGradientSystem", () => {
  it("runs down the potential in activators and up in inhibitors, over the time constants", () => {
    const system = skewGradientSystem({
      name: "cell",
      activators: { u: [], w: [2] },
      inhibitors: { v: [2] },
      parameters: { tau: [], taus: [2] },
      timeConstants: { v: "taus", u: 4, w: "tau" },
      potential: "u^2*v[0] + dot(w, v) + v[1]^2",
    });
    const values = valuesOf(system, { u: 2, w: [3, 4], v: [5, 6], tau: 0.5, taus: [2, 10] });
    expect(fieldAt(system, values)).toEqual({ u: [-5], w: [-10, -12], v: [3.5, 1.6] });
    expect(system.state.map(({ role }) => role)).toEqual(["activator", "activator", "inhibitor"]);
    expect([...(system.timeConstants ?? [])].map(([name]) => name).sort()).toEqual(["u", "v", "w"]);
    expect(system.facts).toEqual({ separable: false, gradient: false, timeDependent: false });
  });

  it("gives the FitzHugh-Nagumo ring its equations", () => {
    const { system } = fitzhughNagumoRing({ sites: 4 });
    const values = randomValues(system, 3);
    const at = (name: string, i: number): number => values[name]![(i + 4) % 4]!;
    const one = (name: string): number => values[name]![0]!;
    const laplacian = (name: string, i: number): number => at(name, i + 1) - 2 * at(name, i) + at(name, i - 1);
    const field = fieldAt(system, values);
    for (let i = 0; i < 4; i++) {
      const [u, v] = [at("u", i), at("v", i)];
      const rateU = one("gain") * u - u ** 3 - v + at("current", i) + one("diffusion_u") * laplacian("u", i);
      const rateV = (u - one("decay") * v + one("diffusion_v") * laplacian("v", i)) / one("tau");
      expect(field.u![i]).toBeCloseTo(rateU, 13);
      expect(field.v![i]).toBeCloseTo(rateV, 13);
    }
  });

  it("is at rest in the known state of three cells", () => {
    const { system } = fitzhughNagumoRing({ sites: 3 });
    const rest = {
      u: [0.28981693388782886, -0.09012319467183905, 0.14676229650415196],
      v: [0.15906824240199266, 0.06408321026207568, 0.12330458305607343],
      current: [0.3, -0.2, 0.1],
    };
    for (const rate of evaluate([...system.field.values()], valuesOf(system, rest))) {
      for (const entry of rate) expect(Math.abs(entry)).toBeLessThan(1e-15);
    }
  });
});
