import { describe, expect, test } from "vitest";
import { nodes } from "../../core/simulation/inputs.js";
import { simulate } from "../../core/simulation/simulate.js";
import { periodicOrbit } from "../../integrators/solvers/periodic-orbit.js";
import { baoab } from "../../integrators/steppers/baoab.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";

const driven = hamiltonianSystem({
  name: "driven Duffing oscillator",
  coordinates: { q: [] },
  momenta: { p: [] },
  parameters: { c: [], gamma: [] },
  input: { f: [] },
  hamiltonian: "p^2/2 + q^2/2 + c*q^4/4 - f*q",
  damping: "gamma",
});
const STEPS = 40;
const drive = nodes(Array.from({ length: STEPS + 1 }, (_, k) => 0.6 * Math.cos((2 * Math.PI * k) / STEPS)));

describe("periodic orbits", () => {
  test("of a damped driven oscillator: where it settles, and its multipliers are those of its damping", () => {
    const integrator = conformalLeapfrog({ step: 0.1 });
    const data = { integrator, parameters: { c: 0.8, gamma: 0.2 }, input: { f: drive } };
    const orbit = periodicOrbit(driven, { ...data, steps: STEPS, guess: { q: 0, p: 0 } });
    expect(orbit.converged).toBe(true);
    expect(orbit.residual).toBeLessThan(1e-12);
    let state = { q: 0.1, p: 0 };
    for (let period = 0; period < 80; period++) {
      const { final } = simulate(driven, { ...data, initial: state, steps: STEPS });
      state = { q: final.q.data[0]!, p: final.p.data[0]! };
    }
    expect(orbit.state.q.data[0]).toBeCloseTo(state.q, 9);
    expect(orbit.state.p.data[0]).toBeCloseTo(state.p, 9);
    // The flow shrinks areas by e^(-gamma T), exactly so under conformal leapfrog.
    const [one, other] = orbit.multipliers as [
      { real: number; imaginary: number },
      { real: number; imaginary: number },
    ];
    const area = one.real * other.real - one.imaginary * other.imaginary;
    expect(area).toBeCloseTo(Math.exp(-0.2 * STEPS * 0.1), 10);
  });

  test("of an autonomous oscillator: the member of the family that is nearest to the guess, with the multiplier 1", () => {
    const free = hamiltonianSystem({
      name: "anharmonic",
      coordinates: { q: [] },
      momenta: { p: [] },
      hamiltonian: "p^2/2 + q^2/2 + q^4/4",
    });
    const integrator = leapfrog({ step: 0.05 });
    const orbit = periodicOrbit(free, { integrator, steps: 100, guess: { q: 1, p: 0 } });
    expect(orbit.converged).toBe(true);
    expect(Math.hypot(orbit.state.q.data[0]!, orbit.state.p.data[0]!)).toBeGreaterThan(0.3);
    for (const { real, imaginary } of orbit.multipliers) expect(Math.hypot(real - 1, imaginary)).toBeLessThan(1e-4);
  });

  test("what symmetry leaves free stays as the guess has it", () => {
    const pair = hamiltonianSystem({
      name: "driven pair without a place of its own",
      coordinates: { q: [2] },
      momenta: { p: [2] },
      input: { f: [] },
      hamiltonian: "sum(p^2)/2 + (q[0] - q[1])^2/2 + (q[0] - q[1])^4/4 - f*(q[0] - q[1])",
    });
    const guess = { q: [3.1, 3.3], p: [0.1, -0.1] };
    const orbit = periodicOrbit(pair, {
      integrator: leapfrog({ step: 0.1 }),
      input: { f: drive },
      steps: STEPS,
      guess,
    });
    expect(orbit.converged).toBe(true);
    expect((orbit.state.q.data[0]! + orbit.state.q.data[1]!) / 2).toBeCloseTo(3.2, 10);
  });

  test("noise is refused", () => {
    const integrator = baoab({ step: 0.1, temperature: 1, friction: 1 });
    expect(() =>
      periodicOrbit(driven, {
        integrator,
        parameters: { c: 1, gamma: 0 },
        input: { f: 0 },
        steps: 4,
        guess: { q: 0, p: 0 },
      }),
    ).toThrow(/without noise/);
  });
});
