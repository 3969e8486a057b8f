import { RandomStream } from "../../core/random.js";
import { layeredAction } from "../layered-action.js";
import { stackedSystem } from "../stacked-system.js";
import { catalogueSystem, checkSize } from "./catalogue-system.js";

/** Options of {@link deepEnergyNetwork}. */
export interface DeepEnergyNetworkOptions {
  /** Units per layer; 2 by default. */
  readonly width?: number;
  /** Layers after the clamped one; 3 by default. */
  readonly layers?: number;
  /** Seed of the example's weights, biases and clamped layer; 0 by default. */
  readonly seed?: number;
}

/** The part of a layer that goes straight on to the next in the example. */
const STRAIGHT = 0.45;

/**
 * A deep energy-based network of layers of one width, written in its activities s:
 *
 * E = sum psi(s_i) - sum s_i . W_i s_(i+1) - sum b_i . s_(i+1), with psi = cosh - 1,
 *
 * so that a stationary layer has the activation rho = psi'^-1 = arsinh of its drive, s_i = arsinh(W_i s_(i+1) +
 * W_(i-1)' s_(i-1) + b_(i-1)), a smooth and odd nonlinearity that grows as the logarithm. psi outgrows the bilinear couplings:
 * E is bounded below for all weights. W_i has a row per unit of layer i and a column per unit of layer i + 1; L_i holds the
 * potential and the bias of layer i + 1. The recurrence is s_(i+1) = W_i^-1 (sinh(s_i) - b_(i-1) - W_(i-1)' s_(i-1)).
 *
 * Besides the stack of layers as an energy system it returns the `action`, for the recurrence along the depth. The example's
 * weights are 0.45 times the unit matrix, which keeps them invertible, plus normal numbers of deviation 0.1 / sqrt(width).
 *
 * @throws InputError for a width or number of layers that is not a whole number from 1 on
 */
export function deepEnergyNetwork(options: DeepEnergyNetworkOptions = {}) {
  const { width = 2, layers = 3, seed = 0 } = options;
  checkSize("deepEnergyNetwork, width", width, 1);
  checkSize("deepEnergyNetwork, layers", layers, 1);
  const action = layeredAction({
    name: `deep energy network of ${width} units per layer`,
    layer: { s: [width] },
    parameters: { W: [width, width], bias: { shape: [width], default: 0 } },
    coupling: "sum(cosh(s_next) - 1) - dot(s, W @ s_next) - dot(bias, s_next)",
  });
  const random = new RandomStream(seed);
  const weights = Float64Array.from({ length: layers * width * width }, (_, k) => {
    const place = k % (width * width);
    const straight = Math.floor(place / width) === place % width ? STRAIGHT : 0;
    return straight + (0.1 / Math.sqrt(width)) * random.nextNormal();
  });
  const example = catalogueSystem(stackedSystem(action, { layers }), {
    parameters: { W: weights, bias: Float64Array.from({ length: layers * width }, () => 0.2 * random.nextNormal()) },
    initial: { s: 0 },
    input: { s_first: Float64Array.from({ length: width }, () => 2 * random.nextUniform() - 1) },
  });
  return { ...example, action };
}
