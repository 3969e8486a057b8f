import { learningTask } from "../../learning/task.js";
import { forceSystem } from "../../systems/force-system.js";

/** Sizes of input, hidden layer and output. */
export type TwoLayerSizes = readonly [inputs: number, hidden: number, outputs: number];

/**
 * A Hopfield force with tanh on two layers whose feedback B has weights of its own,
 *
 *     dh/dt = -h + rho'(h) [W1 x + b1 + B rho(o)] + push,    do/dt = -o + rho'(o) [W2 rho(h) + b2],
 *
 * and the squared distance of o from a target. The input `push` is zero: minus its gradient is the hidden part of the adjoint
 * state.
 */
export const twoLayerTask = ([inputs, hidden, outputs]: TwoLayerSizes) =>
  learningTask(
    forceSystem({
      name: `Hopfield force ${inputs}-${hidden}-${outputs} with free feedback`,
      state: { h: [hidden], o: [outputs] },
      parameters: {
        W1: [hidden, inputs],
        W2: [outputs, hidden],
        B: [hidden, outputs],
        b1: { shape: [hidden], default: 0 },
        b2: { shape: [outputs], default: 0 },
      },
      input: { x: [inputs], push: [hidden] },
      force: {
        h: "-h + (1 - tanh(h)^2)*(W1 @ x + b1 + B @ tanh(o)) + push",
        o: "-o + (1 - tanh(o)^2)*(W2 @ tanh(h) + b2)",
      },
    }),
    { target: { y: [outputs] }, cost: { final: "sum((o - y)^2)/2" } },
  );

/** The transpose of a matrix with so many rows. */
export function transposed(matrix: Float64Array, rows: number): Float64Array {
  const columns = matrix.length / rows;
  return matrix.map((_, k) => matrix[(k % rows) * columns + Math.floor(k / rows)] as number);
}
