import { sizeOf } from "../../core/expression/expression.js";
import type { DynamicalSystem, Values } from "../../core/system.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";

/**
 * The state a solver finds for a system, by block.
 *
 * @param given parameters and inputs, and where the state starts (0 where left out)
 */
export function settledState(
  system: DynamicalSystem,
  solver: StationarySolver,
  given: Values,
): Readonly<Record<string, Float64Array>> {
  const buffers: Record<string, Float64Array> = {};
  for (const { name, shape } of [...system.state, ...system.parameters, ...system.input]) {
    const values = (given as Readonly<Record<string, number | ArrayLike<number>>>)[name] ?? 0;
    const flat = new Float64Array(sizeOf(shape));
    if (typeof values === "number") flat.fill(values);
    else flat.set(values);
    buffers[name] = flat;
  }
  solver.prepare(system, { buffers }).settle();
  return buffers;
}
