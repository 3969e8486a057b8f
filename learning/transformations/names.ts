import { InputError } from "../../core/errors.js";
import { symbol } from "../../core/expression/functions.js";
import type { InputBlock, ParameterBlock, StateBlock } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";

/** The name of the parameter that nudged systems gain. */
export const NUDGE = "nudge";

/** What a name derived from a state block's name stands for. */
export type DerivedState = "free" | "plus" | "minus" | "difference" | "probe" | "adjoint";

/** The name of what is derived from a state block, for example `x_free`, the free state of x. */
export const derivedName = (block: string, derived: DerivedState): string => `${block}_${derived}`;

/** An array derived from a state block, of its shape, as an input of a transformed system. */
export function derivedBlock({ name, shape }: StateBlock, derived: DerivedState): InputBlock {
  const own = derivedName(name, derived);
  return { name: own, shape, symbol: symbol(own, shape) };
}

/** The strength of the nudge as a parameter. */
export const nudgeParameter = (): ParameterBlock => ({ name: NUDGE, shape: [], symbol: symbol(NUDGE) });

/**
 * Refuses a task that uses names a transformed system gains.
 *
 * @throws InputError that names the block
 */
export function refuseTakenNames(task: LearningTask, derived: readonly DerivedState[]): void {
  const { system, target } = task;
  const gained = new Set([
    NUDGE,
    ...system.state.flatMap(({ name }) => derived.map((each) => derivedName(name, each))),
  ]);
  const taken = [...system.state, ...system.parameters, ...system.input, ...target].find(({ name }) =>
    gained.has(name),
  );
  if (taken === undefined) return;
  throw new InputError({
    field: taskName(task),
    given: `a block named "${taken.name}"`,
    expected: "another name",
    remedy: "the transformed system has a block of this name",
  });
}
