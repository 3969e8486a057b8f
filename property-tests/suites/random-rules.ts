import fc from "fast-check";
import { expect } from "vitest";
import type { LearningRule } from "../../learning/rule.js";
import { implicitDifferentiation } from "../../learning/rules/implicit-differentiation.js";
import type { TaskCase } from "../arbitraries/task-case.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { type Exactness, measureExactness } from "../measures/exactness.js";

/** One solver object for all rules, so that those of one task share what they compile. */
export const settle = carefulSolver();
export const reference = implicitDifferentiation({ settle });

/** A rule by its nudge. */
export type RuleAt = (nudge: number) => LearningRule;

export const sample = (cases: fc.Arbitrary<TaskCase>, seed: number, count: number): TaskCase[] =>
  fc.sample(cases, { seed, numRuns: count });

/** The error of a rule against its nudge in each of some cases. */
export const measureAll = (cases: readonly TaskCase[], makeRule: RuleAt, nudges?: readonly number[]): Exactness[] =>
  cases.map(({ task, data }) =>
    measureExactness({ task, data, makeRule, reference, ...(nudges === undefined ? {} : { nudges }) }),
  );

const definedSlopes = (found: readonly Exactness[]): number[] =>
  found.map(({ slope }) => slope).filter((slope) => slope !== undefined);

/**
 * Errors fall with the order of the nudge within 0.1 over two decades, and centred ones reach 1e-8. Where a slope cannot be
 * measured the rule is exact as it is; these are few.
 */
export function expectOrder(found: readonly Exactness[], order: 1 | 2): void {
  const slopes = definedSlopes(found);
  expect(slopes.filter((slope) => !(Math.abs(slope - order) <= 0.1))).toEqual([]);
  expect(slopes.length).toBeGreaterThan(0.85 * found.length - 1);
  const least = order === 2 ? 1e-8 : 1e-4;
  expect(found.map(({ best }) => best.error).filter((error) => !(error <= least))).toEqual([]);
}

/** Errors are rounding at every nudge, strong ones included. */
export function expectExact(cases: readonly TaskCase[], makeRule: RuleAt): void {
  const found = measureAll(cases, makeRule, [10, 1, 0.1, 1e-2, 1e-3, 1e-4]);
  const errors = found.flatMap((each) => each.errors);
  expect(errors.filter((error) => !(error <= 1e-8))).toEqual([]);
}

/** Errors do not change with the nudge, and are far from nothing. */
export function expectWrong(found: readonly Exactness[]): void {
  const slopes = definedSlopes(found);
  expect(slopes.length).toBe(found.length);
  expect(slopes.filter((slope) => !(Math.abs(slope) <= 0.1))).toEqual([]);
  const errors = found.map(({ best }) => best.error).sort((a, b) => a - b);
  expect(errors[0]).toBeGreaterThan(1e-2);
  expect(errors[Math.floor(errors.length / 2)]).toBeGreaterThan(0.2);
}
