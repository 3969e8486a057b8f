import type { Expression } from "../../core/expression/expression.js";
import { add, dot, matmul, multiply, sigmoid, subtract, sum, tanh } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { energySystem } from "../energy-system.js";
import { type CatalogueSystem, catalogueSystem, checkOption } from "./catalogue-system.js";

/** Options of {@link hopfieldNetwork}. */
export interface HopfieldNetworkOptions {
  /** Sizes from the input to the output, at least two, for example [784, 512, 10]. */
  readonly layers: readonly number[];
  /**
   * rho: tanh (default), the logistic sigmoid, or hard-sigmoid, which is the identity on states kept in [0, 1] by
   * projection.
   */
  readonly activation?: "tanh" | "sigmoid" | "hard-sigmoid";
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/** Names of a layered network: states hidden1, hidden2, ..., output; weights W1, W2, ...; biases b1, b2, ...; input x. */
export interface HopfieldNames {
  readonly state: `hidden${number}` | "output";
  readonly parameters: `W${number}` | `b${number}`;
  readonly input: "x";
}

const activations: Readonly<Record<string, (state: Expression) => Expression>> = {
  tanh,
  sigmoid,
  "hard-sigmoid": (state) => state,
};

/** The state block of layer k (1 is the first after the input). */
const layerName = (k: number, last: number): HopfieldNames["state"] => (k === last ? "output" : `hidden${k}`);

/**
 * A layered Hopfield network (Hopfield 1984; Scellier and Bengio 2017). With the layers s_1 ... s_L after the input x,
 *
 * E = sum over k of |s_k|^2 / 2 - rho(s_k) . (W_k rho(s_(k-1)) + b_k), where rho(s_0) stands for x itself,
 *
 * so that ds_k/dt = -s_k + rho'(s_k) (W_k rho(s_(k-1)) + b_k + W_(k+1)' rho(s_(k+1))). W_k has the shape
 * [size of layer k, size of layer k - 1]; see {@link HopfieldNames} for the names.
 *
 * The parameters have no defaults in the system; those of the example are drawn uniformly from
 * +-sqrt(6 / (fan in + fan out)) with zero biases (Glorot and Bengio 2010).
 *
 * @throws InputError for sizes that are not positive whole numbers or an unknown activation
 */
export function hopfieldNetwork(options: HopfieldNetworkOptions): CatalogueSystem<HopfieldNames> {
  const { layers, activation = "tanh", seed = 0 } = options;
  const sizes = layers.length >= 2 && layers.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  checkOption("hopfieldNetwork, layers", layers, sizes, "at least two positive whole sizes, input first");
  const known = Object.hasOwn(activations, activation);
  checkOption("hopfieldNetwork, activation", activation, known, Object.keys(activations).join(", "));
  const rho = activations[activation] as (state: Expression) => Expression;
  const last = layers.length - 1;
  const random = new RandomStream(seed);
  const numbers = layers.slice(1).map((_, k) => k + 1);
  const size = (k: number): number => layers[k] as number;
  const bounds = activation === "hard-sigmoid" ? { bounds: [0, 1] as const } : {};

  const weights = (k: number): Float64Array => {
    const limit = Math.sqrt(6 / (size(k) + size(k - 1)));
    return Float64Array.from({ length: size(k) * size(k - 1) }, () => limit * (2 * random.nextUniform() - 1));
  };
  const system = energySystem({
    name: `Hopfield network ${layers.join("-")}`,
    state: Object.fromEntries(numbers.map((k) => [layerName(k, last), { shape: [size(k)], ...bounds }])),
    parameters: Object.fromEntries(
      numbers.flatMap((k) => [
        [`W${k}`, [size(k), size(k - 1)]],
        [`b${k}`, [size(k)]],
      ]),
    ),
    input: { x: [size(0)] },
    energy: (symbols) => {
      const at = (name: string): Expression => (symbols as Readonly<Record<string, Expression>>)[name] as Expression;
      let below = at("x");
      return numbers
        .map((k) => {
          const state = at(layerName(k, last));
          const above = rho(state);
          const drive = add(matmul(at(`W${k}`), below), at(`b${k}`));
          below = above;
          return subtract(multiply(0.5, sum(multiply(state, state))), dot(above, drive));
        })
        .reduce(add);
    },
  }) as DynamicalSystem as DynamicalSystem<HopfieldNames>;
  return catalogueSystem(system, {
    parameters: Object.fromEntries(
      numbers.flatMap((k): [string, Float64Array][] => [
        [`W${k}`, weights(k)],
        [`b${k}`, new Float64Array(size(k))],
      ]),
    ),
    initial: Object.fromEntries(numbers.map((k) => [layerName(k, last), new Float64Array(size(k))])) as never,
    input: { x: Float64Array.from({ length: size(0) }, () => random.nextUniform()) },
  });
}
