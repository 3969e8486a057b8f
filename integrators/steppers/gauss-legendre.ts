import type { Integrator } from "../../core/integrator.js";
import { type ImplicitOptions, implicitRungeKutta } from "../implicit-runge-kutta.js";

const REFERENCE = "J. C. Butcher, Implicit Runge-Kutta processes, Math. Comp. 18, 50 (1964)";
const [ROOT_3, ROOT_15] = [Math.sqrt(3), Math.sqrt(15)];

/**
 * The Gauss-Legendre Runge-Kutta method with two stages, order 4, for any system without bounds. Symmetric; symplectic on
 * every Hamiltonian system, separable or not, and on Lagrangian systems whose momenta are linear in their state. It preserves
 * every quadratic invariant.
 *
 *     c = 1/2 -+ sqrt(3)/6,  a = [[1/4, 1/4 - sqrt(3)/6], [1/4 + sqrt(3)/6, 1/4]],  b = [1/2, 1/2]
 *
 * Reference: J. C. Butcher, Implicit Runge-Kutta processes, Math. Comp. 18, 50 (1964); symplectic: J. M. Sanz-Serna,
 * BIT 28, 877 (1988).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function gaussLegendre4(options: ImplicitOptions): Integrator {
  return implicitRungeKutta({
    ...options,
    name: "Gauss-Legendre 4",
    order: 4,
    symmetric: true,
    preserves: "symplectic",
    reference: REFERENCE,
    stages: [
      [1 / 4, 1 / 4 - ROOT_3 / 6],
      [1 / 4 + ROOT_3 / 6, 1 / 4],
    ],
    weights: [1 / 2, 1 / 2],
  });
}

/**
 * The Gauss-Legendre Runge-Kutta method with three stages, order 6; see {@link gaussLegendre4}.
 *
 *     c = 1/2 -+ sqrt(15)/10 and 1/2,  b = [5/18, 4/9, 5/18]
 *
 * @throws InputError for a step that is not finite and positive
 */
export function gaussLegendre6(options: ImplicitOptions): Integrator {
  return implicitRungeKutta({
    ...options,
    name: "Gauss-Legendre 6",
    order: 6,
    symmetric: true,
    preserves: "symplectic",
    reference: REFERENCE,
    stages: [
      [5 / 36, 2 / 9 - ROOT_15 / 15, 5 / 36 - ROOT_15 / 30],
      [5 / 36 + ROOT_15 / 24, 2 / 9, 5 / 36 - ROOT_15 / 24],
      [5 / 36 + ROOT_15 / 30, 2 / 9 + ROOT_15 / 15, 5 / 36],
    ],
    weights: [5 / 18, 4 / 9, 5 / 18],
  });
}
