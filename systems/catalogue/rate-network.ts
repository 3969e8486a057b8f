import type { Expression } from "../../core/expression/expression.js";
import { add, matmul, multiply, subtract } from "../../core/expression/functions.js";
import type { Symbols } from "../../core/expression-source.js";
import { RandomStream } from "../../core/random.js";
import { forceSystem } from "../force-system.js";
import { type Activation, readActivation, slope } from "./activations.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";
import { normalWeights } from "./layers.js";

/** Options of {@link rateNetwork}. */
export interface RateNetworkOptions {
  /** Number of units. */
  readonly units: number;
  /** Number of inputs; 1 by default. */
  readonly inputs?: number;
  /** "independent" (default): W as it is. "symmetric": the symmetric part (W + W') / 2 in its place. */
  readonly weights?: "independent" | "symmetric";
  /** rho: tanh (default) or the logistic sigmoid. */
  readonly activation?: Activation;
  /** Standard deviation of the example's weights times sqrt(units); 0.4 by default. */
  readonly gain?: number;
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/**
 * A recurrent network of firing rates, with the state x and the input u:
 *
 * dx/dt = -x + W rho(x) + b + V u.
 *
 * A trap: its Jacobian -1 + W D with D = diag rho'(x) is symmetric for no W but special ones, also where W = W' - no energy
 * descends here, and equilibrium propagation with it is biased. With symmetric weights it is symmetric in the metric D
 * instead, J' = D J D^-1, which `weights: "symmetric"` declares as the system's twist.
 *
 * Exact: where ||W||_2 max rho' < 1 the flow contracts, |x - x'| decaying at least as exp(-(1 - ||W||_2 max rho') t), so
 * that one state is stationary and all others go there. Large networks with tanh and independent normal weights of standard
 * deviation gain / sqrt(units) have ||W||_2 near 2 gain, and without bias and input settle at 0 for gain < 1 and are
 * chaotic for gain > 1 (Sompolinsky, Crisanti and Sommers 1988).
 *
 * The parameters W [units, units], b [units] and V [units, inputs] have no defaults in the system. In the example W and V
 * are normal, V of standard deviation 1 / sqrt(inputs), and b is 0.
 *
 * @throws InputError for sizes that are not positive whole numbers, unknown weights or activation, or a gain that is no
 * number from 0 on
 */
export function rateNetwork(options: RateNetworkOptions) {
  const { units, inputs = 1, weights = "independent", activation = "tanh", gain = 0.4, seed = 0 } = options;
  checkSize("rateNetwork, units", units, 1);
  checkSize("rateNetwork, inputs", inputs, 1);
  const symmetric = weights === "symmetric";
  checkOption("rateNetwork, weights", weights, symmetric || weights === "independent", '"independent" or "symmetric"');
  checkOption("rateNetwork, gain", gain, gain >= 0 && Number.isFinite(gain), "a number from 0 on");
  const rho = readActivation("rateNetwork, activation", activation);
  const recurrent = (W: Expression, rates: Expression): Expression =>
    symmetric ? multiply(0.5, add(matmul(W, rates), matmul(rates, W))) : matmul(W, rates);
  const system = forceSystem({
    name: `rate network of ${units} units`,
    state: { x: [units] },
    parameters: { W: [units, units], b: [units], V: [units, inputs] },
    input: { u: [inputs] },
    force: {
      x: ({ x, W, b, V, u }: Symbols<"x" | "W" | "b" | "V" | "u">) =>
        subtract(add(add(recurrent(W, rho(x)), b), matmul(V, u)), x),
    },
    ...(symmetric ? { twist: { x: ({ x }: Symbols<"x">) => slope(rho, x) } } : {}),
  });
  const random = new RandomStream(seed);
  return catalogueSystem(system, {
    parameters: {
      W: normalWeights(random, units, units, gain),
      b: new Float64Array(units),
      V: normalWeights(random, units, inputs, 1),
    },
    initial: { x: Float64Array.from({ length: units }, () => random.nextNormal()) },
    input: { u: new Float64Array(inputs).fill(1) },
  });
}
