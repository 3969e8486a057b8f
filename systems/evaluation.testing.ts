import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { jacobianProduct } from "../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../core/expression/expression.js";
import { RandomStream } from "../core/random.js";
import { blockValues } from "../core/simulation/values.js";
import type { DynamicalSystem, NumericValue, ParameterBlock } from "../core/system.js";

/** Flat values of every symbol of a system, by name. */
export type SystemValues = Record<string, Float64Array>;

const blocksOf = (system: DynamicalSystem) => [...system.state, ...system.parameters, ...system.input];

/** Values of a system's symbols: those given, parameters' defaults, and the time (0 by default). */
export function valuesOf(system: DynamicalSystem, given: Readonly<Record<string, NumericValue>>): SystemValues {
  const values: SystemValues = { t: Float64Array.of(Number(given.t ?? 0)) };
  for (const block of blocksOf(system)) {
    const value = given[block.name] ?? (block as ParameterBlock).default;
    if (value === undefined) continue;
    const { data } = blockValues(block.name, value, block.shape);
    values[block.name] = data;
  }
  return values;
}

/** Random values for all blocks and the time, uniform in [low, high). */
export function randomValues(system: DynamicalSystem, seed: number, low = 0.2, high = 1.2): SystemValues {
  const random = new RandomStream(seed);
  const values: SystemValues = { t: Float64Array.of(random.nextUniform()) };
  for (const { name, shape } of blocksOf(system)) {
    values[name] = Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.nextUniform());
  }
  return values;
}

/** The field of every state block, as plain numbers. */
export function fieldAt(system: DynamicalSystem, values: SystemValues): Record<string, number[]> {
  const names = [...system.field.keys()];
  const rates = evaluate([...system.field.values()], values);
  return Object.fromEntries(rates.map((rate, k) => [names[k] as string, [...rate]]));
}

/** The rate of change of an expression of state and time along the motion. */
export function rateAlong(system: DynamicalSystem, expression: Expression): Expression {
  const [rate] = jacobianProduct(
    [expression],
    system.state.map(({ symbol }) => symbol),
    [...system.field.values()],
  );
  return rate as Expression;
}
