import { blocksWithoutLegendreForm, energyDescent } from "../../core/energy-descent.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";

/** The name of the parameter a nudged system gains. */
export const NUDGE = "nudge";

/**
 * The system with its energy nudged by the cost: E + nudge * C. Its parameters are the system's and the scalar `nudge`,
 * its inputs the system's and the targets; a positive nudge lowers the cost.
 *
 * Source: Scellier & Bengio 2017, section 2 (there beta).
 *
 * @throws InputError where the task is no energy system with a final cost, or a block is named `nudge` already
 */
export function nudged(task: LearningTask): DynamicalSystem {
  const { system, target, cost } = task;
  if (system.kind !== "energy" || system.scalar === undefined || cost.final === undefined) {
    throw new InputError({
      field: taskName(task),
      given: `a ${system.kind} system with the cost ${Object.keys(cost).join(", ")}`,
      expected: "an energy system with a final cost",
    });
  }
  const taken = [...system.state, ...system.parameters, ...system.input, ...target].some(({ name }) => name === NUDGE);
  if (taken) {
    throw new InputError({
      field: taskName(task),
      given: `a block named "${NUDGE}"`,
      expected: "another name",
      remedy: "the nudged system has a parameter of this name",
    });
  }
  const [outside] = blocksWithoutLegendreForm(cost.final, system.state, system.rates);
  if (outside !== undefined) {
    throw new InputError({
      field: `${taskName(task)}, cost.final`,
      given: `a cost of the potential ${outside}`,
      expected: `a cost of its rate, ${outside} entering only as in the system's \`rates\``,
    });
  }
  const strength = symbol(NUDGE);
  const scalar = add(system.scalar, multiply(strength, cost.final));
  const forces = energyDescent(scalar, system.state, system.rates);
  return {
    ...system,
    name: `${system.name}, nudged`,
    parameters: [...system.parameters, { name: NUDGE, shape: [], symbol: strength }],
    input: [...system.input, ...target],
    scalar,
    field: new Map(system.state.map(({ name }, k) => [name, forces[k] as Expression])),
    invariants: new Map(),
  };
}
