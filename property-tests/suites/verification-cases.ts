import fc from "fast-check";
import { expect } from "vitest";
import { PropertyViolation, type VerificationProperty } from "../verification/verification-property.js";

/** What became of the cases of a property. */
export interface CaseCounts {
  readonly decided: number;
  readonly undecided: number;
  /** Reasons of the undecided ones. */
  readonly reasons: readonly string[];
}

/** Runs a property on a subject, expects it to hold, and counts the cases that decided something. */
export function expectHolds<Subject>(
  property: VerificationProperty<Subject>,
  subject: Subject,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): CaseCounts {
  const reasons: string[] = [];
  const inconclusive = (reason: string): never => {
    reasons.push(reason);
    fc.pre(false);
    throw new Error(reason);
  };
  const tried = property.property(subject, { inconclusive });
  const details = fc.check(tried, { numRuns: runs, seed, maxSkipsPerRun: 20 }) as fc.RunDetails<unknown>;
  const { errorInstance, counterexample } = details;
  if (details.failed && errorInstance !== null) {
    expect(errorInstance).toBeInstanceOf(PropertyViolation);
    throw new Error(`${String(errorInstance)}\n${fc.stringify(counterexample)}`);
  }
  return { decided: details.numRuns, undecided: reasons.length, reasons };
}

/**
 * Runs a property on a subject, expects to find a case in which it does not hold, and returns what the failure says. Cases
 * are not made smaller.
 */
export function expectFails<Subject>(
  property: VerificationProperty<Subject>,
  subject: Subject,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): string {
  const inconclusive = (reason: string): never => {
    fc.pre(false);
    throw new Error(reason);
  };
  const tried = property.property(subject, { inconclusive });
  const details = fc.check(tried, { numRuns: runs, seed, maxSkipsPerRun: 20, endOnFailure: true });
  const { failed, errorInstance } = details as fc.RunDetails<unknown>;
  expect(failed && errorInstance instanceof Error, `${property.name} was expected to fail`).toBe(true);
  return (errorInstance as Error).message;
}

/** The properties of a list that apply to a subject. */
export const applicable = <Subject>(
  properties: readonly VerificationProperty<Subject>[],
  subject: Subject,
): readonly VerificationProperty<Subject>[] =>
  properties.filter((property) => property.inapplicable(subject) === undefined);
