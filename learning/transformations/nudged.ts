import { systemOfKind } from "../../core/describe.js";
import { blocksWithoutLegendreForm, energyDescent } from "../../core/energy-descent.js";
import { InputError } from "../../core/errors.js";
import { gradient } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, multiply, subtract, symbol } from "../../core/expression/functions.js";
import { skewGradientFlow } from "../../core/skew-gradient-flow.js";
import type { DynamicalSystem } from "../../core/system.js";
import { type LearningTask, taskName } from "../task.js";
import { forceVariant } from "./force-variant.js";
import { checkNames, NUDGE, nudgeParameter } from "./names.js";

/**
 * The system nudged by the cost C as its structure has it; a positive nudge lowers the cost.
 *
 *     energy          E + nudge C, ds/dt = -d(E + nudge C)/ds
 *     skew-gradient   Phi + nudge C: activators are pushed by -nudge dC/du, inhibitors, which climb, by +nudge dC/dv
 *     force           F - nudge dC/dx
 *
 * Its parameters are the system's and the scalar `nudge`, its inputs the system's and the targets.
 *
 * Source: Scellier & Bengio 2017, section 2 (there beta); skew-gradient: Kendall 2026.
 *
 * @throws InputError where the system has no stationary states to nudge, the task no final cost, or a block a name that the
 * nudged system gains
 */
export function nudged(task: LearningTask): DynamicalSystem {
  const { system } = task;
  const cost = finalCost(task);
  if (system.scalar === undefined || (system.kind !== "energy" && system.kind !== "skew-gradient")) {
    return nudgedForce(task);
  }
  const push = multiply(symbol(NUDGE), cost);
  const scalar = add(system.scalar, push);
  if (system.kind === "skew-gradient") return withField(task, skewGradientFlow(scalar, system), { scalar });
  const [outside] = blocksWithoutLegendreForm(cost, system.state, system.rates);
  if (outside !== undefined) {
    throw new InputError({
      field: `${taskName(task)}, cost.final`,
      given: `a cost of the potential ${outside}`,
      expected: `a cost of its rate, ${outside} entering only as in the system's \`rates\``,
    });
  }
  return withField(task, energyDescent(scalar, system.state, system.rates), { scalar });
}

/**
 * The field nudged as a force, whatever its structure: F - nudge dC/dx. It keeps no scalar: of the structures, an energy
 * alone has one for this field, which is that of {@link nudged}.
 *
 * @throws InputError like {@link nudged}
 */
export function nudgedForce(task: LearningTask): DynamicalSystem {
  const { system } = task;
  const slopes = gradient(
    finalCost(task),
    system.state.map((block) => block.symbol),
  );
  const strength = symbol(NUDGE);
  const field = system.state.map(({ name }, k) =>
    subtract(system.field.get(name) as Expression, multiply(strength, slopes[k] as Expression)),
  );
  return forceVariant(system, nudgedBlocks(task), field);
}

const STRUCTURES: readonly DynamicalSystem["kind"][] = ["energy", "skew-gradient", "force", "native"];

function finalCost(task: LearningTask): Expression {
  const { system, cost } = task;
  if (STRUCTURES.includes(system.kind) && cost.final !== undefined) return cost.final;
  throw new InputError({
    field: taskName(task),
    given: `${systemOfKind(system.kind)} with the cost ${Object.keys(cost).join(", ")}`,
    expected: "an energy, skew-gradient or force system with a final cost",
  });
}

/** Name and blocks of a nudged system. */
function nudgedBlocks(task: LearningTask): Required<Pick<DynamicalSystem, "name" | "parameters" | "input">> {
  checkNames(task);
  const { system, target } = task;
  return {
    name: `${system.name}, nudged`,
    parameters: [...system.parameters, nudgeParameter()],
    input: [...system.input, ...target],
  };
}

function withField(
  task: LearningTask,
  field: readonly Expression[],
  parts: Pick<DynamicalSystem, "scalar">,
): DynamicalSystem {
  const { system } = task;
  return {
    ...system,
    ...nudgedBlocks(task),
    ...parts,
    field: new Map(system.state.map(({ name }, k) => [name, field[k] as Expression])),
    invariants: new Map(),
  };
}
