import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { multiply, subtract, symbol } from "../../core/expression/functions.js";
import type { LearningTask } from "../task.js";
import { NUDGE } from "../transformations/names.js";
import { atState, type Nudging, response } from "./contrast.js";

/**
 * The pairing estimator: with the adjoint state lambda, which solves J'lambda = dC/dx at the stationary state, the gradient
 * is the direct derivative of the cost less the work of lambda against the force's own derivative,
 *
 *     dC/dtheta - (dF/dtheta)' lambda.
 *
 * @param adjoint lambda, one expression per state block
 * @returns one expression per entry of `withRespectTo`, at the state in the blocks' own symbols
 */
export function pairing(
  { system, cost }: LearningTask,
  adjoint: readonly Expression[],
  withRespectTo: readonly Expression[],
): Expression[] {
  const forces = system.state.map(({ name }) => system.field.get(name) as Expression);
  const direct = gradient(cost.final as Expression, withRespectTo);
  const through = transposedJacobianProduct(forces, adjoint, withRespectTo);
  return direct.map((value, k) => subtract(value, through[k] as Expression));
}

/**
 * {@link pairing} at the free state with the response of nudged phases as the adjoint state, entry by entry times `metric`
 * where one is given.
 */
export function pairedResponse(
  task: LearningTask,
  withRespectTo: readonly Expression[],
  nudging: Nudging,
  metric?: readonly Expression[],
): Expression[] {
  const { state } = task.system;
  const displacement = response(state, nudging);
  const adjoint = metric?.map((scale, k) => multiply(scale, displacement[k] as Expression)) ?? displacement;
  return atState(pairing(task, adjoint, withRespectTo), state, "free", symbol(NUDGE));
}
