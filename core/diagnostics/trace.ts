import { defaultBackend } from "../compile/choose.js";
import type { Backend } from "../compile/program.js";
import { formatShape, InputError } from "../errors.js";
import type { Expression } from "../expression/expression.js";
import { observer, readSystemExpression } from "../simulation/observer.js";
import type { SystemExpression } from "../simulation/options.js";
import type { SimulationResult } from "../simulation/result.js";
import type { BlockNames } from "../system.js";

/** Refuses a result that kept less than the state (`save.keep`, `save.map`). */
function checkStates(field: string, result: SimulationResult): void {
  const missing = result.system.state.find(({ name }) => !Object.hasOwn(result.states, name));
  if (missing === undefined) return;
  throw new InputError({
    field,
    given: `a result without the states of ${missing.name}`,
    expected: "a result that saved the states",
    remedy: "leave out save.keep and save.map, or let save.map compute the quantity",
  });
}

/** {@link trace} of an expression of the system's symbols. */
export function traceExpression(
  field: string,
  result: SimulationResult,
  scalar: Expression,
  backend: Backend = defaultBackend(),
): Float64Array {
  checkStates(field, result);
  if (scalar.shape.length > 0) {
    const given = `an expression of the shape ${formatShape(scalar.shape)}`;
    throw new InputError({ field, given, expected: "a scalar", remedy: "sum over its entries" });
  }
  const { savedSteps, states } = result;
  const watch = observer(field, [scalar], result, backend);
  const buffer = watch.outputs[0] as Float64Array;
  const data = Object.fromEntries(Object.entries(states).map(([name, array]) => [name, array.data]));
  const values = new Float64Array(savedSteps.length * buffer.length);
  for (let k = 0; k < savedSteps.length; k++) {
    watch.observe(data, k, savedSteps[k] as number);
    values.set(buffer, k * buffer.length);
  }
  return values;
}

/**
 * A scalar of a system along a run, at every saved state.
 *
 *     trace(swing, "p^2 / (2*mass)");
 *
 * @param scalar a formula, or a function of the system's symbols, of state, parameters, inputs and `t`
 * @returns [saved], with several trajectories [saved, trajectories]
 * @throws InputError for a scalar that cannot be read, has a shape or depends on a held input (which has no value at a
 * state), and for a result that kept less than the state
 */
export function trace<N extends BlockNames>(
  result: SimulationResult<N>,
  scalar: SystemExpression<N>,
  { backend = defaultBackend() }: { readonly backend?: Backend } = {},
): Float64Array {
  const any = result as unknown as SimulationResult;
  return traceExpression("trace", any, readSystemExpression("trace", scalar, any.system), backend);
}
