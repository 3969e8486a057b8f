import type { Shape } from "../../core/expression/expression.js";
import type { InputRows, InputValue } from "../../core/simulation/inputs.js";
import { flattenNumbers, nestedShape } from "../../core/simulation/values.js";
import type { NumericValue } from "../../core/system.js";

/** The numbers of an input that is constant or given by rows, flat and row by row. */
export function entriesOf(value: Exclude<InputValue, (time: number) => unknown>): Float64Array {
  if (typeof value === "number") return Float64Array.of(value);
  const numbers = "timing" in value ? value.rows : value;
  return flattenNumbers(numbers, nestedShape(numbers)) as Float64Array;
}

/** The same input with its numbers changed; of a function of time there are none. */
export function withEntries(value: InputValue, change: (entries: Float64Array) => Float64Array): InputValue {
  if (typeof value === "function") return value;
  const changed = change(entriesOf(value));
  if (typeof value === "number" || !("timing" in value)) return changed;
  return { ...value, rows: nested(changed, nestedShape(value.rows)) as InputRows };
}

/** Numbers as arrays in arrays of a shape. */
export function nested(entries: Float64Array, shape: Shape): NumericValue {
  if (shape.length < 2) return entries;
  const [count, ...inner] = shape as [number, ...number[]];
  const size = entries.length / count;
  return Array.from({ length: count }, (_, k) =>
    nested(entries.slice(k * size, (k + 1) * size), inner),
  ) as NumericValue;
}
