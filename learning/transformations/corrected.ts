import { jacobianProduct, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { difference } from "../../core/expression/difference.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant, subtract } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import { directionSymbols } from "../../core/structure-proofs.js";
import type { DynamicalSystem, InputBlock } from "../../core/system.js";
import type { LearningTask } from "../task.js";
import { forceVariant } from "./force-variant.js";
import { checkNames, derivedBlock } from "./names.js";
import { nudgedForce } from "./nudged.js";

/**
 * The nudged force without the antisymmetric part of its Jacobian at the free state:
 *
 *     dx/dt = F(x) - (J - J') (x - x_free) - nudge dC/dx,   J = dF/dx at x_free,
 *
 * whose linear response to the nudge is that of J' instead of J, so that (x_nudged - x_free) / nudge tends to the adjoint
 * state. The free state is an input x_free of every block x. Only Jacobian products are computed, never J; what J and J'
 * share is left out of both. For an energy J = J', and the system is the nudged one.
 *
 * Source: Scurria, Vanden Abeele, Mognetti & Massar 2026 (AsymEP).
 *
 * @throws InputError like `nudged`, or where a block has a name that the corrected system gains
 */
export function corrected(task: LearningTask): DynamicalSystem {
  checkNames(task);
  const pushed = nudgedForce(task);
  const { state } = task.system;
  const correction = correctionOf(task);
  return forceVariant(
    pushed,
    {
      name: `${task.system.name}, nudged and corrected`,
      input: [...pushed.input, ...state.map((block) => derivedBlock(block, "free"))],
    },
    state.map(({ name }, k) => subtract(pushed.field.get(name) as Expression, correction[k] as Expression)),
  );
}

/** What {@link corrected} takes away: (J - J') (x - x_free) with J at the free state, one expression per state block. */
export function correctionOf({ system }: LearningTask): Expression[] {
  const { state } = system;
  const free = state.map((block) => derivedBlock(block, "free"));
  const directions = directionSymbols(state.map((block) => block.symbol));
  const atFree = new Map(
    state.flatMap((block, k) => {
      const [rest, direction] = [free[k] as InputBlock, directions[k] as Expression];
      return [
        [block.symbol, rest.symbol],
        [direction, subtract(block.symbol, rest.symbol)],
      ] as const;
    }),
  );
  return substitute(antisymmetricProduct(system, directions), atFree);
}

/** (J - J') times directions. Where a part of the field is known to follow from an energy, the rest decides. */
function antisymmetricProduct(system: DynamicalSystem, directions: readonly Expression[]): Expression[] {
  const { state, facts } = system;
  if (facts.gradient) return directions.map(({ shape }) => constant(0, shape));
  const field = system.decomposition?.nonConservative ?? system.field;
  const [forces, symbols] = [
    state.map(({ name }) => field.get(name) as Expression),
    state.map((block) => block.symbol),
  ];
  const product = jacobianProduct(forces, symbols, directions);
  const transposed = transposedJacobianProduct(forces, directions, symbols);
  return product.map((value, k) => difference(value, transposed[k] as Expression, directions));
}
