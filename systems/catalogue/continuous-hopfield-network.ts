import type { Expression } from "../../core/expression/expression.js";
import {
  add,
  divide,
  dot,
  matmul,
  multiply,
  sigmoid,
  softplus,
  subtract,
  sum,
} from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { energySystem } from "../energy-system.js";
import { type CatalogueSystem, catalogueSystem } from "./catalogue-system.js";
import { type LayeredNames, Layers, uniformWeights } from "./layers.js";

/** Options of {@link continuousHopfieldNetwork}. */
export interface ContinuousHopfieldNetworkOptions {
  /** Sizes from the input to the output, at least two, for example [784, 512, 10]. */
  readonly layers: readonly number[];
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/** The steepness of the rate, chosen so that its slope at the threshold is 1. */
const STEEPNESS = 4;
/** The potential at which a unit is half active. */
const RATE_THRESHOLD = 0.5;

const scaled = (potential: Expression): Expression => multiply(STEEPNESS, subtract(potential, RATE_THRESHOLD));

/** The rate rho(u) = sigmoid(4 (u - 1/2)) of a potential of {@link continuousHopfieldNetwork}. */
export const hopfieldRate = (potential: Expression): Expression => sigmoid(scaled(potential));

/**
 * Hopfield's continuous network in layers. Units have potentials u and rates s = rho(u) = sigmoid(4 (u - 1/2)); with
 * s_0 = x the input,
 *
 * E = sum over k of s_k . u_k - sum(R(u_k)) - s_k . (W_k s_(k-1) + b_k), R(u) = softplus(4 (u - 1/2)) / 4, R' = rho,
 *
 * where s . u - R(u) is the integral of rho^-1 up to s, so that du_k/dt = -dE/ds_k = -u_k + W_k s_(k-1) + b_k +
 * W_(k+1)' s_(k+1). State blocks hold potentials; names are those of `hopfieldNetwork`, see {@link LayeredNames}.
 *
 * The parameters have no defaults in the system. In the example, weights are uniform in +-sqrt(6 / (fan in + fan out)) / 2
 * (half of Glorot and Bengio 2010) and the output's bias is the threshold: every output starts half active, since the
 * gradient of a saturated one would vanish.
 *
 * Source: Hopfield 1984.
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function continuousHopfieldNetwork(options: ContinuousHopfieldNetworkOptions): CatalogueSystem<LayeredNames> {
  const { seed = 0 } = options;
  const layers = new Layers("continuousHopfieldNetwork, layers", options.layers);
  const system = energySystem({
    name: `continuous Hopfield network ${options.layers.join("-")}`,
    state: layers.states((k) => [layers.size(k)]),
    parameters: layers.parameters(
      (k) => [layers.size(k), layers.size(k - 1)],
      (k) => [layers.size(k)],
    ),
    input: { x: [layers.size(0)] },
    rates: layers.states(
      (k) => (symbols: Readonly<Record<string, Expression>>) => hopfieldRate(symbols[layers.name(k)] as Expression),
    ),
    energy: (symbols) =>
      energy(
        symbols as Readonly<Record<string, Expression>>,
        layers.numbers.map((k) => layers.name(k)),
      ),
  }) as DynamicalSystem as DynamicalSystem<LayeredNames>;
  const random = new RandomStream(seed);
  return catalogueSystem(system, {
    parameters: layers.parameters(
      (k) => uniformWeights(random, layers.size(k), layers.size(k - 1)).map((weight) => weight / 2),
      (k) => new Float64Array(layers.size(k)).fill(k === layers.last ? RATE_THRESHOLD : 0),
    ),
    initial: layers.states((k) => new Float64Array(layers.size(k))),
    input: { x: Float64Array.from({ length: layers.size(0) }, () => random.nextUniform()) },
  });
}

function energy(symbols: Readonly<Record<string, Expression>>, layers: readonly string[]): Expression {
  let below = symbols.x as Expression;
  return layers
    .map((name, position) => {
      const potential = symbols[name] as Expression;
      const rate = hopfieldRate(potential);
      const drive = add(
        matmul(symbols[`W${position + 1}`] as Expression, below),
        symbols[`b${position + 1}`] as Expression,
      );
      below = rate;
      const integral = subtract(dot(rate, potential), divide(sum(softplus(scaled(potential))), STEEPNESS));
      return subtract(integral, dot(rate, drive));
    })
    .reduce(add);
}
