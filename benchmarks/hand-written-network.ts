import { matrixProduct } from "../core/compile/javascript/product.js";

/** Sizes of a network of one hidden layer. */
export interface NetworkSizes {
  readonly examples: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: number;
}

/** Its arrays: weights [hidden, inputs] and [outputs, hidden], biases, inputs and targets of all examples. */
export interface NetworkArrays {
  readonly W1: Float64Array;
  readonly b1: Float64Array;
  readonly W2: Float64Array;
  readonly b2: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const rate = (potential: number): number => 1 / (1 + Math.exp(-4 * (potential - 0.5)));

/** What one would write for Hopfield's continuous network alone: potentials u, rates s = sigmoid(4 (u - 1/2)). */
export class HandWrittenNetwork {
  readonly u1: Float64Array;
  readonly u2: Float64Array;
  readonly s1: Float64Array;
  readonly s2: Float64Array;
  private readonly drive: Float64Array;
  private readonly toHidden: Float64Array;
  private readonly toOutput: Float64Array;

  constructor(
    private readonly sizes: NetworkSizes,
    private readonly arrays: NetworkArrays,
  ) {
    const { examples, hidden, outputs } = sizes;
    const each = (extent: number): Float64Array => new Float64Array(examples * extent);
    [this.u1, this.s1, this.drive, this.toHidden] = [each(hidden), each(hidden), each(hidden), each(hidden)];
    [this.u2, this.s2, this.toOutput] = [each(outputs), each(outputs), each(outputs)];
  }

  /** What the input contributes to the hidden layer; it does not change while the state relaxes. */
  computeDrive(): void {
    const { examples, inputs, hidden } = this.sizes;
    const { x, W1, b1 } = this.arrays;
    const { drive } = this;
    matrixProduct(examples, hidden, inputs, x, 0, inputs, 1, W1, 0, 1, inputs, drive, 0);
    for (let e = 0; e < examples; e++) {
      for (let i = 0; i < hidden; i++) drive[e * hidden + i] = (drive[e * hidden + i] as number) + (b1[i] as number);
    }
  }

  /** Layers move to their minima in turn; returns the squared length of the last move. */
  relax(iterations: number, nudge: number): number {
    const { examples, hidden, outputs } = this.sizes;
    const { W2, b2, y } = this.arrays;
    const { u1, u2, s1, s2, drive, toHidden, toOutput } = this;
    let moved = 0;
    for (let iteration = 0; iteration < iterations; iteration++) {
      moved = 0;
      for (let j = 0; j < u2.length; j++) s2[j] = rate(u2[j] as number);
      matrixProduct(examples, hidden, outputs, s2, 0, outputs, 1, W2, 0, hidden, 1, toHidden, 0);
      for (let i = 0; i < u1.length; i++) {
        const next = (drive[i] as number) + (toHidden[i] as number);
        moved += (next - (u1[i] as number)) ** 2;
        u1[i] = next;
        s1[i] = rate(next);
      }
      matrixProduct(examples, outputs, hidden, s1, 0, hidden, 1, W2, 0, 1, hidden, toOutput, 0);
      for (let e = 0; e < examples; e++) {
        for (let o = 0; o < outputs; o++) {
          const j = e * outputs + o;
          const push = nudge * ((s2[j] as number) - (y[j] as number));
          const next = (toOutput[j] as number) + (b2[o] as number) - push;
          moved += (next - (u2[j] as number)) ** 2;
          u2[j] = next;
        }
      }
    }
    for (let j = 0; j < u2.length; j++) s2[j] = rate(u2[j] as number);
    return moved;
  }
}
