import { describe, expect, it } from "vitest";
import { InputError } from "../../core/errors.js";
import { adam } from "./adam.js";
import type { Optimiser } from "./optimiser.js";
import { cosineSchedule } from "./schedules.js";
import { stochasticGradientDescent } from "./stochastic-gradient-descent.js";

/** The values of one scalar parameter after each of the updates with the given gradients. */
function trace(optimiser: Optimiser, start: number, gradients: readonly number[]): number[] {
  const parameters = { w: Float64Array.of(start) };
  const state = optimiser.initialise(parameters);
  return gradients.map((slope) => {
    optimiser.update(parameters, { w: { data: Float64Array.of(slope) } }, state);
    return parameters.w[0] as number;
  });
}

const expectClose = (given: readonly number[], expected: readonly number[]): void => {
  expect(given).toHaveLength(expected.length);
  given.forEach((value, k) => {
    expect(value).toBeCloseTo(expected[k] as number, 14);
  });
};

describe("stochasticGradientDescent", () => {
  it("steps down the gradient", () => {
    expectClose(trace(stochasticGradientDescent({ learningRate: 0.1 }), 1, [2, -3, 0]), [0.8, 1.1, 1.1]);
  });

  it("carries a velocity", () => {
    // v = 2, 0.5 * 2 - 3 = -2, 0.5 * -2 = -1
    const optimiser = stochasticGradientDescent({ learningRate: 0.1, momentum: 0.5 });
    expectClose(trace(optimiser, 1, [2, -3, 0]), [0.8, 1, 1.1]);
  });

  it("looks ahead with Nesterov's momentum", () => {
    // steps g + 0.5 v: 2 + 1 = 3, -3 - 1 = -4, 0 - 0.5 = -0.5
    const optimiser = stochasticGradientDescent({ learningRate: 0.1, momentum: 0.5, nesterov: true });
    expectClose(trace(optimiser, 1, [2, -3, 0]), [0.7, 1.1, 1.15]);
  });

  it("lets weights decay by 1 - learningRate * weightDecay, outside the velocity", () => {
    const optimiser = stochasticGradientDescent({ learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 });
    expectClose(trace(optimiser, 1, [0, 0, 0]), [0.95, 0.95 ** 2, 0.95 ** 3]);
  });

  it("contracts a quadratic bowl by 1 - learningRate * curvature per update", () => {
    const curvatures = [1, 4];
    const parameters = { w: Float64Array.of(1, 1) };
    const optimiser = stochasticGradientDescent({ learningRate: 0.2 });
    const state = optimiser.initialise(parameters);
    for (let k = 0; k < 10; k++) {
      optimiser.update(parameters, { w: { data: parameters.w.map((w, j) => (curvatures[j] as number) * w) } }, state);
    }
    expect(parameters.w[0]).toBeCloseTo(0.8 ** 10, 13);
    expect(parameters.w[1]).toBeCloseTo(0.2 ** 10, 13);
  });

  it("contracts a narrow valley by the root of the condition number with momentum", () => {
    // Polyak: with the optimal rate and momentum the error falls by (sqrt(k) - 1) / (sqrt(k) + 1) per update.
    const condition = 100;
    const root = Math.sqrt(condition);
    const contraction = (root - 1) / (root + 1);
    const optimiser = stochasticGradientDescent({
      learningRate: 4 / (root + 1) ** 2,
      momentum: contraction ** 2,
    });
    const parameters = { w: Float64Array.of(1, 1) };
    const state = optimiser.initialise(parameters);
    const norms: number[] = [];
    for (let k = 0; k < 200; k++) {
      const slopes = Float64Array.of(parameters.w[0] as number, condition * (parameters.w[1] as number));
      optimiser.update(parameters, { w: { data: slopes } }, state);
      norms.push(Math.hypot(...parameters.w));
    }
    const rate = ((norms[199] as number) / (norms[99] as number)) ** (1 / 100);
    expect(Math.abs(rate - contraction)).toBeLessThan(0.01);
  });
});

describe("adam", () => {
  it("follows the recursion", () => {
    const [rate, beta1, beta2, epsilon] = [0.1, 0.5, 0.75, 1e-3];
    // m = 1, -1;  v = 1, 3;  corrected by 1/2, 3/4 and 1/4, 7/16
    const first = 1 - (rate * 2) / (2 + epsilon);
    const second = first - (rate * (-1 / 0.75)) / (Math.sqrt(3 / (7 / 16)) + epsilon);
    const optimiser = adam({ learningRate: rate, beta1, beta2, epsilon });
    expectClose(trace(optimiser, 1, [2, -3]), [first, second]);
  });

  it("steps by the learning rate whatever the size of a constant gradient", () => {
    for (const slope of [1e-3, 1, 1e6]) {
      const values = trace(adam({ learningRate: 0.01, epsilon: 1e-12 }), 0, [slope, slope, slope]);
      values.forEach((value, k) => {
        expect(value).toBeCloseTo(-0.01 * (k + 1), 9);
      });
    }
  });

  it("lets weights decay outside the averages", () => {
    expectClose(trace(adam({ learningRate: 0.1, weightDecay: 0.5 }), 1, [0, 0]), [0.95, 0.95 ** 2]);
  });

  it("reaches the bottom of a narrow bowl with a falling rate", () => {
    const parameters = { w: Float64Array.of(1, -2) };
    const optimiser = adam({ learningRate: cosineSchedule({ initial: 0.05, updates: 1000 }) });
    const state = optimiser.initialise(parameters);
    for (let k = 0; k < 1000; k++) {
      const slopes = Float64Array.of(parameters.w[0] as number, 100 * (parameters.w[1] as number));
      optimiser.update(parameters, { w: { data: slopes } }, state);
    }
    expect(Math.hypot(...parameters.w)).toBeLessThan(1e-6);
  });
});

describe("options of all optimisers", () => {
  const makers = [stochasticGradientDescent, adam];

  it("take rates by name and schedules of the updates done", () => {
    for (const make of makers) {
      const seen: number[] = [];
      const schedule = (updates: number): number => {
        seen.push(updates);
        return updates === 0 ? 0 : 0.5;
      };
      const optimiser = make({ learningRate: { a: 0, b: schedule }, weightDecay: { b: 0.5 } });
      const parameters = { a: Float64Array.of(1), b: Float64Array.of(1) };
      const state = optimiser.initialise(parameters);
      const zero = { data: new Float64Array(1) };
      const values = [0, 1].map(() => {
        optimiser.update(parameters, { a: zero, b: zero, frozen: zero }, state);
        return [...parameters.a, ...parameters.b];
      });
      expect(values).toEqual([
        [1, 1],
        [1, 0.75],
      ]);
      expect(seen).toEqual([0, 1]);
      expect(state.updates).toBe(2);
    }
  });

  it("update in place, and their state is plain data", () => {
    for (const optimiser of [
      stochasticGradientDescent({ learningRate: 1, momentum: 0.5 }),
      adam({ learningRate: 1 }),
    ]) {
      const parameters = { w: Float64Array.of(1, 2) };
      const { w } = parameters;
      const state = optimiser.initialise(parameters);
      const arrays = Object.values(state.averages).map((average) => average.w);
      optimiser.update(parameters, { w: { data: Float64Array.of(1, 1) } }, state);
      expect(parameters.w).toBe(w);
      expect(Object.values(state.averages).map((average) => average.w)).toEqual(arrays);
      expect(arrays.length).toBeGreaterThan(0);
      expect(structuredClone(state)).toEqual(state);
    }
  });

  it.each([
    [() => stochasticGradientDescent({ learningRate: -1 }), "stochasticGradientDescent learningRate: got -1"],
    [() => stochasticGradientDescent({ learningRate: { W: Number.NaN } }), "learningRate.W: got NaN"],
    [
      () => stochasticGradientDescent({ learningRate: 1, momentum: 1 }),
      "momentum: got 1, expected a number from 0, below 1",
    ],
    [() => stochasticGradientDescent({ learningRate: 1, nesterov: true }), "expected a momentum above 0"],
    [() => stochasticGradientDescent({ learningRate: 1, weightDecay: -1 }), "weightDecay: got -1"],
    [() => adam({ learningRate: Number.POSITIVE_INFINITY }), "adam learningRate: got Infinity"],
    [() => adam({ learningRate: 1, beta1: 1 }), "adam beta1: got 1"],
    [() => adam({ learningRate: 1, beta2: -0.1 }), "adam beta2: got -0.1"],
    [() => adam({ learningRate: 1, epsilon: 0 }), "adam epsilon: got 0, expected a positive number"],
    [() => cosineSchedule({ initial: 1, updates: 0 }), "cosineSchedule updates: got 0"],
    [() => cosineSchedule({ initial: -1, updates: 1 }), "cosineSchedule initial: got -1"],
    [() => cosineSchedule({ initial: 1, final: Number.NaN, updates: 1 }), "cosineSchedule final: got NaN"],
    [
      () => adam({ learningRate: { a: 1 } }).initialise({ a: new Float64Array(1), b: new Float64Array(1) }),
      "no value for b",
    ],
    [() => trace(adam({ learningRate: () => -1 }), 0, [1]), "adam learningRate of w at update 0: got -1"],
  ])("refuse what does not fit: %#", (make, text) => {
    expect(make).toThrow(InputError);
    expect(make).toThrow(text);
  });
});

describe("cosineSchedule", () => {
  it("falls along half a cosine and stays", () => {
    const schedule = cosineSchedule({ initial: 3, final: 1, updates: 4 });
    const values = [0, 1, 2, 3, 4, 5].map(schedule);
    expectClose(values, [3, 2 + Math.SQRT1_2, 2, 2 - Math.SQRT1_2, 1, 1]);
  });
});
