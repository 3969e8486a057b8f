import type { Integrator } from "../../core/integrator.js";
import { composedLeapfrog, splittingMethod } from "../splitting.js";

/** Options of {@link yoshida4}, {@link yoshida6} and {@link yoshida8}. */
export interface YoshidaOptions {
  /** The step size h > 0. */
  readonly step: number;
  /**
   * Which part the leapfrog steps begin with.
   *
   * @defaultValue "kick"
   */
  readonly first?: "kick" | "drift";
}

const REFERENCE = "H. Yoshida, Construction of higher order symplectic integrators, Phys. Lett. A 150, 262 (1990)";

/** Half of the sizes, from the ends of the step inwards; the one in the middle makes the sum 1. */
const OUTER_SIZES = {
  4: [1 / (2 - 2 ** (1 / 3))],
  // Solution A.
  6: [0.7845136104775573, 0.23557321335935813, -1.177679984178871],
  // Solution D, to more digits than printed there.
  8: [
    0.9148442462297915, 0.25369333656621135, -1.4448522368606052, -0.15824063536805016, 1.9381391376225259,
    -1.9606102329753108, 0.10279984939179644,
  ],
} as const;

function yoshida(order: keyof typeof OUTER_SIZES, { step, first = "kick" }: YoshidaOptions): Integrator {
  const outer: readonly number[] = OUTER_SIZES[order];
  const middle = 1 - 2 * outer.reduce((sum, size) => sum + size, 0);
  return splittingMethod({
    name: `Yoshida ${order}${first === "kick" ? "" : " (drift first)"}`,
    step,
    order,
    symmetric: true,
    reference: REFERENCE,
    stages: composedLeapfrog([...outer, middle, ...[...outer].reverse()], first),
  });
}

/**
 * Yoshida's method of order 4 (also Forest and Ruth's): three leapfrog steps of w, 1 - 2 w and w steps with
 * w = 1 / (2 - 2^(1/3)). For separable systems H = T(p) + V(q); symplectic and symmetric.
 *
 * Reference: H. Yoshida, Construction of higher order symplectic integrators, Phys. Lett. A 150, 262 (1990).
 *
 * @throws InputError for a step that is not finite and positive
 */
export const yoshida4 = (options: YoshidaOptions): Integrator => yoshida(4, options);

/**
 * Yoshida's method of order 6 (solution A): seven leapfrog steps. For separable systems; symplectic and symmetric.
 *
 * Reference: see {@link yoshida4}.
 *
 * @throws InputError for a step that is not finite and positive
 */
export const yoshida6 = (options: YoshidaOptions): Integrator => yoshida(6, options);

/**
 * Yoshida's method of order 8 (solution D): fifteen leapfrog steps. For separable systems; symplectic and symmetric.
 *
 * Reference: see {@link yoshida4}.
 *
 * @throws InputError for a step that is not finite and positive
 */
export const yoshida8 = (options: YoshidaOptions): Integrator => yoshida(8, options);
