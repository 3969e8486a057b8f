import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { sigmoid, sum, tanh } from "../../core/expression/functions.js";
import { checkOption } from "./catalogue-system.js";

/** An activation rho of the ready-made networks; its slope is at most 1 for tanh and 1/4 for the logistic sigmoid. */
export type Activation = "tanh" | "sigmoid";

const activations: Readonly<Record<string, (state: Expression) => Expression>> = {
  tanh,
  sigmoid,
  "hard-sigmoid": (state) => state,
};

/**
 * The function of an activation. "hard-sigmoid" is the identity: its states are kept in [0, 1] by projection.
 *
 * @param field the option's name in the error
 * @param known the activations to choose from
 * @throws InputError for another name
 */
export function readActivation(
  field: string,
  activation: string,
  known: readonly string[] = ["tanh", "sigmoid"],
): (state: Expression) => Expression {
  checkOption(field, activation, known.includes(activation), known.join(", "));
  return activations[activation] as (state: Expression) => Expression;
}

/** rho'(state), entry by entry. */
export function slope(rho: (state: Expression) => Expression, state: Expression): Expression {
  return gradient(sum(rho(state)), [state])[0] as Expression;
}
