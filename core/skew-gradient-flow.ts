import { gradient } from "./expression/derivatives.js";
import type { Expression } from "./expression/expression.js";
import { divide, negate } from "./expression/functions.js";
import type { DynamicalSystem } from "./system.js";

/**
 * The field of a skew-gradient potential Phi, one expression per state block: tau du/dt = -dPhi/du for activators and
 * tau dv/dt = +dPhi/dv for inhibitors, with tau = 1 where no time constant is given.
 */
export function skewGradientFlow(
  potential: Expression,
  { state, timeConstants }: Pick<DynamicalSystem, "state" | "timeConstants">,
): Expression[] {
  const slopes = gradient(
    potential,
    state.map((block) => block.symbol),
  );
  return state.map(({ name, role }, k) => {
    const slope = slopes[k] as Expression;
    return divide(role === "activator" ? negate(slope) : slope, timeConstants?.get(name) ?? 1);
  });
}
