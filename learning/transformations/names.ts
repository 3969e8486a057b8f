import { InputError } from "../../core/errors.js";
import { symbol } from "../../core/expression/functions.js";
import type { InputBlock, ParameterBlock, StateBlock } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";

/** The name of the parameter that nudged systems gain. */
export const NUDGE = "nudge";

/** What names derived from a state block's name stand for. */
export const DERIVED_STATES = ["free", "plus", "minus", "difference", "probe", "adjoint"] as const;

/** One of {@link DERIVED_STATES}. */
export type DerivedState = (typeof DERIVED_STATES)[number];

/** The name of what is derived from a state block, for example `x_free`, the free state of x. */
export const derivedName = (block: string, derived: DerivedState): string => `${block}_${derived}`;

/** An array derived from a state block, of its shape, as an input of a transformed system. */
export function derivedBlock({ name, shape }: StateBlock, derived: DerivedState): InputBlock {
  const own = derivedName(name, derived);
  return { name: own, shape, symbol: symbol(own, shape) };
}

/** The strength of the nudge as a parameter. */
export const nudgeParameter = (): ParameterBlock => ({ name: NUDGE, shape: [], symbol: symbol(NUDGE) });

/** Why a task cannot be transformed for its names; `undefined` where it can. */
export function refuseNames({ system, target }: LearningTask): string | undefined {
  const gained = new Set([
    NUDGE,
    ...system.state.flatMap(({ name }) => DERIVED_STATES.map((each) => derivedName(name, each))),
  ]);
  const blocks = [...system.state, ...system.parameters, ...system.input, ...target];
  const taken = blocks.find(({ name }) => gained.has(name));
  return taken && `another name for ${taken.name}, which transformed systems gain a block of`;
}

/**
 * Refuses a task that uses names a transformed system may gain: `nudge`, and the derived names of state blocks.
 *
 * @throws InputError that names the block
 */
export function checkNames(task: LearningTask): void {
  const refused = refuseNames(task);
  if (refused !== undefined) throw new InputError({ field: taskName(task), given: "its blocks", expected: refused });
}
