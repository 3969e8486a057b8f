/** What became of one property. */
export type Outcome = "passed" | "failed" | "inconclusive" | "not applicable";

/** One property of one subject. */
export interface PropertyResult {
  /** The system, the system under an integrator, or the task under a rule. */
  readonly subject: string;
  readonly property: string;
  readonly statement: string;
  readonly outcome: Outcome;
  /** Why it is not applicable, or the most frequent reason why cases could not be decided. */
  readonly reason?: string;
  /** What failed, where, and what was expected. */
  readonly message?: string;
  /** The smallest case found on which it fails, block by block. */
  readonly counterexample?: string;
  /** How to see the same case again: the seed and path of fast-check. */
  readonly replay?: { readonly seed: number; readonly path: string };
  /** Cases tried and decided. */
  readonly runs: number;
  /** Cases passed over because they decide nothing. */
  readonly skipped: number;
  readonly seconds: number;
}

/** How an error falls: of a gradient with the nudge, or of a trajectory with the step. */
export interface ErrorCurve {
  /** The task under a rule, or the system under an integrator. */
  readonly subject: string;
  readonly against: "nudge" | "step";
  /** From the largest to the smallest. */
  readonly sizes: readonly number[];
  /** One relative error per size; `null` where a phase did not settle or a run left the finite numbers. */
  readonly errors: readonly (number | null)[];
  /** d log(error) / d log(size); left out where the errors are rounding. */
  readonly slope?: number;
}

/** Everything a verification found, as plain data. */
export interface VerificationReport {
  readonly format: 1;
  readonly subject: string;
  readonly kind: "system" | "task";
  readonly seed: number;
  /** Cases tried per property. */
  readonly runs: number;
  readonly versions: { readonly eqprop: string; readonly node: string; readonly fastCheck: string };
  readonly results: readonly PropertyResult[];
  readonly curves: readonly ErrorCurve[];
  /** No property failed, and at least one was decided. */
  readonly passed: boolean;
}

/** The report as JSON text, indented by two spaces. */
export const reportToJson = (report: VerificationReport): string => `${JSON.stringify(report, null, 2)}\n`;

/** How many properties ended in each way. */
export function countOutcomes(report: VerificationReport): Readonly<Record<Outcome, number>> {
  const counts = { passed: 0, failed: 0, inconclusive: 0, "not applicable": 0 };
  for (const { outcome } of report.results) counts[outcome] += 1;
  return counts;
}
