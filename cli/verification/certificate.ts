import { type Figure, lineChart, type ReportSection, reportPage, type SlopeReference } from "../../plots/index.js";
import {
  type ErrorCurve,
  type PropertyResult,
  summariseReport,
  type VerificationReport,
} from "../../property-tests/index.js";

const EXPLAINED = {
  nudge: "relative L2 error of the gradient, against implicit differentiation",
  step: "error at the end of a trajectory, relative to the state",
} as const;

/** The points of a curve that a logarithmic axis can show. */
function visible({ sizes, errors }: ErrorCurve): { x: number[]; y: number[] } {
  const points = sizes.flatMap((size, k) => {
    const error = errors[k];
    return error === null || error === undefined || !(error > 0) ? [] : [{ size, error }];
  });
  return { x: points.map(({ size }) => size), y: points.map(({ error }) => error) };
}

/** A guide of the slope's nearest whole number through the largest size. */
function guide(curve: ErrorCurve): SlopeReference | undefined {
  const { x, y } = visible(curve);
  const slope = Math.round(curve.slope ?? 0);
  if (slope < 1 || x.length < 2) return undefined;
  const middle = Math.floor(x.length / 3);
  const [from, to] = [x[middle] as number, x[0] as number];
  return { slope, through: [from, (y[middle] as number) / 2], over: [from, to] };
}

function errorChart(curves: readonly ErrorCurve[], against: ErrorCurve["against"]): Figure | undefined {
  const shown = curves.filter((curve) => curve.against === against && visible(curve).x.length > 1);
  if (shown.length === 0) return undefined;
  const guides = new Map(
    shown.flatMap((curve) => {
      const line = guide(curve);
      return line === undefined ? [] : [[line.slope, line] as const];
    }),
  );
  return lineChart({
    title: `Error against the ${against}`,
    subtitle: EXPLAINED[against],
    x: { label: against, scale: "log" },
    y: { label: "error", scale: "log" },
    series: shown.map((curve) => ({ name: curve.subject.replace(/^.* under /, ""), ...visible(curve) })),
    references: [...guides.values()],
  });
}

function curveSection(curves: readonly ErrorCurve[], against: ErrorCurve["against"]): ReportSection[] {
  const figure = errorChart(curves, against);
  if (figure === undefined) return [];
  const rows = curves
    .filter((curve) => curve.against === against)
    .map((curve) => [
      curve.subject,
      curve.slope === undefined ? "none: rounding" : curve.slope.toFixed(2),
      Math.min(...visible(curve).y).toExponential(1),
    ]);
  return [
    {
      heading: against === "nudge" ? "Is the gradient the true one?" : "Does the integrator keep its order?",
      figure,
      table: { columns: ["subject", "slope", "least error"], rows },
      note: "The slope of a wrong gradient or a wrong step is 0: its error does not fall. What is left at the smallest sizes is rounding.",
    },
  ];
}

function failureSection({
  subject,
  property,
  message,
  statement,
  counterexample,
  replay,
}: PropertyResult): ReportSection {
  const where = replay === undefined ? "" : `Replay: seed ${replay.seed}, path "${replay.path}".`;
  const lines = (counterexample ?? "").split("\n").filter((line) => line !== "");
  return {
    heading: `Failed: ${property}`,
    text: [subject, message ?? "", `What should hold: ${statement}`].join("\n\n"),
    ...(lines.length === 0 ? {} : { table: { columns: ["smallest case found"], rows: lines.map((line) => [line]) } }),
    note: where,
  };
}

/**
 * A verification as one self-contained page: what was tried and how it ended, failures with their counterexamples, errors
 * against nudge and step on logarithmic axes with their slopes, seed and versions.
 */
export function reportToHtml(report: VerificationReport): string {
  const { results, curves, versions, seed, runs } = report;
  const tried = results.filter(({ outcome }) => outcome !== "not applicable");
  const left = results.filter(({ outcome }) => outcome === "not applicable");
  return reportPage({
    title: `Certificate of ${report.subject}`,
    lead: `${report.passed ? "Passed" : "Not passed"}: ${summariseReport(report)}. ${runs} random cases per property, seed ${seed}.`,
    sections: [
      ...tried.filter(({ outcome }) => outcome === "failed").map(failureSection),
      ...curveSection(curves, "nudge"),
      ...curveSection(curves, "step"),
      {
        heading: "Properties",
        table: {
          columns: ["property", "subject", "outcome", "runs", "skipped", "seconds"],
          rows: tried.map(({ property, subject, outcome, reason, runs: cases, skipped, seconds }) => [
            property,
            subject,
            reason === undefined ? outcome : `${outcome}: ${reason}`,
            cases,
            skipped,
            seconds.toFixed(2),
          ]),
        },
      },
      {
        heading: "What the properties say",
        table: {
          columns: ["property", "statement"],
          rows: [...new Map(tried.map(({ property, statement }) => [property, statement]))],
        },
      },
      ...(left.length === 0
        ? []
        : [
            {
              heading: "Not applicable",
              table: {
                columns: ["property", "subject", "reason"],
                rows: left.map(({ property, subject, reason }) => [property, subject, reason ?? ""]),
              },
            },
          ]),
    ],
    footer:
      `Seed ${seed}; eqprop ${versions.eqprop}, node ${versions.node}, fast-check ${versions.fastCheck}. ` +
      "The same seed and versions give the same cases.",
  });
}
