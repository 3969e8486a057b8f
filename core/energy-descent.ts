import { evaluate } from "./compile/interpreter/evaluate.js";
import { gradient, transposedJacobianProduct } from "./expression/derivatives.js";
import type { Expression } from "./expression/expression.js";
import { constant, negate, symbol } from "./expression/functions.js";
import { substituteOne } from "./expression/transform.js";
import { randomBindings } from "./structure-proofs.js";
import type { StateBlock } from "./system.js";

type Rates = ReadonlyMap<string, Expression> | undefined;

/**
 * The field of an energy, one expression per state block: dz/dt = -dE/dz, or du/dt = -dE/ds for a block with a rate
 * s = rho(u).
 */
export function energyDescent(energy: Expression, state: readonly StateBlock[], rates: Rates): Expression[] {
  const variables = state.map((block) => rates?.get(block.name) ?? block.symbol);
  return transposedJacobianProduct([energy], [constant(1)], variables).map(negate);
}

/** What cancels only by rounding still counts as zero. */
const ROUNDING = 1e-9;

function vanishes(expression: Expression): boolean {
  const [values] = evaluate([expression], randomBindings([expression], 1)) as [Float64Array];
  return values.every((value) => Math.abs(value) < ROUNDING);
}

/**
 * Blocks with a rate whose energy is not a function of the rate alone. With the rate held fixed, dE/du must vanish: the
 * potential may appear only as in s u - R(u) with R' = rho, the Legendre form of the integral of rho^-1(s) ds.
 */
export function blocksWithoutLegendreForm(energy: Expression, state: readonly StateBlock[], rates: Rates): string[] {
  return state
    .filter(({ name, symbol: potential, shape }) => {
      const rate = rates?.get(name);
      if (rate === undefined) return false;
      const fixed = symbol(`${name}[rate]`, shape);
      const held = substituteOne(energy, new Map([[rate, fixed]]));
      const remaining = substituteOne(gradient(held, [potential])[0] as Expression, new Map([[fixed, rate]]));
      return !vanishes(remaining);
    })
    .map(({ name }) => name);
}
