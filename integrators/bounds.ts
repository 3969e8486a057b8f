import type { Expression } from "../core/expression/expression.js";
import { clamp } from "../core/expression/primitives/comparison.js";
import type { StateExpressions } from "../core/integrator.js";
import type { DynamicalSystem, StateBlock } from "../core/system.js";

/** The value of a block, put back into the block's bounds entry by entry where it has any. */
export function projected({ bounds }: StateBlock, value: Expression): Expression {
  return bounds === undefined ? value : clamp(value, bounds[0], bounds[1]);
}

/** {@link projected} for every block of a state. */
export function projectedState(system: DynamicalSystem, state: StateExpressions): Map<string, Expression> {
  return new Map(system.state.map((block) => [block.name, projected(block, state.get(block.name) as Expression)]));
}
