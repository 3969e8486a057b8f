import { describe, expect, it } from "vitest";
import { boundedUnit, spring } from "../../core/simulation/example-systems.testing.js";
import { simulate } from "../../core/simulation/index.js";
import { linearStep, stationaryCovariance } from "../one-step-map.testing.js";
import { eulerMaruyama } from "./euler-maruyama.js";
import { explicitEuler } from "./explicit-euler.js";

const [stiffness, temperature] = [1.7, 0.6];
const parameters = { stiffness };

describe("eulerMaruyama on a spring", () => {
  it.each([0.01, 0.1, 0.5, 1])("has the variance T / (k (1 - h k / 2)) at the step %d", (step) => {
    const map = linearStep(spring, eulerMaruyama({ step, temperature }), parameters);
    const expected = temperature / (stiffness * (1 - (step * stiffness) / 2));
    expect(stationaryCovariance(map)[0]?.[0]).toBeCloseTo(expected, 10);
  });

  it("samples that variance", () => {
    const step = 0.25;
    const { states } = simulate(spring, {
      integrator: eulerMaruyama({ step, temperature }),
      initial: { x: 0 },
      parameters,
      until: 30,
      save: { times: [15, 30] },
      seed: 5,
      trajectories: 8000,
    });
    const count = states.x.data.length;
    const variance = states.x.data.reduce((sum, value) => sum + value * value, 0) / count;
    const exact = temperature / (stiffness * (1 - (step * stiffness) / 2));
    expect(Math.abs(variance - exact) / (exact * Math.sqrt(2 / count))).toBeLessThan(4);
    // The variance without the bias of the step is told apart.
    expect(Math.abs(variance - temperature / stiffness) / (exact * Math.sqrt(2 / count))).toBeGreaterThan(8);
  });

  it("at temperature 0 is explicit Euler", () => {
    const options = { initial: { x: 1 }, parameters, steps: 20 };
    const cold = simulate(spring, { ...options, integrator: eulerMaruyama({ step: 0.1, temperature: 0 }) });
    expect(cold.states).toEqual(simulate(spring, { ...options, integrator: explicitEuler({ step: 0.1 }) }).states);
  });

  it("stays in bounds", () => {
    const { states } = simulate(boundedUnit, {
      integrator: eulerMaruyama({ step: 0.1, temperature: 1 }),
      initial: { x: 0.5 },
      steps: 1000,
    });
    expect(Math.min(...states.x.data)).toBe(0);
    expect(Math.max(...states.x.data)).toBe(1);
  });
});
