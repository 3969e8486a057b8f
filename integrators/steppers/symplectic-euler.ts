import type { Integrator } from "../../core/integrator.js";
import { drift, kick, splittingMethod } from "../splitting.js";

/** Options of {@link symplecticEuler}. */
export interface SymplecticEulerOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * Which part of the step comes first.
   *
   * @defaultValue "kick"
   */
  readonly first?: "kick" | "drift";
}

/**
 * The symplectic Euler method for separable systems H = T(p) + V(q), order 1:
 *
 *     kick first:   p <- p - h dV/dq(q),  q <- q + h dT/dp(p)
 *     drift first:  q <- q + h dT/dp(p),  p <- p - h dV/dq(q)
 *
 * Each order is the adjoint of the other: with the step -h, one undoes the other.
 *
 * Reference: R. de Vogelaere, Methods of integration which preserve the contact transformation property of the Hamilton
 * equations (1956).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function symplecticEuler({ step, first = "kick" }: SymplecticEulerOptions): Integrator {
  return splittingMethod({
    name: `symplectic Euler (${first} first)`,
    step,
    order: 1,
    symmetric: false,
    reference: "R. de Vogelaere, Methods of integration which preserve the contact transformation property (1956)",
    stages: first === "kick" ? [kick(1), drift(1)] : [drift(1), kick(1)],
  });
}
