import type { Integrator } from "../../core/integrator.js";
import { drift, kick, splittingMethod } from "../splitting.js";

/** Options of {@link leapfrog}. */
export interface LeapfrogOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * Half kicks around a drift (velocity Verlet), or half drifts around a kick (position Verlet).
   *
   * @defaultValue "kick"
   */
  readonly first?: "kick" | "drift";
}

/**
 * Leapfrog (Stoermer-Verlet) for separable systems H = T(p) + V(q): symplectic, symmetric, order 2.
 *
 *     kick first:   p <- p - h/2 dV/dq(q),  q <- q + h dT/dp(p),  p <- p - h/2 dV/dq(q)
 *     drift first:  q <- q + h/2 dT/dp(p),  p <- p - h dV/dq(q),  q <- q + h/2 dT/dp(p)
 *
 * Inputs at nodes: kick first takes row k in the first and row k + 1 in the second half kick. Stable for h w < 2, w the
 * highest frequency.
 *
 * Reference: L. Verlet, Computer "experiments" on classical fluids, Phys. Rev. 159, 98 (1967).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function leapfrog({ step, first = "kick" }: LeapfrogOptions): Integrator {
  return splittingMethod({
    name: first === "kick" ? "leapfrog" : "leapfrog (drift first)",
    step,
    order: 2,
    symmetric: true,
    reference: 'L. Verlet, Computer "experiments" on classical fluids, Phys. Rev. 159, 98 (1967)',
    stages: first === "kick" ? [kick(1 / 2), drift(1), kick(1 / 2)] : [drift(1 / 2), kick(1), drift(1 / 2)],
  });
}
