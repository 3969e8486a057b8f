import { expect } from "vitest";
import type { GradientResult } from "../../learning/rule.js";

/** All entries of a gradient: parameters, inputs, initial state, in the order of their names. */
const entries = (result: GradientResult): number[] =>
  [result.gradient, result.inputGradient, result.initialGradient ?? {}].flatMap((group) =>
    Object.keys(group)
      .sort()
      .flatMap((name) => [...(group as Record<string, { data: Float64Array }>)[name]!.data]),
  );

/** The distance of two gradients over all their entries, which must be as many, relative to the second. */
export function relativeError(found: GradientResult, expected: GradientResult): number {
  const [a, b] = [entries(found), entries(expected)];
  expect(a.length).toBe(b.length);
  return Math.hypot(...a.map((value, k) => value - b[k]!)) / Math.hypot(...b);
}
