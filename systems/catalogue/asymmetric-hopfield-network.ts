import type { Expression } from "../../core/expression/expression.js";
import { add, constant, dot, matmul, multiply, subtract, sum } from "../../core/expression/functions.js";
import { RandomStream } from "../../core/random.js";
import type { DynamicalSystem } from "../../core/system.js";
import { forceSystem } from "../force-system.js";
import { readActivation, slope } from "./activations.js";
import { type CatalogueSystem, catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";
import { type LayeredNames, Layers, normalWeights, uniformWeights } from "./layers.js";

/** rho of an asymmetric Hopfield network; hard-sigmoid is the identity on states kept in [0, 1] by projection. */
type HopfieldActivation = "tanh" | "sigmoid" | "hard-sigmoid";
const ACTIVATIONS: readonly string[] = ["tanh", "sigmoid", "hard-sigmoid"] satisfies HopfieldActivation[];

const boundsOf = (activation: HopfieldActivation) => (activation === "hard-sigmoid" ? { bounds: [0, 1] as const } : {});

/** Options of {@link asymmetricHopfieldNetwork}. */
export interface AsymmetricHopfieldNetworkOptions {
  /** Number of units. */
  readonly units: number;
  /** Number of inputs; 1 by default. */
  readonly inputs?: number;
  /** tanh by default. */
  readonly activation?: HopfieldActivation;
  /** Standard deviation of the example's weights times sqrt(units); 0.4 by default. */
  readonly gain?: number;
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/**
 * Hopfield's network with independent weights, all units joined to all: with the state x and the clamped input u,
 *
 * dx_i/dt = -x_i + rho'(x_i) [sum over j of W_ij rho(x_j) + b_i + (V u)_i].
 *
 * It is -dU/dx plus a force that has no energy: U = |x|^2 / 2 - (b + V u) . rho(x), and rho'(x) (W rho(x)) for the rest.
 * Where W = W' the rest is a gradient too and the Jacobian symmetric, unlike that of `rateNetwork`. In general, with D =
 * diag rho'(x), J - J' = D (W - W') D: an edge sees its asymmetry by its own reverse edge alone.
 *
 * The parameters W [units, units], b [units] and V [units, inputs] have no defaults in the system. In the example W and V
 * are normal, V of standard deviation 1 / sqrt(inputs), and b is 0; the state starts at 0, or 1/2 with sigmoids.
 *
 * Source: Hopfield 1984; Scellier, Goyal, Binas, Mesnard and Bengio 2018 (the force with independent weights).
 *
 * @throws InputError for sizes that are not positive whole numbers, an unknown activation, or a gain that is no number from
 * 0 on
 */
export function asymmetricHopfieldNetwork(options: AsymmetricHopfieldNetworkOptions) {
  const { units, inputs = 1, activation = "tanh", gain = 0.4, seed = 0 } = options;
  checkSize("asymmetricHopfieldNetwork, units", units, 1);
  checkSize("asymmetricHopfieldNetwork, inputs", inputs, 1);
  checkOption("asymmetricHopfieldNetwork, gain", gain, gain >= 0 && Number.isFinite(gain), "a number from 0 on");
  const rho = readActivation("asymmetricHopfieldNetwork, activation", activation, ACTIVATIONS);
  const system = forceSystem({
    name: `asymmetric Hopfield network of ${units} units`,
    state: { x: { shape: [units], ...boundsOf(activation) } },
    parameters: { W: [units, units], b: [units], V: [units, inputs] },
    input: { u: [inputs] },
    energy: ({ x, b, V, u }) => subtract(leak(x), dot(add(b, matmul(V, u)), rho(x))),
    force: { x: ({ x, W }) => multiply(slope(rho, x), matmul(W, rho(x))) },
  });
  const random = new RandomStream(seed);
  return catalogueSystem(system, {
    parameters: {
      W: normalWeights(random, units, units, gain),
      b: 0,
      V: normalWeights(random, units, inputs, 1),
    },
    initial: { x: activation === "tanh" ? 0 : 0.5 },
    input: { u: new Float64Array(inputs).fill(1) },
  });
}

/**
 * Names of {@link asymmetricLayeredHopfieldNetwork}: as in other layered networks, and feedback1, feedback2, ... besides.
 */
export interface AsymmetricLayeredNames extends Omit<LayeredNames, "parameters"> {
  readonly parameters: LayeredNames["parameters"] | `feedback${number}`;
}

/** Options of {@link asymmetricLayeredHopfieldNetwork}. */
export interface AsymmetricLayeredHopfieldNetworkOptions {
  /** Sizes from the input to the output, at least two, for example [784, 512, 10]. */
  readonly layers: readonly number[];
  /** tanh by default. */
  readonly activation?: HopfieldActivation;
  /**
   * Where the example's feedback starts, in radians from symmetric (0) to independent (pi / 2, the default):
   * cos(angle) W_(k+1)' + sin(angle) R with independent random R.
   */
  readonly angle?: number;
  /** Seed of the example's weights; 0 by default. */
  readonly seed?: number;
}

/**
 * A layered Hopfield network whose feedback has weights of its own. With the layers s_1 ... s_L after the input s_0,
 *
 * ds_k/dt = -s_k + rho'(s_k) [W_k rho(s_(k-1)) + b_k + B_k rho(s_(k+1))], where rho(s_0) stands for x itself;
 *
 * B_k, the parameter `feedback1`, `feedback2`, ..., has the shape [size of layer k, size of layer k + 1] and leads from
 * layer k + 1 back to layer k; see {@link LayeredNames} for the other names. Where B_k = W_(k+1)' it is `hopfieldNetwork`.
 *
 * Its energy part is U = sum over k of |s_k|^2 / 2 - b_k . rho(s_k), less rho(s_1) . (W_1 x), which no feedback answers;
 * its force the rest. The parameters have no defaults in the system; those of the example are drawn uniformly from
 * +-sqrt(6 / (fan in + fan out)) with zero biases (Glorot and Bengio 2010), feedback as `angle` says.
 *
 * Source: Scellier, Goyal, Binas, Mesnard and Bengio 2018; Scurria, Vanden Abeele, Mognetti and Massar 2026.
 *
 * @throws InputError for sizes that are not positive whole numbers, an unknown activation, or an angle that is not finite
 */
export function asymmetricLayeredHopfieldNetwork(
  options: AsymmetricLayeredHopfieldNetworkOptions,
): CatalogueSystem<AsymmetricLayeredNames> {
  const { activation = "tanh", angle = Math.PI / 2, seed = 0 } = options;
  const field = "asymmetricLayeredHopfieldNetwork";
  const layers = new Layers(`${field}, layers`, options.layers);
  const rho = readActivation(`${field}, activation`, activation, ACTIVATIONS);
  checkOption(`${field}, angle`, angle, Number.isFinite(angle), "an angle in radians");
  const feedbacks = <V>(value: (k: number) => V): Record<`feedback${number}`, V> =>
    Object.fromEntries(layers.numbers.slice(0, -1).map((k) => [`feedback${k}`, value(k)]));
  type Symbols = Readonly<Record<string, Expression>>;
  const forward = (symbols: Symbols, k: number): Expression => {
    const below = k === 1 ? (symbols.x as Expression) : rho(symbols[layers.name(k - 1)] as Expression);
    return matmul(symbols[`W${k}`] as Expression, below);
  };
  const back = (symbols: Symbols, k: number): Expression =>
    matmul(symbols[`feedback${k}`] as Expression, rho(symbols[layers.name(k + 1)] as Expression));
  const system = forceSystem({
    name: `asymmetric Hopfield network ${options.layers.join("-")}`,
    state: layers.states((k) => ({ shape: [layers.size(k)], ...boundsOf(activation) })),
    parameters: {
      ...layers.parameters(
        (k) => [layers.size(k), layers.size(k - 1)],
        (k) => [layers.size(k)],
      ),
      ...feedbacks((k) => [layers.size(k), layers.size(k + 1)]),
    },
    input: { x: [layers.size(0)] },
    energy: (symbols: Symbols) =>
      layers.numbers
        .map((k) => {
          const [state, bias] = [symbols[layers.name(k)], symbols[`b${k}`]] as [Expression, Expression];
          return subtract(leak(state), dot(k === 1 ? add(bias, forward(symbols, 1)) : bias, rho(state)));
        })
        .reduce(add),
    force: layers.states((k) => (symbols: Symbols) => {
      const drives = [...(k === 1 ? [] : [forward(symbols, k)]), ...(k === layers.last ? [] : [back(symbols, k)])];
      return multiply(slope(rho, symbols[layers.name(k)] as Expression), drives.reduce(add, constant(0)));
    }),
  }) as DynamicalSystem as DynamicalSystem<AsymmetricLayeredNames>;
  const random = new RandomStream(seed);
  const parameters = layers.parameters(
    (k) => uniformWeights(random, layers.size(k), layers.size(k - 1)),
    (k) => new Float64Array(layers.size(k)),
  );
  const feedback = (k: number): Float64Array => {
    const [rows, columns] = [layers.size(k), layers.size(k + 1)];
    const weights = parameters[`W${k + 1}`] as Float64Array;
    return uniformWeights(random, rows, columns).map((other, index) => {
      const [row, column] = [Math.floor(index / columns), index % columns];
      return Math.cos(angle) * (weights[column * rows + row] as number) + Math.sin(angle) * other;
    });
  };
  return catalogueSystem(system, {
    parameters: { ...parameters, ...feedbacks(feedback) },
    initial: layers.states((k) => new Float64Array(layers.size(k))),
    input: { x: Float64Array.from({ length: layers.size(0) }, () => random.nextUniform()) },
  });
}

/** |s|^2 / 2, whose descent is the leak -s. */
const leak = (state: Expression): Expression => multiply(0.5, sum(multiply(state, state)));
