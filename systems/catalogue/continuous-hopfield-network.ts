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
import { type CatalogueSystem, catalogueSystem, checkOption } from "./catalogue-system.js";
import type { HopfieldNames } from "./hopfield-network.js";

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
 * W_(k+1)' s_(k+1). State blocks hold potentials; names are those of `hopfieldNetwork`, see {@link HopfieldNames}.
 *
 * The parameters have no defaults in the system. In the example, weights are uniform in +-sqrt(6 / (fan in + fan out)) / 2
 * (half of Glorot and Bengio 2010) and the output's bias is the threshold: every output starts half active, since the
 * gradient of a saturated one would vanish.
 *
 * Source: Hopfield 1984.
 *
 * @throws InputError for sizes that are not positive whole numbers
 */
export function continuousHopfieldNetwork(options: ContinuousHopfieldNetworkOptions): CatalogueSystem<HopfieldNames> {
  const { layers, seed = 0 } = options;
  const fits = layers.length >= 2 && layers.every((extent) => Number.isSafeInteger(extent) && extent >= 1);
  checkOption("continuousHopfieldNetwork, layers", layers, fits, "at least two positive whole sizes, input first");
  const last = layers.length - 1;
  const size = (k: number): number => layers[k] as number;
  const numbers = layers.slice(1).map((_, k) => k + 1);
  const layer = (k: number): HopfieldNames["state"] => (k === last ? "output" : `hidden${k}`);
  const each = <V>(value: (k: number) => V): Record<string, V> =>
    Object.fromEntries(numbers.map((k) => [layer(k), value(k)]));
  const parameters = <V>(weight: (k: number) => V, bias: (k: number) => V): Record<string, V> =>
    Object.fromEntries(
      numbers.flatMap((k) => [
        [`W${k}`, weight(k)],
        [`b${k}`, bias(k)],
      ]),
    );
  const system = energySystem({
    name: `continuous Hopfield network ${layers.join("-")}`,
    state: each((k) => [size(k)]),
    parameters: parameters(
      (k) => [size(k), size(k - 1)],
      (k) => [size(k)],
    ),
    input: { x: [size(0)] },
    rates: each(
      (k) => (symbols: Readonly<Record<string, Expression>>) => hopfieldRate(symbols[layer(k)] as Expression),
    ),
    energy: (symbols) => energy(symbols as Readonly<Record<string, Expression>>, numbers.map(layer)),
  }) as DynamicalSystem as DynamicalSystem<HopfieldNames>;
  const random = new RandomStream(seed);
  const weights = (k: number): Float64Array => {
    const limit = Math.sqrt(6 / (size(k) + size(k - 1))) / 2;
    return Float64Array.from({ length: size(k) * size(k - 1) }, () => limit * (2 * random.nextUniform() - 1));
  };
  return catalogueSystem(system, {
    parameters: parameters(weights, (k) => new Float64Array(size(k)).fill(k === last ? RATE_THRESHOLD : 0)) as never,
    initial: each((k) => new Float64Array(size(k))) as never,
    input: { x: Float64Array.from({ length: size(0) }, () => random.nextUniform()) },
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
