import { formatShape, InputError } from "../../core/errors.js";
import { type Shape, sameShape, sizeOf } from "../../core/expression/expression.js";
import type { HeldInput, InputFunction, NodeInput } from "../../core/simulation/inputs.js";
import { flattenNumbers, nestedShape } from "../../core/simulation/values.js";
import type { ExampleSeries } from "./examples.js";

/** Examples of an input or target that varies in time. */
export interface ExampleRows {
  readonly timing: "held" | "nodes";
  readonly rows: number;
  /** How many there are; a single one serves for all examples of the other blocks. */
  readonly count: number;
  /** [rows, count, ...shape] */
  readonly values: Float64Array;
}

/** Numbers of one row or example, nested like a shape. */
type Nested = Float64Array | number | readonly Nested[];

/** Rows that `held` or `nodes` made. */
export const isRows = (given: ExampleSeries): given is HeldInput | NodeInput =>
  typeof given === "object" && "timing" in given;

/** A function of time. */
export const isFunction = (given: ExampleSeries): given is InputFunction => typeof given === "function";

/**
 * Reads rows, [rows, examples, ...shape] or [rows, ...shape].
 *
 * @param field the option's name in error messages
 * @throws InputError where they are not nested in one of these ways, or a number is not finite
 */
export function readExampleRows(field: string, { timing, rows }: HeldInput | NodeInput, shape: Shape): ExampleRows {
  const given = nestedShape(rows);
  const several = given.length === shape.length + 2;
  const inner = given.slice(several ? 2 : 1);
  const fits = (several || given.length === shape.length + 1) && sameShape(inner, shape) && given[0] !== 0;
  const values = fits ? flattenNumbers(rows, given) : undefined;
  const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (values === undefined || bad >= 0) {
    throw new InputError({
      field,
      given: values === undefined ? `rows of the shape ${formatShape(given)}` : `${values[bad]} among the rows`,
      expected: `finite numbers nested as [rows, ...${formatShape(shape)}] or [rows, examples, ...${formatShape(shape)}]`,
    });
  }
  return { timing, rows: given[0] as number, count: several ? (given[1] as number) : 1, values };
}

/** A buffer as nested views of a shape, which tell the number of examples by their nesting. */
export function nestedViews(buffer: Float64Array, shape: Shape): Nested {
  if (shape.length <= 1) return buffer;
  const [extent = 1, ...rest] = shape;
  const size = sizeOf(rest);
  return Array.from({ length: extent }, (_, k) => nestedViews(buffer.subarray(k * size, (k + 1) * size), rest));
}
