import type { Integrator } from "../../core/integrator.js";
import { explicitRungeKutta } from "../explicit-runge-kutta.js";

/** Options of {@link rungeKutta4}. */
export interface RungeKutta4Options {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * The classical Runge-Kutta method, order 4:
 *
 *     k1 = F(t, z),  k2 = F(t + h/2, z + h/2 k1),  k3 = F(t + h/2, z + h/2 k2),  k4 = F(t + h, z + h k3)
 *     z <- z + h/6 (k1 + 2 k2 + 2 k3 + k4)
 *
 * Inputs at nodes are taken linearly at h/2, which limits the order to 2 where they are not linear.
 *
 * Reference: W. Kutta, Beitrag zur naeherungsweisen Integration totaler Differentialgleichungen, Z. Math. Phys. 46, 435
 * (1901).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function rungeKutta4({ step }: RungeKutta4Options): Integrator {
  return explicitRungeKutta({
    name: "Runge-Kutta 4",
    step,
    order: 4,
    reference: "W. Kutta, Beitrag zur naeherungsweisen Integration totaler Differentialgleichungen (1901)",
    stages: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
    weights: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  });
}
