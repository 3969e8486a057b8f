import type { Expression } from "../core/expression/expression.js";
import { add, multiply } from "../core/expression/primitives/arithmetic.js";
import type { StateExpressions } from "../core/integrator.js";

/** z + h sum_k w_k k_k, block by block, for slopes k_k; slopes of the weight 0 are left out. */
export function addSlopes(
  state: StateExpressions,
  weights: readonly number[],
  slopes: readonly StateExpressions[],
  step: Expression,
): Map<string, Expression> {
  const moved = [...state].map(([block, value]): [string, Expression] => {
    const terms = weights.flatMap((weight, k) =>
      weight === 0 ? [] : [multiply(multiply(weight, step), slopes[k]?.get(block) as Expression)],
    );
    return [block, terms.reduce(add, value)];
  });
  return new Map(moved);
}
