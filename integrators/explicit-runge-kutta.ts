import type { Expression } from "../core/expression/expression.js";
import type { Integrator, StateExpressions } from "../core/integrator.js";
import { checkStep, continuousTime, refusalOf, unbounded } from "./requirements.js";
import { addSlopes } from "./slopes.js";

/** What tells explicit Runge-Kutta methods apart: a Butcher tableau and where it comes from. */
export interface ExplicitRungeKuttaDefinition {
  readonly name: string;
  readonly step: number;
  readonly order: number;
  readonly reference: string;
  /** Row i holds the weights of the slopes 0 .. i - 1 in the state where slope i is taken. */
  readonly stages: readonly (readonly number[])[];
  /** Weights of the slopes in the step. */
  readonly weights: readonly number[];
}

/**
 * k_i = F(t + c_i h, z + h sum_j a_ij k_j), z <- z + h sum_i b_i k_i, where c_i is the sum of row i.
 *
 * @throws InputError for a step that is not finite and positive
 */
export function explicitRungeKutta(definition: ExplicitRungeKuttaDefinition): Integrator {
  const { name, step, order, reference, stages, weights } = definition;
  return {
    name,
    step: checkStep(name, step),
    order,
    symmetric: false,
    preserves: "none",
    stochastic: false,
    reference,
    refusal: refusalOf(name, [continuousTime, unbounded]),
    advance({ system, step: h, state, at }) {
      const slopes: StateExpressions[] = [];
      const moved = (row: readonly number[]): Map<string, Expression> => addSlopes(state, row, slopes, h);
      for (const row of stages) {
        const fraction = row.reduce((sum, weight) => sum + weight, 0);
        slopes.push(at(moved(row), fraction, system.field));
      }
      return moved(weights);
    },
  };
}
