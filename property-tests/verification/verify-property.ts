import fc from "fast-check";
import type { PropertyResult } from "./report.js";
import type { VerificationProperty } from "./verification-property.js";

/** How often and from which seed a property is tried. */
export interface TrialOptions {
  readonly runs: number;
  readonly seed: number;
  /** Ends at the first failure instead of looking for the smallest case. */
  readonly unshrunk?: boolean;
}

/** Cases passed over per case to decide, before a property is given up. */
const SKIPS_PER_RUN = 5;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Tries one property on one subject. It never throws for a property that fails: the result holds the message, the smallest
 * case and how to replay it. Cases that decide nothing are passed over and counted; with more of them than of the others
 * the outcome is "inconclusive".
 */
export async function tryProperty<Subject>(
  label: string,
  subject: Subject,
  property: VerificationProperty<Subject>,
  { runs, seed, unshrunk = false }: TrialOptions,
): Promise<PropertyResult> {
  const start = performance.now();
  const reasons = new Map<string, number>();
  const inconclusive = (reason: string): never => {
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    fc.pre(false);
    throw new Error("fast-check passes over a case whose precondition does not hold");
  };
  const finish = (result: Pick<PropertyResult, "outcome"> & Partial<PropertyResult>): PropertyResult => ({
    subject: label,
    property: property.name,
    statement: property.statement,
    runs: 0,
    skipped: 0,
    ...result,
    seconds: (performance.now() - start) / 1000,
  });
  try {
    const details = await fc.check(property.property(subject, { inconclusive }), {
      numRuns: runs,
      seed,
      maxSkipsPerRun: SKIPS_PER_RUN,
      endOnFailure: unshrunk,
    });
    const counts = { runs: details.numRuns, skipped: details.numSkips };
    if (details.failed && details.counterexample !== null) {
      return finish({
        ...counts,
        outcome: "failed",
        message: messageOf(details.errorInstance),
        counterexample: (details.counterexample as readonly unknown[]).map(printValue).join("\nwith\n"),
        replay: { seed: details.seed, path: details.counterexamplePath },
      });
    }
    const undecided = [...reasons.values()].reduce((total, count) => total + count, 0);
    if (details.failed || undecided > details.numRuns) {
      const most = [...reasons].sort((a, b) => b[1] - a[1])[0];
      return finish({ ...counts, outcome: "inconclusive", reason: most?.[0] ?? "its preconditions are seldom met" });
    }
    return finish({ ...counts, outcome: "passed" });
  } catch (error) {
    return finish({ outcome: "failed", message: messageOf(error) });
  }
}

const isNumbers = (value: unknown): value is ArrayLike<number> =>
  value instanceof Float64Array || (Array.isArray(value) && value.every((entry) => typeof entry === "number"));

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Without the last digits, which are rounding: 0.0216 for 0.021599999999999998. */
const shortNumber = (value: number): string => String(Number(value.toPrecision(12)));

/** A case as `block = numbers` lines, one block per line under the name of its group. */
function printValue(value: unknown): string {
  if (fc.hasToStringMethod(value)) return value[fc.toStringMethod]();
  if (typeof value === "number") return shortNumber(value);
  if (isNumbers(value)) {
    return value.length === 1 ? shortNumber(value[0] as number) : `[${Array.from(value, shortNumber).join(", ")}]`;
  }
  if (Array.isArray(value)) return value.map(printValue).join("\n");
  if (!isPlain(value)) return fc.stringify(value);
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined && !(isPlain(inner) && Object.keys(inner).length === 0))
    .map(([name, inner]) =>
      isPlain(inner) && !fc.hasToStringMethod(inner)
        ? `${name}:\n${printValue(inner).replace(/^/gm, "  ")}`
        : `${name} = ${printValue(inner)}`,
    )
    .join("\n");
}
