import type { Expression, Shape } from "../../core/expression/expression.js";
import { entryName, indexOf } from "../../core/simulation/values.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { PropertyOptions } from "../verification/verification-property.js";
import type { AgreementEntry } from "./agreement.js";
import { allFinite, type PointFunction, type PointValues, pointFunction } from "./point-function.js";

/** The field of a system by state block, in the order of the state. */
export const fieldOf = (system: DynamicalSystem): Expression[] =>
  system.state.map(({ name }) => system.field.get(name) as Expression);

/** The symbols of the state. */
export const stateSymbols = (system: DynamicalSystem): Expression[] => system.state.map(({ symbol }) => symbol);

/** The field as a function that passes over points where it is not finite. */
export function finiteField(system: DynamicalSystem, { inconclusive }: PropertyOptions): PointFunction {
  const evaluate = pointFunction(fieldOf(system));
  const finite = (at: PointValues): Float64Array[] => {
    const values = evaluate(at);
    return allFinite(values) ? values : inconclusive("the field is not finite here");
  };
  return Object.assign(finite, { withRounding: evaluate.withRounding });
}

/** Two arrays of one block entry by entry. */
export function blockEntries(
  label: (entry: string) => string,
  { name, shape }: { readonly name: string; readonly shape: Shape },
  found: Float64Array,
  expected: Float64Array,
): AgreementEntry[] {
  return Array.from(expected, (value, k) => ({
    at: label(entryName(name, indexOf(shape, k))),
    found: found[k] as number,
    expected: value,
  }));
}

/** The blocks of a point that belong to a list, in its order. */
export const valuesOf = (at: PointValues, blocks: readonly { readonly name: string }[]): Float64Array[] =>
  blocks.map(({ name }) => at[name] as Float64Array);
