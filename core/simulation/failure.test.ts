import { describe, expect, it } from "vitest";
import { interpreter } from "../compile/interpreter/interpreter.js";
import { divide, exp, multiply, negate, power, sqrt, subtract, symbol } from "../expression/functions.js";
import { plainEuler } from "./example-integrators.testing.js";
import { blowUp, drivenDecay, forced, logarithmic, shapedDecay } from "./example-systems.testing.js";
import { SimulationError } from "./failure.js";
import { simulate, simulateAsync } from "./simulate.js";

function failureOf(run: () => unknown): SimulationError {
  try {
    run();
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
  throw new Error("the run did not fail");
}

const x = symbol("x");

describe("a run that leaves the numbers", () => {
  it("names step, time, entry and value, and keeps what it has", () => {
    const error = failureOf(() =>
      simulate(blowUp, { integrator: plainEuler(0.5), initial: { x: 1 }, start: 2, steps: 1000 }),
    );
    expect(error).toMatchObject({
      step: 12,
      time: 8,
      stepSize: 0.5,
      block: "x",
      component: [],
      value: Number.POSITIVE_INFINITY,
    });
    expect(error.trajectory).toBeUndefined();
    expect(error.message).toMatch(
      /^blow-up: x became Infinity in step 12 \(from t = 8 to 8.5\): the numbers grew beyond/,
    );
    expect(error.message).toContain("the step 0.5 is too large");
    expect(error.message).toContain("try a smaller step, for example 0.05.");
    expect(Object.keys(error)).not.toContain("partial");
    const { partial } = error;
    expect(partial).toMatchObject({ status: "failed", steps: 12 });
    expect(partial.states.x?.shape).toEqual([13]);
    expect(partial.states.x?.data.every(Number.isFinite)).toBe(true);
    expect(partial.final.x?.data[0]).toBe(partial.states.x?.data[12]);
  });

  it("is found in the middle of a long chunk, on every backend", () => {
    const growth = forced("growth", multiply(9, x));
    for (const backend of [interpreter, undefined]) {
      const options = { integrator: plainEuler(1), initial: { x: 1 }, steps: 2000, save: { every: 100 } };
      const error = failureOf(() => simulate(growth, { ...options, ...(backend && { backend }) }));
      expect(error.step).toBe(308);
      expect(error.partial.final.x?.data[0]).toBeCloseTo(1e308, -300);
      expect([...error.partial.savedSteps]).toEqual([0, 100, 200, 300]);
    }
  });

  it("names the trajectory and the component", () => {
    const initial = Float64Array.of(0, 0, 0, 0, 0, 1e308);
    const run = () =>
      simulate(shapedDecay, {
        integrator: plainEuler(3),
        initial: { z: initial },
        parameters: { W: 0 },
        input: { b: 0 },
        steps: 10,
        trajectories: 3,
      });
    const error = failureOf(run);
    expect(error).toMatchObject({
      step: 0,
      block: "z",
      component: [1],
      trajectory: 2,
      value: Number.NEGATIVE_INFINITY,
    });
    expect(error.message).toMatch(/^shaped decay: z\[1\] of trajectory 2 became -Infinity in step 0/);
  });

  const root = forced("root", subtract(negate(sqrt(x)), 1));
  const quotient = forced("quotient", negate(divide(1, x)));
  const powers = forced("powers", subtract(negate(power(x, 1.5)), 1));
  const overflow = forced("overflow", exp(multiply(2000, x)));
  it.each([
    [
      "logarithm",
      logarithmic,
      0.1,
      Number.NaN,
      "the logarithm of -0.687566 was taken, which is outside the domain of the",
    ],
    ["square root", root, 0.25, Number.NaN, "the square root of -1.25 was taken"],
    ["quotient", quotient, 1, Number.NEGATIVE_INFINITY, "a number was divided by 0"],
    ["power", powers, 0.25, Number.NaN, "-0.875 was raised to a power that is not defined there"],
    ["overflow", overflow, 0.5, Number.POSITIVE_INFINITY, "the numbers grew beyond the largest double"],
  ])("says that the %s is the cause", (_, system, start, value, reason) => {
    const error = failureOf(() => simulate(system, { integrator: plainEuler(1), initial: { x: start }, steps: 10 }));
    expect(error.reason).toContain(reason);
    expect(error.value).toBe(value);
  });

  it("looks for the cause in the trajectory that failed", () => {
    const run = () =>
      simulate(logarithmic, { integrator: plainEuler(1), initial: { x: [0.14, 0.1] }, steps: 10, trajectories: 2 });
    expect(failureOf(run)).toMatchObject({ trajectory: 1, step: 2 });
    expect(failureOf(run).reason).toContain("the logarithm of -0.687566 was taken");
  });

  it("says that an input is the cause", () => {
    const u = (t: number) => (t < 2 ? 1 : Number.NaN);
    const run = () =>
      simulate(drivenDecay, { integrator: plainEuler(0.5), initial: { x: 1 }, input: { u }, steps: 10 });
    expect(failureOf(run)).toMatchObject({
      step: 4,
      reason: "the values given for u at 0 are not finite in this step",
    });
  });

  it("rejects when asynchronous", async () => {
    const run = simulateAsync(blowUp, { integrator: plainEuler(0.5), initial: { x: 1 }, steps: 1000 });
    await expect(run).rejects.toBeInstanceOf(SimulationError);
  });
});
