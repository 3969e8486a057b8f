import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, divide, multiply, negate, sum, symbol } from "../../core/expression/functions.js";
import { substituteOne } from "../../core/expression/transform.js";
import type { DynamicalSystem, StateBlock } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";
import { forceVariant } from "./force-variant.js";
import { checkNames, derivedBlock, NUDGE } from "./names.js";
import { nudgedForce } from "./nudged.js";

/** How a doubled system holds its force and its cost. */
export interface DoubledOptions {
  /**
   * "merged": the whole force acts at the midpoint of the copies. "split": the energy of each copy holds the conservative
   * part of the force, the rest acts at the midpoint; it needs a force system declared with an energy, or an energy system.
   * @defaultValue "merged"
   */
  readonly form?: "merged" | "split";
  /**
   * Where the cost acts: on the midpoint, which makes the gradient exact at any nudge (merged form), or on both copies by
   * half.
   * @defaultValue "midpoint" for the merged form; the split form has it on the copies
   */
  readonly cost?: "midpoint" | "copies";
}

/**
 * Two copies x and x' of the system, coupled so that their difference carries the gradient. With the midpoint
 * m = (x + x') / 2 and the difference d = x - x', which are the doubled system's state (the midpoint under the block's own
 * name, the difference as x_difference), and the function
 *
 *     E = -d . F(m) + nudge C(m)                                              (merged, cost at the midpoint)
 *     E = -d . F(m) + nudge [C(x) + C(x')] / 2                                (merged, cost on the copies)
 *     E = U(x) - U(x') - d . F_nc(m) + nudge [C(x) + C(x')] / 2               (split)
 *
 * it moves by dm/dt = -dE/dd and dd/dt = -dE/dm; in the copies this is dx/dt = -dE/dx, dx'/dt = +dE/dx', a skew-gradient
 * system. Merged with the cost at the midpoint, dm/dt = F(m) and dd/dt = J(m)'d - nudge dC/dm: the midpoint moves as the
 * system does and the difference settles at nudge times the adjoint state. It is stable where the system is. With F_nc = 0
 * the split form is two copies nudged by plus and minus half the nudge.
 *
 * Source: Scurria, Vanden Abeele, Mognetti & Massar 2026 (Dyadic EP); split after Galley 2013.
 *
 * @throws InputError like `nudged`, for bounded states, or for a split form without a known energy
 */
export function doubled(task: LearningTask, options: DoubledOptions = {}): DynamicalSystem {
  checkNames(task);
  const pushed = nudgedForce(task);
  const refused = refuseDoubling(task, options);
  if (refused !== undefined) {
    throw new InputError({ field: taskName(task), given: JSON.stringify(options), expected: refused });
  }
  const { state } = task.system;
  const apart = state.map((block): StateBlock => ({ ...derivedBlock(block, "difference"), role: "state" }));
  const variables = [...apart, ...state].map((block) => block.symbol);
  const flow = gradient(doubledEnergy(task, options), variables).map(negate);
  return forceVariant(pushed, { name: `${task.system.name}, doubled`, state: [...pushed.state, ...apart] }, flow);
}

/** Why a task cannot be doubled in this way, as what is expected of it; `undefined` where it can. */
export function refuseDoubling(
  { system }: LearningTask,
  { form = "merged", cost }: DoubledOptions,
): string | undefined {
  if (system.state.some(({ bounds }) => bounds !== undefined)) {
    return "a system without bounds, because the difference of two copies at a bound is not free";
  }
  if (form !== "split") return undefined;
  if (cost === "midpoint") return "a cost on the copies, because the split form nudges each copy by its own state";
  if (system.decomposition !== undefined || (system.kind === "energy" && system.rates === undefined)) return undefined;
  return "a force system declared with an `energy`, or an energy system without rates, because the split form needs to know the conservative part";
}

/** The function E of midpoints and differences that {@link doubled} moves by. */
export function doubledEnergy(task: LearningTask, options: DoubledOptions = {}): Expression {
  const { system } = task;
  const cost = task.cost.final as Expression;
  const { form = "merged", cost: placement = form === "split" ? "copies" : "midpoint" } = options;
  const differences = system.state.map((block) => derivedBlock(block, "difference").symbol);
  const copy = (scalar: Expression, side: 1 | -1): Expression => {
    const places = system.state.map(({ symbol: midpoint }, k) => {
      return [midpoint, add(midpoint, multiply(side / 2, differences[k] as Expression))] as const;
    });
    return substituteOne(scalar, new Map(places));
  };
  const push = placement === "midpoint" ? cost : divide(add(copy(cost, 1), copy(cost, -1)), 2);
  const { energy, rest } = form === "split" ? splitForce(system) : { rest: system.field };
  const work = system.state.flatMap(({ name }, k) => {
    const force = rest.get(name);
    return force === undefined ? [] : negate(sum(multiply(differences[k] as Expression, force)));
  });
  const wells = energy === undefined ? [] : [copy(energy, 1), negate(copy(energy, -1))];
  return [...wells, ...work, multiply(symbol(NUDGE), push)].reduce((total, term) => add(total, term));
}

/** The energy of the conservative part of a field, and the rest by state block. */
interface SplitForce {
  readonly energy?: Expression;
  readonly rest: ReadonlyMap<string, Expression>;
}

function splitForce({ scalar, decomposition }: DynamicalSystem): SplitForce {
  if (decomposition !== undefined) return { energy: decomposition.energy, rest: decomposition.nonConservative };
  return { rest: new Map(), ...(scalar === undefined ? {} : { energy: scalar }) };
}
