import type { RandomStream } from "../../core/random.js";
import { checkOption } from "./catalogue-system.js";

/** Names of a layered network: states hidden1, hidden2, ..., output; weights W1, W2, ...; biases b1, b2, ...; input x. */
export interface LayeredNames {
  readonly state: `hidden${number}` | "output";
  readonly parameters: `W${number}` | `b${number}`;
  readonly input: "x";
}

/** The layers of a network, by number: 0 is the input, the last one the output. */
export class Layers {
  /** Numbers of the layers that have a state: 1, 2, ... */
  readonly numbers: readonly number[];
  readonly #sizes: readonly number[];

  /**
   * @param field the option's name in the error
   * @throws InputError for fewer than two sizes, or sizes that are not positive whole numbers
   */
  constructor(field: string, sizes: readonly number[]) {
    const fits = sizes.length >= 2 && sizes.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
    checkOption(field, sizes, fits, "at least two positive whole sizes, input first");
    this.#sizes = sizes;
    this.numbers = sizes.slice(1).map((_, k) => k + 1);
  }

  /** The number of the output. */
  get last(): number {
    return this.numbers.length;
  }

  /** Units in layer k. */
  size(k: number): number {
    return this.#sizes[k] as number;
  }

  /** The state block of layer k from 1 on. */
  name(k: number): LayeredNames["state"] {
    return k === this.last ? "output" : `hidden${k}`;
  }

  /** A value for the state block of every layer. */
  states<V>(value: (k: number) => V): Record<LayeredNames["state"], V> {
    return Object.fromEntries(this.numbers.map((k) => [this.name(k), value(k)])) as Record<LayeredNames["state"], V>;
  }

  /** A value for W_k and b_k of every layer. */
  parameters<V>(weight: (k: number) => V, bias: (k: number) => V): Record<LayeredNames["parameters"], V> {
    return Object.fromEntries(
      this.numbers.flatMap((k) => [
        [`W${k}`, weight(k)],
        [`b${k}`, bias(k)],
      ]),
    ) as Record<LayeredNames["parameters"], V>;
  }
}

/**
 * Weights [rows, columns], uniform in +-sqrt(6 / (rows + columns)).
 *
 * Source: Glorot and Bengio 2010.
 */
export function uniformWeights(random: RandomStream, rows: number, columns: number): Float64Array {
  const limit = Math.sqrt(6 / (rows + columns));
  return Float64Array.from({ length: rows * columns }, () => limit * (2 * random.nextUniform() - 1));
}

/** Independent normal weights [rows, columns] of mean 0 and standard deviation gain / sqrt(columns). */
export function normalWeights(random: RandomStream, rows: number, columns: number, gain: number): Float64Array {
  const deviation = gain / Math.sqrt(columns);
  return Float64Array.from({ length: rows * columns }, () => deviation * random.nextNormal());
}
