import type { Expression } from "../../core/expression/expression.js";
import { add, dot, matmul, multiply, subtract, sum } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { energySystem } from "../energy-system.js";
import { readActivation } from "./activations.js";
import { type CatalogueSystem, catalogueSystem } from "./catalogue-system.js";
import { type LayeredNames, Layers, uniformWeights } from "./layers.js";

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

/**
 * A layered Hopfield network (Hopfield 1984; Scellier and Bengio 2017). With the layers s_1 ... s_L after the input x,
 *
 * E = sum over k of |s_k|^2 / 2 - rho(s_k) . (W_k rho(s_(k-1)) + b_k), where rho(s_0) stands for x itself,
 *
 * so that ds_k/dt = -s_k + rho'(s_k) (W_k rho(s_(k-1)) + b_k + W_(k+1)' rho(s_(k+1))). W_k has the shape
 * [size of layer k, size of layer k - 1]; see {@link LayeredNames} for the names.
 *
 * The parameters have no defaults in the system; those of the example are drawn uniformly from
 * +-sqrt(6 / (fan in + fan out)) with zero biases (Glorot and Bengio 2010).
 *
 * @throws InputError for sizes that are not positive whole numbers or an unknown activation
 */
export function hopfieldNetwork(options: HopfieldNetworkOptions): CatalogueSystem<LayeredNames> {
  const { activation = "tanh", seed = 0 } = options;
  const layers = new Layers("hopfieldNetwork, layers", options.layers);
  const known = ["tanh", "sigmoid", "hard-sigmoid"];
  const rho = readActivation("hopfieldNetwork, activation", activation, known);
  const bounds = activation === "hard-sigmoid" ? { bounds: [0, 1] as const } : {};
  const random = new RandomStream(seed);
  const system = energySystem({
    name: `Hopfield network ${options.layers.join("-")}`,
    state: layers.states((k) => ({ shape: [layers.size(k)], ...bounds })),
    parameters: layers.parameters(
      (k) => [layers.size(k), layers.size(k - 1)],
      (k) => [layers.size(k)],
    ),
    input: { x: [layers.size(0)] },
    energy: (symbols) => {
      const at = (name: string): Expression => (symbols as Readonly<Record<string, Expression>>)[name] as Expression;
      let below = at("x");
      return layers.numbers
        .map((k) => {
          const state = at(layers.name(k));
          const above = rho(state);
          const drive = add(matmul(at(`W${k}`), below), at(`b${k}`));
          below = above;
          return subtract(multiply(0.5, sum(multiply(state, state))), dot(above, drive));
        })
        .reduce(add);
    },
  }) as DynamicalSystem as DynamicalSystem<LayeredNames>;
  return catalogueSystem(system, {
    parameters: layers.parameters(
      (k) => uniformWeights(random, layers.size(k), layers.size(k - 1)),
      (k) => new Float64Array(layers.size(k)),
    ),
    initial: layers.states((k) => new Float64Array(layers.size(k))),
    input: { x: Float64Array.from({ length: layers.size(0) }, () => random.nextUniform()) },
  });
}
