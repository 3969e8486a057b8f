import fc from "fast-check";
import { type Shape, sizeOf } from "../../core/expression/expression.js";

/** Numbers are drawn from a grid of this many steps to each side of the middle, so that they print short and shrink well. */
const STEPS = 1000;

/**
 * Arrays of a shape with entries between `low` and `high`, flat and row-major. They shrink to the middle of the range, and
 * towards it entry by entry.
 */
export function arbitraryArray(shape: Shape, low = -1, high = 1): fc.Arbitrary<Float64Array> {
  const size = sizeOf(shape);
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  return fc
    .array(fc.integer({ min: -STEPS, max: STEPS }), { minLength: size, maxLength: size })
    .map((entries) => Float64Array.from(entries, (entry) => middle + (half * entry) / STEPS));
}
