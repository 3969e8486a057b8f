import type { Expression } from "../../core/expression/expression.js";
import { multiply, subtract, symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { LearningTask } from "../task.js";
import { forceVariant } from "./force-variant.js";
import { checkNames, derivedBlock, NUDGE } from "./names.js";
import { nudgedForce } from "./nudged.js";

/**
 * The system driven by a constant probe u instead of the cost: dx/dt = F(x) - nudge u, with the probe an input x_probe of
 * every block x. Its response to the nudge is J^-1 u.
 *
 * @throws InputError like `nudged`, or where a block has a name that the probed system gains
 */
export function probed(task: LearningTask): DynamicalSystem {
  checkNames(task);
  const { system } = task;
  const probes = system.state.map((block) => derivedBlock(block, "probe"));
  return forceVariant(
    nudgedForce(task),
    { name: `${system.name}, probed`, input: [...system.input, ...probes] },
    system.state.map(({ name }, k) => {
      const push = multiply(symbol(NUDGE), (probes[k] as (typeof probes)[number]).symbol);
      return subtract(system.field.get(name) as Expression, push);
    }),
  );
}
