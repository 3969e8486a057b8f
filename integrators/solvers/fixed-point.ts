import { gradientFlow } from "./gradient-flow.js";
import type { RelaxationOptions } from "./relaxation.js";
import type { StationarySolver } from "./stationary-solver.js";

/**
 * Synchronous fixed-point iteration z <- P(z + F(z)). Where F(z) = -z + g(z), as in Hopfield and rate networks, this is
 * z <- P(g(z)): every unit takes the value the others ask for. It is gradient flow of step 1.
 *
 * @throws InputError for a tolerance or number of iterations that is not positive
 */
export function fixedPoint(options: RelaxationOptions = {}): StationarySolver {
  return { ...gradientFlow({ ...options, step: 1 }), name: "fixed point" };
}
