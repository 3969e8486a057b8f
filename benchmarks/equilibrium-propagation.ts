import { matrixProduct } from "../core/compile/javascript/product.js";
import { multiply, subtract, sum } from "../core/expression/functions.js";
import { RandomStream } from "../core/random.js";
import { blockCoordinate } from "../integrators/solvers/block-coordinate.js";
import { equilibriumPropagation } from "../learning/rules/equilibrium-propagation.js";
import { learningTask } from "../learning/task.js";
import { continuousHopfieldNetwork, hopfieldRate } from "../systems/catalogue/continuous-hopfield-network.js";
import type { Benchmark } from "./benchmark.js";
import { HandWrittenNetwork, type NetworkArrays, type NetworkSizes } from "./hand-written-network.js";

export const SIZES: NetworkSizes = { examples: 64, inputs: 784, hidden: 512, outputs: 10 };
export const ITERATIONS = 20;
const NUDGE = 0.5;

/** A network with an input and a target for each example. */
export function networkTask() {
  const { inputs, hidden, outputs, examples } = SIZES;
  const network = continuousHopfieldNetwork({ layers: [inputs, hidden, outputs] });
  const task = learningTask(network.system, {
    target: { y: [outputs] },
    cost: {
      final: ({ output, y }) => {
        const error = subtract(hopfieldRate(output), y);
        return multiply(0.5, sum(multiply(error, error)));
      },
    },
  });
  const random = new RandomStream(5);
  const x = Float64Array.from({ length: examples * inputs }, () => random.nextUniform());
  const y = Float64Array.from({ length: examples * outputs }, (_, j) => Number(j % outputs === j % 7));
  const arrays = { ...network.parameters, x, y } as unknown as NetworkArrays;
  return { task, arrays };
}

/** Centred contrast of the weights' and biases' energies, averaged over examples. */
class HandWrittenRule {
  readonly gradient: Float64Array;
  private readonly network: HandWrittenNetwork;
  private readonly free: readonly [Float64Array, Float64Array];
  private readonly plus: readonly [Float64Array, Float64Array];
  private readonly hiddenDifference: Float64Array;
  private readonly W2Plus: Float64Array;
  private readonly W2Minus: Float64Array;

  constructor(private readonly arrays: NetworkArrays) {
    const { examples, hidden, outputs } = SIZES;
    this.network = new HandWrittenNetwork(SIZES, arrays);
    const states = () => [new Float64Array(examples * hidden), new Float64Array(examples * outputs)] as const;
    [this.free, this.plus] = [states(), states()];
    this.hiddenDifference = new Float64Array(examples * hidden);
    [this.W2Plus, this.W2Minus] = [new Float64Array(outputs * hidden), new Float64Array(outputs * hidden)];
    this.gradient = new Float64Array(arrays.W1.length + arrays.W2.length);
  }

  compute(): void {
    const { network, free, plus, gradient, hiddenDifference, W2Plus, W2Minus } = this;
    const { examples, inputs, hidden, outputs } = SIZES;
    const { u1, u2, s1, s2 } = network;
    u1.fill(0);
    u2.fill(0);
    network.computeDrive();
    network.relax(ITERATIONS, 0);
    free[0].set(u1);
    free[1].set(u2);
    network.relax(ITERATIONS, NUDGE);
    plus[0].set(s1);
    plus[1].set(s2);
    u1.set(free[0]);
    u2.set(free[1]);
    network.relax(ITERATIONS, -NUDGE);
    const scale = -1 / (2 * NUDGE * examples);
    for (let i = 0; i < s1.length; i++) hiddenDifference[i] = scale * ((plus[0][i] as number) - (s1[i] as number));
    matrixProduct(hidden, inputs, examples, hiddenDifference, 0, 1, hidden, this.arrays.x, 0, inputs, 1, gradient, 0);
    matrixProduct(outputs, hidden, examples, plus[1], 0, 1, outputs, plus[0], 0, hidden, 1, W2Plus, 0);
    matrixProduct(outputs, hidden, examples, s2, 0, 1, outputs, s1, 0, hidden, 1, W2Minus, 0);
    const start = hidden * inputs;
    for (let i = 0; i < W2Plus.length; i++) {
      gradient[start + i] = scale * ((W2Plus[i] as number) - (W2Minus[i] as number));
    }
  }
}

/** The gradient of the weights of a 784-512-10 network by centred equilibrium propagation, three phases of 20 sweeps. */
export const equilibriumPropagationGradient: Benchmark = {
  name: "equilibrium-propagation",
  title: "Equilibrium propagation in a 784-512-10 network, 3 phases of 20 sweeps, batch 64",
  unit: "examples",
  unitsPerRun: () => SIZES.examples,
  tolerance: 1e-8,
  variants() {
    const { task, arrays } = networkTask();
    const { W1, b1, W2, b2, x, y } = arrays;
    const byHand = new HandWrittenRule(arrays);
    const rule = equilibriumPropagation({
      nudge: NUDGE,
      settle: blockCoordinate({ tolerance: 1e-150, iterations: ITERATIONS }),
      inputGradient: false,
    });
    let gradient: Record<string, { readonly data: Float64Array }> = {};
    return [
      { name: "hand-written", run: () => byHand.compute(), result: () => byHand.gradient },
      {
        name: "equilibriumPropagation",
        run: () => {
          gradient = rule.gradient(task, {
            parameters: { W1, b1, W2, b2 },
            input: { x },
            target: { y },
          } as never).gradient as never;
        },
        result: () => [...(gradient.W1?.data ?? []), ...(gradient.W2?.data ?? [])],
      },
    ];
  },
};
