import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { divide, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import type { StateBlock } from "../../core/system.js";

/** The two phases a contrast compares. */
export type Phase = "plus" | "minus";

/** The name of a state block in one of the phases; no block can be declared with such a name. */
export const phaseName = (block: string, phase: Phase): string => `${block}[${phase}]`;

/** What a contrast needs. */
export interface ContrastParts {
  /** The nudged scalar F(state, parameters, input, nudge), whose stationary states the phases are. */
  readonly scalar: Expression;
  readonly state: readonly StateBlock[];
  /** Symbols to differentiate with respect to: parameters and inputs. */
  readonly withRespectTo: readonly Expression[];
  readonly nudge: Expression;
  /** The nudges of the two phases, as expressions. */
  readonly plus: Expression;
  readonly minus: Expression;
}

/**
 * The contrast estimator: [dF/dtheta(state+, nudge+) - dF/dtheta(state-, nudge-)] / (nudge+ - nudge-), one expression per
 * entry of `withRespectTo`. With nudge- = 0 its error is of first order in the nudge, with nudge- = -nudge+ of second.
 */
export function contrast(parts: ContrastParts): Expression[] {
  const { scalar, state, withRespectTo, nudge, plus, minus } = parts;
  const partials = gradient(scalar, withRespectTo);
  const at = (phase: Phase, strength: Expression): Expression[] =>
    substitute(
      partials,
      new Map([
        ...state.map((block) => [block.symbol, symbol(phaseName(block.name, phase), block.shape)] as const),
        [nudge, strength] as const,
      ]),
    );
  const [first, second] = [at("plus", plus), at("minus", minus)];
  const width = subtract(plus, minus);
  return first.map((value, k) => divide(subtract(value, second[k] as Expression), width));
}
