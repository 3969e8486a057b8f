import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, divide, multiply, negate, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { StateBlock } from "../../core/system.js";
import { type DerivedState, derivedBlock, NUDGE } from "../transformations/names.js";

/** Which phases are compared. */
export type Nudging = "centred" | "one-sided";

/** Expressions at a state that was kept, and at the nudge it had. */
export function atState(
  expressions: readonly Expression[],
  state: readonly StateBlock[],
  kept: DerivedState,
  nudge: Expression,
): Expression[] {
  const moved = state.map((block) => [block.symbol, derivedBlock(block, kept).symbol] as const);
  return substitute(expressions, new Map([...moved, [symbol(NUDGE), nudge]]));
}

/**
 * The contrast estimator of a scalar F(state, parameters, input, nudge), whose stationary states the phases are:
 *
 *     [dF/dtheta(x_plus, nudge) - dF/dtheta(x_minus, -nudge)] / (2 nudge)      centred, error of second order in the nudge
 *     [dF/dtheta(x_plus, nudge) - dF/dtheta(x_free, 0)] / nudge                one-sided, of first order
 *
 * @returns one expression per entry of `withRespectTo`
 */
export function contrast(
  scalar: Expression,
  state: readonly StateBlock[],
  withRespectTo: readonly Expression[],
  nudging: Nudging,
): Expression[] {
  const nudge = symbol(NUDGE);
  const partials = gradient(scalar, withRespectTo);
  const first = atState(partials, state, "plus", nudge);
  const second =
    nudging === "centred"
      ? atState(partials, state, "minus", negate(nudge))
      : atState(partials, state, "free", constant(0));
  const width = nudging === "centred" ? multiply(2, nudge) : nudge;
  return first.map((value, k) => divide(subtract(value, second[k] as Expression), width));
}

/** The response of the state to the nudge: (x_plus - x_minus) / (2 nudge), or (x_plus - x_free) / nudge. */
export function response(state: readonly StateBlock[], nudging: Nudging): Expression[] {
  const nudge = symbol(NUDGE);
  const other = nudging === "centred" ? "minus" : "free";
  const width = nudging === "centred" ? multiply(2, nudge) : nudge;
  return state.map((block) =>
    divide(subtract(derivedBlock(block, "plus").symbol, derivedBlock(block, other).symbol), width),
  );
}
