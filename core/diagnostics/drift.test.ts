import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { cos, negate, sin, symbol } from "../expression/functions.js";
import { plainEuler } from "../simulation/example-integrators.testing.js";
import { drivenDecay, oscillator, pendulum, spring } from "../simulation/example-systems.testing.js";
import { held, simulate, trajectoryOf } from "../simulation/index.js";
import { energyDrift, invariantDrift, trace } from "./index.js";

const run = (more: { readonly steps: number; readonly trajectories?: number; readonly q?: number | number[] }) =>
  simulate(oscillator, {
    integrator: plainEuler(0.5),
    initial: { q: more.q ?? 2, p: 0 },
    parameters: { mass: 1, stiffness: 1 },
    ...more,
  });

describe("energyDrift", () => {
  it("is relative to the initial energy", () => {
    // Explicit Euler multiplies the energy of the unit oscillator by 1 + h^2 in each step.
    const { times, energy, relative, maximum, slope } = energyDrift(run({ steps: 2 }));
    expect([...times]).toEqual([0, 0.5, 1]);
    expect([...energy]).toEqual([2, 2.5, 3.125]);
    expect([...relative]).toEqual([0, 0.25, 0.5625]);
    expect(maximum).toBe(0.5625);
    expect(slope).toBeCloseTo(0.5625, 14);
  });

  it("is absolute where the initial energy is zero, exactly or to rounding", () => {
    const still = energyDrift(run({ steps: 2, q: 0 }));
    expect(still).toMatchObject({ maximum: 0, slope: 0 });
    const options = { integrator: plainEuler(0.5), initial: { q: Math.PI / 2, p: 0 }, steps: 1 };
    const { energy, relative } = energyDrift(simulate(pendulum, options));
    expect(energy[0]).not.toBe(0);
    expect(relative[1]).toBeCloseTo(0.125, 14);
  });

  it("is taken in each trajectory, with one slope through all", () => {
    const { energy, relative, slope } = energyDrift(run({ steps: 1, trajectories: 2, q: [2, 4] }));
    expect([...energy]).toEqual([2, 8, 2.5, 10]);
    expect([...relative]).toEqual([0, 0, 0.25, 0.25]);
    expect(slope).toBeCloseTo(0.5, 14);
  });

  it("is taken of one trajectory out of several", () => {
    const several = run({ steps: 2, trajectories: 2, q: [1, 2] });
    expect(energyDrift(trajectoryOf(several, 1))).toEqual(energyDrift(run({ steps: 2, q: 2 })));
  });

  it("needs an energy that is conserved, and the states", () => {
    const relaxed = simulate(spring, {
      integrator: plainEuler(0.5),
      initial: { x: 1 },
      parameters: { stiffness: 1 },
      steps: 1,
    });
    expect(() => energyDrift(relaxed)).toThrow(InputError);
    expect(() => energyDrift(relaxed)).toThrow('energyDrift: got "spring", which conserves no energy');
    const mapped = simulate(pendulum, {
      integrator: plainEuler(0.5),
      initial: { q: 1, p: 0 },
      steps: 1,
      save: { map: { angle: "q" } },
    });
    // @ts-expect-error: the result has no states q and p
    expect(() => energyDrift(mapped)).toThrow("energyDrift: got a result without the states of q");
  });
});

describe("the largest error so far", () => {
  const watched = { ...pendulum, invariants: new Map([["sine", sin(symbol("q"))]]) };
  const start = { integrator: plainEuler(0.5), steps: 8 };

  it("never falls, whatever the sign of the error", () => {
    const result = simulate(watched, { ...start, initial: { q: 0, p: 2 } });
    const { relative, largestSoFar, maximum } = invariantDrift(result, "sine");
    expect(Math.min(...relative)).toBeLessThan(-0.5);
    relative.forEach((_, k) => {
      expect(largestSoFar[k]).toBe(Math.max(...relative.subarray(0, k + 1).map(Math.abs)));
    });
    expect(largestSoFar.at(-1)).toBe(maximum);
  });

  it("is that of each trajectory", () => {
    const both = simulate(watched, { ...start, initial: { q: [1, 0], p: [0, 2] }, trajectories: 2 });
    const { largestSoFar, maximum } = invariantDrift(both, "sine");
    const alone = [0, 1].map((k) => invariantDrift(trajectoryOf(both, k), "sine"));
    alone.forEach((drift, k) => {
      expect(largestSoFar.filter((_, i) => i % 2 === k)).toEqual(drift.largestSoFar);
    });
    expect(maximum).toBe(Math.max(...alone.map((drift) => drift.maximum)));
  });
});

describe("invariantDrift", () => {
  it("follows a declared invariant", () => {
    const watched = { ...pendulum, invariants: new Map([["height", negate(cos(symbol("q")))]]) };
    const result = simulate(watched, { integrator: plainEuler(0.5), initial: { q: 0, p: 2 }, steps: 1 });
    const { values, relative, largestSoFar, maximum } = invariantDrift(result, "height");
    expect([...values]).toEqual([-1, -Math.cos(1)]);
    expect(maximum).toBeCloseTo(1 - Math.cos(1), 14);
    expect(largestSoFar).toEqual(relative.map(Math.abs));
    expect(() => invariantDrift(result, "spin")).toThrow(
      'invariantDrift: got "pendulum", which conserves no spin, expected one of its invariants: height.',
    );
  });
});

describe("trace", () => {
  it("evaluates formulas and functions of state, parameters, inputs and time", () => {
    const result = simulate(drivenDecay, {
      integrator: plainEuler(0.5),
      initial: { x: [1, 2] },
      input: { u: (t) => 2 * t },
      steps: 2,
      trajectories: 2,
      save: { every: 2 },
    });
    expect([...trace(result, "u + x")]).toEqual([1, 2, 2 + 0.5, 2 + 1]);
    expect([...trace(result, ({ t }) => t)]).toEqual([0, 0, 1, 1]);
  });

  it("refuses what is no scalar, no name of the system, or has no value at a state", () => {
    const result = simulate(drivenDecay, {
      integrator: plainEuler(1),
      initial: { x: 1 },
      input: { u: held([1]) },
      steps: 1,
    });
    expect(() => trace(result, "x + y")).toThrow(InputError);
    expect(() => trace(result, "x + u")).toThrow("trace: got the held input u");
    expect([...trace(result, "x")]).toEqual([1, 0]);
  });
});
