import type fc from "fast-check";

/** What every property of one subject (a system, a pair, a task with a rule) may use. */
export interface PropertyOptions {
  /** Counts a case that could not be decided, with the reason, and lets fast-check pass over it. Never returns. */
  readonly inconclusive: (reason: string) => never;
}

/**
 * One property: an identity that must hold for a kind of subject, as an ordinary fast-check property. A new property is one
 * file that exports such an object, and one line in the registry.
 */
export interface VerificationProperty<Subject> {
  /** What a report and a failure call it, for example "the Jacobian of a gradient flow is symmetric". */
  readonly name: string;
  /** The identity as a formula or a sentence. */
  readonly statement: string;
  /** Why it does not apply to this subject, in a clause; `undefined` where it does. */
  inapplicable(subject: Subject): string | undefined;
  /** The property to run; it throws a {@link PropertyViolation} where the identity does not hold. */
  property(subject: Subject, options: PropertyOptions): fc.IRawProperty<unknown>;
}

/** An identity that does not hold, with what was measured. */
export class PropertyViolation extends Error {
  /** The property's name. */
  readonly property: string;
  /** Where, for example `dH/dp[2]`. */
  readonly at: string;
  readonly found: number;
  readonly expected: number;
  /** The error in the measure of the property, and what it may be at most. */
  readonly error: number;
  readonly tolerance: number;

  constructor(violation: {
    readonly property: string;
    readonly at: string;
    readonly found: number;
    readonly expected: number;
    readonly error: number;
    readonly tolerance: number;
    /** What most likely is wrong, as a clause. */
    readonly likely?: string;
  }) {
    const { property, at, found, expected, error, tolerance, likely } = violation;
    super(
      `${property}: ${at} is ${found}, expected ${expected} ` +
        `(error ${error.toExponential(1)}, at most ${tolerance.toExponential(0)})${likely === undefined ? "" : `; ${likely}`}.`,
    );
    this.name = "PropertyViolation";
    this.property = property;
    this.at = at;
    this.found = found;
    this.expected = expected;
    this.error = error;
    this.tolerance = tolerance;
  }
}
