import { RandomStream } from "../../core/random.js";
import { layeredAction } from "../layered-action.js";
import { stackedSystem } from "../stacked-system.js";
import { catalogueSystem, checkSize } from "./catalogue-system.js";

/** Options of {@link fitzhughNagumoLayers}. */
export interface FitzhughNagumoLayersOptions {
  /** Cells per layer; 2 by default. */
  readonly width?: number;
  /** Layers after the clamped one; 3 by default. */
  readonly layers?: number;
  /** Seed of the example's conductances and of its clamped layer; 0 by default. */
  readonly seed?: number;
}

/** The layered action of {@link fitzhughNagumoLayers}. */
function fitzhughNagumoAction(width: number) {
  return layeredAction({
    name: `FitzHugh-Nagumo layers of ${width} cells`,
    layer: { u: [width], v: [width] },
    inhibitors: ["v"],
    parameters: { G: [width, width], current: { shape: [width], default: 0 } },
    shared: { delta: 0.75, epsilon: 0.85, alpha: 1.08, b: 0 },
    coupling: `
      edges = sum(G*(u_next - reshape(u, ${width}, 1))^2)/2;
      residual = delta^2*sum((u_next - u)^2)/2 - sum((v_next - v)^2)/(2*epsilon);
      cells = sum(u_next^2/2 - u_next^4/4 - u_next*v_next + alpha*v_next^2/2 + b*v_next + current*u_next);
      edges + residual - cells`,
  });
}

/**
 * Diffusive FitzHugh-Nagumo cells in layers, with activators u and inhibitors v: deep-residual couplings, in which G_i joins
 * every cell of layer i (rows) to every cell of layer i + 1 (columns), delta^2 joins each cell to the same cell of the next
 * layer, and v diffuses along the depth with conductance 1. With the cell's potential
 *
 * F = u^2/2 - u^4/4 - u v + alpha v^2/2 + b v + current u
 *
 * it is the layered action of
 *
 * L_i = 1/2 sum over j, k of G_i[j, k] (u_(i+1),k - u_i,j)^2 + delta^2/2 |u_(i+1) - u_i|^2
 *       - |v_(i+1) - v_i|^2 / (2 epsilon) - sum F(x_(i+1)),
 *
 * with du/dt = -dPhi/du and dv/dt = +dPhi/dv. Without the G_i it is a lattice of spacing 1 along the depth, whose
 * continuum limit conserves H = delta^2 |u'|^2 / 2 - |v'|^2 / (2 epsilon) + F(u, v); a spacing h is delta / h for delta and
 * epsilon h^2 for epsilon. With b = 0 and no current, zero is a stationary state.
 *
 * Besides the stack of layers as a system it returns the `action`, for the recurrence along the depth. The example's
 * conductances are drawn uniformly between 0 and 0.4 / width. (Kendall 2026, arXiv 2605.21568; the formulas are derived.)
 *
 * @throws InputError for a width or number of layers that is not a whole number from 1 on
 */
export function fitzhughNagumoLayers(options: FitzhughNagumoLayersOptions = {}) {
  const { width = 2, layers = 3, seed = 0 } = options;
  checkSize("fitzhughNagumoLayers, width", width, 1);
  checkSize("fitzhughNagumoLayers, layers", layers, 1);
  const action = fitzhughNagumoAction(width);
  const random = new RandomStream(seed);
  const uniform = (count: number, scale: number): Float64Array =>
    Float64Array.from({ length: count }, () => scale * random.nextUniform());
  const example = catalogueSystem(stackedSystem(action, { layers }), {
    parameters: { G: uniform(layers * width * width, 0.4 / width) },
    initial: { u: 0, v: 0 },
    input: { u_first: uniform(width, 0.5), v_first: uniform(width, 0.5) },
  });
  return { ...example, action };
}
