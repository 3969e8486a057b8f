import type { Expression } from "../../core/expression/expression.js";
import { add, multiply } from "../../core/expression/functions.js";
import { projected } from "../bounds.js";
import { type RelaxationOptions, relaxation } from "./relaxation.js";
import type { StationarySolver } from "./stationary-solver.js";

/** Options of {@link gradientFlow}. */
export interface GradientFlowOptions extends RelaxationOptions {
  /** The step h; the flow is stable for h below 2 / (largest curvature). @defaultValue 0.5 */
  readonly step?: number;
}

/**
 * Follows the field to rest by explicit Euler steps, z <- P(z + h F(z)), with P the projection on the bounds. For an energy
 * system, F = -dE/dz, this is gradient descent on the energy.
 *
 * @throws InputError for a step, tolerance or number of iterations that is not positive
 */
export function gradientFlow(options: GradientFlowOptions = {}): StationarySolver {
  const { step = 0.5 } = options;
  return relaxation(
    {
      name: "gradient flow",
      step,
      followsDynamics: true,
      next: (system) =>
        new Map(
          system.state.map((block) => {
            const force = system.field.get(block.name) as Expression;
            return [block.name, projected(block, add(block.symbol, multiply(step, force)))] as const;
          }),
        ),
    },
    options,
  );
}
