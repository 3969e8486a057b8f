import type { Expression } from "../../core/expression/expression.js";
import { add, matmul, subtract } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { forceSystem } from "../force-system.js";
import { type Activation, readActivation } from "./activations.js";
import { type CatalogueSystem, catalogueSystem } from "./catalogue-system.js";
import { type LayeredNames, Layers, uniformWeights } from "./layers.js";

/** Options of {@link feedforwardNetwork}. */
export interface FeedforwardNetworkOptions {
  /** Sizes from the input to the output, at least two, for example [784, 512, 10]. */
  readonly layers: readonly number[];
  /** rho: tanh (default) or the logistic sigmoid, in every layer. */
  readonly activation?: Activation;
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/**
 * A feedforward network as a force: with the layers s_1 ... s_L after the input s_0 = x,
 *
 * ds_k/dt = rho(W_k s_(k-1) + b_k) - s_k.
 *
 * Its one stationary state is the network's output for x, and every other state decays to it. Exact: L explicit Euler steps
 * of size 1 reach it from anywhere, since layer k no longer changes after step k. The Jacobian is block lower triangular
 * with -1 on its diagonal, as far from symmetric as can be: J^-1 of a cost's gradient lives in the output alone, so
 * learning that takes J for J' gives hidden layers no gradient, where asymmetric and dyadic equilibrium propagation give
 * backpropagation's.
 *
 * W_k has the shape [size of layer k, size of layer k - 1]; see {@link LayeredNames} for the names. The parameters have no
 * defaults in the system; those of the example are drawn uniformly from +-sqrt(6 / (fan in + fan out)) with zero biases
 * (Glorot and Bengio 2010).
 *
 * Source: Scurria, Vanden Abeele, Mognetti and Massar 2026 (non-conservative equilibrium propagation).
 *
 * @throws InputError for sizes that are not positive whole numbers or an unknown activation
 */
export function feedforwardNetwork(options: FeedforwardNetworkOptions): CatalogueSystem<LayeredNames> {
  const { activation = "tanh", seed = 0 } = options;
  const layers = new Layers("feedforwardNetwork, layers", options.layers);
  const rho = readActivation("feedforwardNetwork, activation", activation);
  const random = new RandomStream(seed);
  const system = forceSystem({
    name: `feedforward network ${options.layers.join("-")}`,
    state: layers.states((k) => [layers.size(k)]),
    parameters: layers.parameters(
      (k) => [layers.size(k), layers.size(k - 1)],
      (k) => [layers.size(k)],
    ),
    input: { x: [layers.size(0)] },
    force: layers.states((k) => (symbols: Readonly<Record<string, Expression>>) => {
      const at = (name: string): Expression => symbols[name] as Expression;
      const below = at(k === 1 ? "x" : layers.name(k - 1));
      return subtract(rho(add(matmul(at(`W${k}`), below), at(`b${k}`))), at(layers.name(k)));
    }),
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
