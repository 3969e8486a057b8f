import { formatShape, InputError } from "../errors.js";
import { type Shape, sameShape, sizeOf } from "../expression/expression.js";
import type { NumericValue } from "../system.js";

/** A block's numbers as the user gave them, flat and row-major. */
export interface BlockValues {
  readonly data: Float64Array;
  /** `data` is [trajectories, ...shape] instead of [...shape]. */
  readonly perTrajectory: boolean;
}

/** Numbers nested to any depth; {@link NumericValue} covers what people write by hand. */
type NestedNumbers = number | ArrayLike<number> | ArrayLike<NestedNumbers>;

/** The extents of nested numbers, read along the first entries. */
export function nestedShape(value: NestedNumbers): number[] {
  const shape: number[] = [];
  let inner: NestedNumbers | undefined = value;
  while (typeof inner === "object" && inner !== null) {
    shape.push(inner.length);
    inner = inner[0];
  }
  return shape;
}

/** The row-major entries of nested numbers, or `undefined` where a row has another length than its neighbours. */
export function flattenNumbers(value: NestedNumbers, shape: Shape): Float64Array | undefined {
  const data = new Float64Array(sizeOf(shape));
  let filled = 0;
  const write = (part: NestedNumbers | undefined, axis: number): boolean => {
    if (axis === shape.length) {
      if (typeof part !== "number") return false;
      data[filled++] = part;
      return true;
    }
    if (typeof part !== "object" || part === null || part.length !== shape[axis]) return false;
    for (let index = 0; index < part.length; index++) if (!write(part[index], axis + 1)) return false;
    return true;
  };
  return write(value, 0) ? data : undefined;
}

/** The position of a flat index in a shape: `[1, 2]`, or nothing for a scalar. */
export function indexOf(shape: Shape, flat: number): number[] {
  const index = new Array<number>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number;
    index[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return index;
}

/** How people write one entry of a block: `W[1, 2]`, or `q` for a scalar. */
export function entryName(block: string, index: readonly number[]): string {
  return index.length === 0 ? block : `${block}[${index.join(", ")}]`;
}

function checkFinite(field: string, data: Float64Array, shape: Shape): void {
  const bad = data.findIndex((entry) => !Number.isFinite(entry));
  if (bad < 0) return;
  const position = entryName(field, indexOf(shape, bad));
  throw new InputError({ field: position, given: String(data[bad]), expected: "a finite number" });
}

/**
 * Reads what a user gave for a block.
 *
 * A single number fills the shape; otherwise the numbers may be nested like the shape or flat (row-major), with one more
 * leading axis where there are several trajectories and each has its own values.
 *
 * @param field the option's name in error messages, for example `initial.q`
 * @param trajectories the number of trajectories; left out where values are always shared
 * @throws InputError where the shape does not fit or an entry is not finite
 */
export function blockValues(field: string, value: NumericValue, shape: Shape, trajectories = 1): BlockValues {
  const size = sizeOf(shape);
  const given = nestedShape(value);
  if (typeof value === "number") {
    checkFinite(field, Float64Array.of(value), []);
    return { data: new Float64Array(size).fill(value), perTrajectory: false };
  }
  const several = [trajectories, ...shape];
  const fits = (wanted: Shape): boolean =>
    sameShape(given, wanted) || (given.length === 1 && given[0] === sizeOf(wanted));
  const actual = fits(shape) ? shape : trajectories >= 1 && fits(several) ? several : undefined;
  const data = actual && flattenNumbers(value, given);
  if (actual === undefined || data === undefined) {
    const alternative = trajectories > 1 ? `, or ${formatShape(several)} with one value per trajectory` : "";
    throw new InputError({
      field,
      given: actual === undefined ? `the shape ${formatShape(given)}` : "rows of different lengths",
      expected: `${formatShape(shape)}${alternative}`,
    });
  }
  checkFinite(field, data, actual);
  return { data, perTrajectory: actual === several && trajectories > 1 };
}

/**
 * Refuses names that are not declared.
 *
 * @throws InputError that lists what is declared
 */
export function checkNames(field: string, given: object, declared: readonly string[]): void {
  const unknown = Object.keys(given).find((key) => !declared.includes(key));
  if (unknown === undefined) return;
  throw new InputError({
    field: `${field}.${unknown}`,
    given: "a name the system does not declare",
    expected: declared.length === 0 ? "no names, because there are none" : `one of ${declared.join(", ")}`,
  });
}
