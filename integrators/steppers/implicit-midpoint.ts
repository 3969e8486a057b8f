import type { Integrator } from "../../core/integrator.js";
import { type ImplicitOptions, implicitRungeKutta } from "../implicit-runge-kutta.js";

/**
 * The implicit midpoint rule, order 2, for any system without bounds:
 *
 *     z_1 = z_0 + h F(t + h/2, (z_0 + z_1)/2)
 *
 * Symmetric; symplectic on every Hamiltonian system, separable or not, and on Lagrangian systems whose momenta are linear in
 * their state. It preserves every quadratic invariant, and is stable at any step where the system's linearisation is.
 *
 * Reference: E. Hairer, C. Lubich and G. Wanner, Geometric Numerical Integration (2006), sections II.1 and VI.4.
 *
 * @throws InputError for a step that is not finite and positive
 */
export function implicitMidpoint(options: ImplicitOptions): Integrator {
  return implicitRungeKutta({
    ...options,
    name: "implicit midpoint",
    order: 2,
    symmetric: true,
    preserves: "symplectic",
    reference: "E. Hairer, C. Lubich and G. Wanner, Geometric Numerical Integration (2006), sections II.1 and VI.4",
    stages: [[1 / 2]],
    weights: [1],
  });
}
