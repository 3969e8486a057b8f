import type { Expression } from "../../core/expression/expression.js";
import { add, multiply } from "../../core/expression/primitives/arithmetic.js";
import type { Integrator } from "../../core/integrator.js";
import { projectedState } from "../bounds.js";
import { checkStep, continuousTime, refusalOf } from "../requirements.js";

/** Options of {@link explicitEuler}. */
export interface ExplicitEulerOptions {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * The explicit Euler method: z <- z + h F(t, z), order 1. Blocks with bounds are projected into them after each step.
 *
 * On a system that conserves energy it gains energy in every step: take {@link symplecticEuler} or {@link leapfrog} there.
 *
 * Reference: L. Euler, Institutiones calculi integralis, vol. 1 (1768), section 2, chapter 7.
 *
 * @throws InputError for a step that is not finite and positive
 */
export function explicitEuler({ step }: ExplicitEulerOptions): Integrator {
  const name = "explicit Euler";
  return {
    name,
    step: checkStep(name, step),
    order: 1,
    symmetric: false,
    preserves: "none",
    stochastic: false,
    reference: "L. Euler, Institutiones calculi integralis (1768)",
    refusal: refusalOf(name, [continuousTime]),
    advance({ system, step: h, state, at }) {
      const rates = at(state, 0, system.field);
      const moved = [...state].map(([block, value]): [string, Expression] => {
        return [block, add(value, multiply(h, rates.get(block) as Expression))];
      });
      return projectedState(system, new Map(moved));
    },
  };
}
