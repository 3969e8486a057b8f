import { gradientFlow } from "../../integrators/solvers/gradient-flow.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { adam } from "../../learning/optimisers/index.js";
import type { LearningRule } from "../../learning/rule.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../../learning/task.js";
import { initialParameters, type TrainingOptions } from "../../learning/training/index.js";
import { energySystem } from "../../systems/energy-system.js";

/** A layered network of tanh units with one hidden layer, small enough to train within a test. */
export const network = energySystem({
  name: "small network",
  state: { hidden: [6], output: [1] },
  parameters: { W1: [6, 2], b1: [6], W2: [1, 6], b2: [1] },
  input: { x: [2] },
  energy:
    "sum(hidden^2)/2 + sum(output^2)/2 - dot(tanh(hidden), W1 @ x + b1) - dot(tanh(output), W2 @ tanh(hidden) + b2)",
});

/** The network with a squared distance to a target. */
export const task = learningTask(network, { target: { y: [1] }, cost: { final: "sum((output - y)^2)/2" } });

export const settle: StationarySolver = gradientFlow({ tolerance: 1e-9 });

export const rule: LearningRule = equilibriumPropagation({ nudge: 0.01, settle });

/** Exclusive or, with inputs and targets of both signs. */
export const exclusiveOr = {
  input: { x: [-1, -1, -1, 1, 1, -1, 1, 1] },
  target: { y: [-0.5, 0.5, 0.5, -0.5] },
};

/** Inputs on a spiral with a target that depends on both of their entries. */
export function spiral(count: number): { input: { x: Float64Array }; target: { y: Float64Array } } {
  const x = Float64Array.from({ length: 2 * count }, (_, k) => Math.sin(0.7 * k + (k % 2)) * (1 + k / (4 * count)));
  const y = Float64Array.from({ length: count }, (_, k) => 0.4 * (x[2 * k] as number) * (x[2 * k + 1] as number));
  return { input: { x }, target: { y } };
}

/** Options for a short training of the network on 11 examples in batches of 3, the last of 2. */
export function shortTraining(): TrainingOptions<
  { state: "hidden" | "output"; parameters: "W1" | "b1" | "W2" | "b2"; input: "x" },
  "y"
> {
  return {
    task,
    rule,
    optimiser: adam({ learningRate: 0.01 }),
    parameters: initialParameters(network, { seed: 4 }),
    data: spiral(11),
    batch: 3,
    epochs: 3,
    seed: 8,
  };
}
