import { describe, expect, it } from "vitest";
import { oscillator } from "../../core/simulation/example-systems.testing.js";
import { simulate } from "../../core/simulation/index.js";
import { linearStep, stationaryCovariance } from "../one-step-map.testing.js";
import { baoab } from "./baoab.js";

const [mass, stiffness, temperature, friction] = [3, 2, 0.7, 1.6];
const parameters = { mass, stiffness };
const frequency = Math.sqrt(stiffness / mass);

describe("baoab on a harmonic oscillator", () => {
  it.each([0.1, 0.5, 1, 2])("has the exact stationary covariance of its step %d", (step) => {
    const [[qq, qp], [, pp]] = stationaryCovariance(
      linearStep(oscillator, baoab({ step, temperature, friction }), parameters),
    ) as [[number, number], [number, number]];
    expect(qq).toBeCloseTo(temperature / stiffness, 10);
    expect(pp).toBeCloseTo(mass * temperature * (1 - (frequency * step) ** 2 / 4), 10);
    expect(qp).toBeCloseTo(0, 10);
  });

  it("samples that covariance", () => {
    const step = 0.5;
    const trajectories = 4000;
    const { states } = simulate(oscillator, {
      integrator: baoab({ step, temperature, friction }),
      initial: { q: 0, p: 0 },
      parameters,
      steps: 240,
      save: { times: [60, 80, 100, 120] },
      seed: 11,
      trajectories,
    });
    const count = states.q.data.length;
    const secondMoment = (data: Float64Array) => data.reduce((sum, value) => sum + value * value, 0) / count;
    // Samples 20 time units apart are independent: correlations decay at the rate friction/2 = 0.8.
    const withinErrors = (measured: number, exact: number) =>
      expect(Math.abs(measured - exact) / (exact * Math.sqrt(2 / count))).toBeLessThan(4);
    withinErrors(secondMoment(states.q.data), temperature / stiffness);
    withinErrors(secondMoment(states.p.data), mass * temperature * (1 - (frequency * step) ** 2 / 4));
    const mean = states.q.data.reduce((sum, value) => sum + value, 0) / count;
    expect(Math.abs(mean) / Math.sqrt(temperature / stiffness / count)).toBeLessThan(4);
  });

  it("relaxes in the mean like the exact process", () => {
    // The mean of dq = p/m dt, dp = -q dt - gamma p dt + noise with m = 3 and gamma = 3 from (1, 0), in closed form.
    const step = 0.01;
    const run = (until: number) =>
      simulate(oscillator, {
        integrator: baoab({ step, temperature: 0, friction: 3 }),
        initial: { q: 1, p: 0 },
        parameters: { mass: 3, stiffness: 1 },
        until,
      }).final.q.data[0]!;
    expect(Math.abs(run(0.1) - 0.99848862535024)).toBeLessThan(1e-6);
    expect(Math.abs(run(1) - 0.9257136680537044)).toBeLessThan(1e-5);
  });

  it("at temperature 0 is the damped oscillator x'' = -x - 0.1 x', with an error of order 2", () => {
    const error = (step: number) => {
      const { final } = simulate(oscillator, {
        integrator: baoab({ step, temperature: 0, friction: 0.1 }),
        initial: { q: 0.5, p: 0 },
        parameters: { mass: 1, stiffness: 1 },
        until: 10,
      });
      return Math.hypot(final.q.data[0]! + 0.2646044094535099, final.p.data[0]! - 0.1619897765501775);
    };
    expect(error(0.01)).toBeLessThan(1e-4);
    const slopes = [0.2, 0.1, 0.05].map((step) => Math.log2(error(step) / error(step / 2)));
    for (const slope of slopes) expect(Math.abs(slope - 2)).toBeLessThan(0.1);
  });

  it("draws its noise from the seed", () => {
    const run = (seed: number) =>
      simulate(oscillator, {
        integrator: baoab({ step: 0.5, temperature, friction }),
        initial: { q: 0, p: 0 },
        parameters,
        steps: 50,
        seed,
      }).final.q.data;
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });
});
