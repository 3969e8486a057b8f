import { countOutcomes, type PropertyResult, type VerificationReport } from "./report.js";

/** Columns of texts below each other; numbers (columns from `numeric` on) to the right. */
export function alignColumns(rows: readonly (readonly string[])[], numeric: number): string[] {
  const widths = (rows[0] ?? []).map((_, k) => Math.max(...rows.map((row) => (row[k] as string).length)));
  return rows.map((row) =>
    row
      .map((cell, k) => (k < numeric ? cell.padEnd(widths[k] as number) : cell.padStart(widths[k] as number)))
      .join("  ")
      .trimEnd(),
  );
}

const indent = (text: string): string => text.replace(/^/gm, "    ");

/** One failure with all that is needed to find its cause. */
function printFailure({ subject, message, statement, counterexample, replay }: PropertyResult): string {
  const lines = [`FAILED  ${subject}`, indent(message ?? ""), indent(`what should hold: ${statement}`)];
  if (counterexample !== undefined) lines.push(indent(`counterexample:\n${indent(counterexample)}`));
  if (replay !== undefined) lines.push(indent(`replay: seed ${replay.seed}, path "${replay.path}"`));
  return lines.join("\n");
}

/** "7 passed, 1 failed, 0 inconclusive, 3 not applicable". */
export const summariseReport = (report: VerificationReport): string =>
  Object.entries(countOutcomes(report))
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");

/** The report as text for a terminal: a table of what was tried, then every failure, and why the rest was left out. */
export function printReport(report: VerificationReport): string {
  const tried = report.results.filter(({ outcome }) => outcome !== "not applicable");
  const table = alignColumns(
    [
      ["outcome", "subject", "property", "runs", "skipped", "seconds"],
      ...tried.map(({ outcome, subject, property, runs, skipped, seconds }) => [
        outcome,
        subject,
        property,
        String(runs),
        String(skipped),
        seconds.toFixed(2),
      ]),
    ],
    3,
  );
  const failures = tried.filter(({ outcome }) => outcome === "failed").map(printFailure);
  const undecided = tried
    .filter(({ outcome }) => outcome === "inconclusive")
    .map(({ subject, property, reason }) => `INCONCLUSIVE  ${subject}: ${property}: ${reason ?? "no case decided it"}`);
  const curves = report.curves.map(({ subject, against, slope, errors }) => {
    const best = Math.min(...errors.map((error) => error ?? Infinity));
    const order = slope === undefined ? "no slope (rounding)" : `slope ${slope.toFixed(2)}`;
    return `error against ${against}, ${subject}: ${order}, best ${best.toExponential(1)}`;
  });
  const left = report.results
    .filter(({ outcome }) => outcome === "not applicable")
    .map(({ property, reason }) => `  ${property}: ${reason}`);
  const { versions, seed, runs } = report;
  return [
    `${report.kind} ${report.subject}: ${report.passed ? "PASSED" : "NOT PASSED"} (${summariseReport(report)})`,
    ...(tried.length > 0 ? ["", ...table] : []),
    ...(curves.length > 0 ? ["", ...curves] : []),
    ...[...failures, ...undecided].flatMap((text) => ["", text]),
    ...(left.length > 0 ? ["", "not applicable:", ...new Set(left)] : []),
    "",
    `seed ${seed}, ${runs} runs, eqprop ${versions.eqprop}, node ${versions.node}, fast-check ${versions.fastCheck}`,
  ].join("\n");
}
