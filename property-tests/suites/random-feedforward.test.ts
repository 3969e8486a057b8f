import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fixedPoint } from "../../integrators/solvers/fixed-point.js";
import type { GradientResult, LearningRule, TaskData } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/force-system.js";
import { arbitraryTaskData } from "../arbitraries/task-data.js";

/** An activation and its slope as plain functions. */
const ACTIVATIONS = {
  tanh: { of: Math.tanh, slope: (z: number) => 1 - Math.tanh(z) ** 2 },
  sigmoid: {
    of: (z: number) => 1 / (1 + Math.exp(-z)),
    slope: (z: number) => 1 / (2 + Math.exp(z) + Math.exp(-z)),
  },
  softplus: { of: (z: number) => Math.log(1 + Math.exp(z)), slope: (z: number) => 1 / (1 + Math.exp(-z)) },
} as const;

/** A chain of layers without any way back, dh_l/dt = phi(W_l h_(l-1) + b_l) - h_l, under a quadratic cost of the last. */
interface Feedforward {
  readonly task: LearningTask;
  readonly data: TaskData;
  /** Units of the input and of each layer. */
  readonly sizes: readonly number[];
  readonly activation: keyof typeof ACTIVATIONS;
}

const arbitraryFeedforward: fc.Arbitrary<Feedforward> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 3, maxLength: 6, size: "max" }),
    activation: fc.constantFrom("tanh" as const, "sigmoid" as const, "softplus" as const),
  })
  .chain(({ sizes, activation }) => {
    const layers = sizes.slice(1).map((units, k) => ({ layer: k + 1, units, before: sizes[k] as number }));
    const last = layers.length;
    const system = forceSystem({
      name: `feedforward network ${sizes.join("-")}`,
      state: Object.fromEntries(layers.map(({ layer, units }) => [`h${layer}`, [units]])),
      parameters: Object.fromEntries(
        layers.flatMap(({ layer, units, before }) => [
          [`W${layer}`, [units, before]],
          [`b${layer}`, [units]],
        ]),
      ),
      input: { x: [sizes[0] as number] },
      force: Object.fromEntries(
        layers.map(({ layer }) => {
          const from = layer === 1 ? "x" : `h${layer - 1}`;
          return [`h${layer}`, `${activation}(W${layer} @ ${from} + b${layer}) - h${layer}`];
        }),
      ),
    });
    const task = learningTask(system, {
      target: { y: [sizes[last] as number] },
      cost: { final: `sum((h${last} - y)^2)/2` },
    }) as unknown as LearningTask;
    return arbitraryTaskData(task).map((data) => ({ task, data, sizes, activation }));
  });

const networks = fc.sample(arbitraryFeedforward, { seed: 51, numRuns: 8 });
const layersOf = ({ sizes }: Feedforward): number => sizes.length - 1;

type Arrays = Record<string, Float64Array>;

/** Backpropagation by the chain rule on plain numbers, which shares nothing with the library. */
function backpropagate({ data, sizes, activation }: Feedforward): Arrays {
  const { of, slope } = ACTIVATIONS[activation];
  const given = { ...data.parameters, ...data.input, ...data.target } as Arrays;
  const [activities, sums] = [[given.x as Float64Array], [] as Float64Array[]];
  for (let layer = 1; layer < sizes.length; layer++) {
    const [weights, biases] = [given[`W${layer}`] as Float64Array, given[`b${layer}`] as Float64Array];
    const before = activities[layer - 1] as Float64Array;
    const summed = biases.map((bias, i) =>
      before.reduce((total, value, j) => total + (weights[i * before.length + j] as number) * value, bias),
    );
    sums.push(summed);
    activities.push(summed.map(of));
  }
  const gradient: Arrays = {};
  let error = (activities.at(-1) as Float64Array).map((value, i) => value - (given.y?.[i] as number));
  for (let layer = sizes.length - 1; layer > 0; layer--) {
    const [weights, before] = [given[`W${layer}`] as Float64Array, activities[layer - 1] as Float64Array];
    const delta = error.map((value, i) => value * slope(sums[layer - 1]?.[i] as number));
    gradient[`b${layer}`] = delta;
    gradient[`W${layer}`] = Float64Array.from(weights, (_, k) => {
      const [i, j] = [Math.floor(k / before.length), k % before.length];
      return (delta[i] as number) * (before[j] as number);
    });
    error = before.map((_, j) =>
      delta.reduce((total, value, i) => total + value * (weights[i * before.length + j] as number), 0),
    );
  }
  return { ...gradient, x: error };
}

/** The largest difference between a found gradient and backpropagation, over all blocks or those of some names. */
function worst(found: GradientResult, expected: Arrays, names = Object.keys(expected)): number {
  const all = { ...found.gradient, ...found.inputGradient };
  return Math.max(
    ...names.flatMap((name) =>
      Array.from(expected[name] as Float64Array, (value, k) => Math.abs(value - (all[name]?.data[k] ?? Number.NaN))),
    ),
  );
}

const dyadicAfter = (iterations: number, nudge = 0.5): LearningRule =>
  dyadicEquilibriumPropagation({ nudge, settle: fixedPoint({ iterations, tolerance: 1e-13 }) });

describe("on random feedforward networks", () => {
  test("dyadic equilibrium propagation is backpropagation after two steps per layer, at any nudge", () => {
    for (const network of networks) {
      const { task, data } = network;
      for (const nudge of [10, 0.5, 1e-3]) {
        const found = dyadicAfter(2 * layersOf(network), nudge).gradient(task, data);
        expect(worst(found, backpropagate(network))).toBeLessThan(1e-12);
        expect(found.phases.map(({ iterations }) => iterations)).toEqual([2 * layersOf(network)]);
      }
    }
  });

  test("with one step less the error has not reached the first layer, and all others are right", () => {
    for (const network of networks) {
      const { task, data } = network;
      const expected = backpropagate(network);
      const early = dyadicAfter(2 * layersOf(network) - 1).gradient(task, data);
      const first = ["W1", "b1", "x"];
      const others = Object.keys(expected).filter((name) => !first.includes(name));
      expect(worst(early, expected, others)).toBeLessThan(1e-12);
      expect(worst(early, expected, first)).toBeGreaterThan(1e-9);
      expect(early.phases.map(({ converged }) => converged)).toEqual([false]);
    }
  });

  test("asymmetric equilibrium propagation tends to backpropagation", () => {
    const settle = fixedPoint({ tolerance: 1e-14 });
    for (const network of networks) {
      const expected = backpropagate(network);
      const [coarse, fine] = [1e-1, 1e-2].map((nudge) =>
        worst(asymmetricEquilibriumPropagation({ nudge, settle }).gradient(network.task, network.data), expected),
      ) as [number, number];
      expect(fine).toBeLessThan(1e-3);
      expect(Math.log10(coarse / fine)).toBeGreaterThan(1.8);
    }
  });

  test("the vector-field rule has no gradient for any hidden layer, and the right one for the last", () => {
    const settle = fixedPoint({ tolerance: 1e-14 });
    for (const network of networks) {
      const expected = backpropagate(network);
      const found = vectorFieldRule({ nudge: 1e-4, settle }).gradient(network.task, network.data);
      const last = layersOf(network);
      for (const [name, { data: values }] of Object.entries({ ...found.gradient, ...found.inputGradient })) {
        if (name === `W${last}` || name === `b${last}`) continue;
        expect(values.every((value) => value === 0)).toBe(true);
        expect((expected[name] as Float64Array).some((value) => Math.abs(value) > 1e-6)).toBe(true);
      }
      expect(worst(found, expected, [`W${last}`, `b${last}`])).toBeLessThan(1e-6);
    }
  });
});
