import type { Integrator } from "../../core/integrator.js";
import { drift, kick, splittingMethod } from "../splitting.js";

/** Options of {@link ruth3}. */
export interface Ruth3Options {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * Ruth's method of order 3 for separable systems H = T(p) + V(q): symplectic, not symmetric. Three kicks of 7/24, 3/4 and
 * -1/24 steps, each followed by a drift of 2/3, -2/3 and 1 step.
 *
 * Reference: R. D. Ruth, A canonical integration technique, IEEE Trans. Nucl. Sci. 30, 2669 (1983).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function ruth3({ step }: Ruth3Options): Integrator {
  return splittingMethod({
    name: "Ruth 3",
    step,
    order: 3,
    symmetric: false,
    reference: "R. D. Ruth, A canonical integration technique, IEEE Trans. Nucl. Sci. 30, 2669 (1983)",
    stages: [kick(7 / 24), drift(2 / 3), kick(3 / 4), drift(-2 / 3), kick(-1 / 24), drift(1)],
  });
}
