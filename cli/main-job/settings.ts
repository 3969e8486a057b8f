import { multiply, subtract, sum } from "../../core/expression/functions.js";
import { blockCoordinate } from "../../integrators/solvers/block-coordinate.js";
import type { ImageDataset } from "../../learning/data/index.js";
import { learningTask } from "../../learning/task.js";
import { continuousHopfieldNetwork, hopfieldRate } from "../../systems/catalogue/continuous-hopfield-network.js";

/** What the command line gives. */
export interface MainJobOptions {
  readonly data?: string;
  readonly verify: boolean;
  readonly epochs?: number;
  readonly hidden?: number;
  readonly batch?: number;
  readonly learningRate: number;
  readonly nudge: number;
  readonly seed: number;
  readonly report: string;
  readonly checkpoint: string;
  readonly resume: boolean;
}

/** Choices that depend on the size of the data. */
export interface Sizes {
  readonly hidden: number;
  readonly epochs: number;
  readonly batch: number;
}

/** Datasets from this size on get the larger network, and fewer passes. */
const LARGE = 30_000;

/** The options, or what suits the data. */
export function sizesFor(dataset: ImageDataset, options: MainJobOptions): Sizes {
  const large = dataset.train.count >= LARGE;
  return {
    hidden: options.hidden ?? (large ? 512 : 256),
    epochs: options.epochs ?? (large ? 3 : 6),
    batch: options.batch ?? (large ? 64 : 32),
  };
}

/** How phases settle: layer by layer, each to its minimum; the residual lies far below the response to the nudge. */
export const settle = blockCoordinate({ tolerance: 1e-3, iterations: 60 });

/** The network and what it is to learn: the squared distance of the output's rates from the one-hot class. */
export function imageTask(dataset: ImageDataset, hidden: number, seed: number) {
  const { rows, columns } = dataset.train;
  const network = continuousHopfieldNetwork({ layers: [rows * columns, hidden, dataset.classes], seed });
  const task = learningTask(network.system, {
    target: { y: [dataset.classes] },
    cost: {
      final: ({ output, y }) => {
        const error = subtract(hopfieldRate(output), y);
        return multiply(0.5, sum(multiply(error, error)));
      },
    },
  });
  return { task, parameters: network.parameters };
}

/** The task of {@link imageTask}. */
export type ImageTask = ReturnType<typeof imageTask>["task"];
