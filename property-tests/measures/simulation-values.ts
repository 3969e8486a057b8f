import type { DynamicalSystem } from "../../core/system.js";
import type { PointValues } from "./point-function.js";

/** The options of a simulation that a point gives: its state as the initial state, its parameters and its constant input. */
export function simulationValues(system: DynamicalSystem, point: PointValues) {
  const pick = (blocks: readonly { readonly name: string }[]): PointValues =>
    Object.fromEntries(blocks.map(({ name }) => [name, point[name] as Float64Array]));
  return { initial: pick(system.state), parameters: pick(system.parameters), input: pick(system.input) };
}
