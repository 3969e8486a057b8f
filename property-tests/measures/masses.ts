import type { Expression } from "../../core/expression/expression.js";
import { broadcast } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import { type PointValues, pointFunction } from "./point-function.js";

/** The masses of a system at a point, by momentum block and entry; none where it declares none. */
export function evaluateMasses(system: DynamicalSystem): (at: PointValues) => ReadonlyMap<string, Float64Array> {
  const inverse = system.kinetic?.inverseMass ?? new Map<string, Expression>();
  const blocks = system.state.filter(({ name }) => inverse.has(name));
  const evaluate = pointFunction(blocks.map(({ name, shape }) => broadcast(inverse.get(name) as Expression, shape)));
  return (at) => {
    const values = evaluate(at);
    return new Map(blocks.map(({ name }, k) => [name, (values[k] as Float64Array).map((entry) => 1 / entry)]));
  };
}
