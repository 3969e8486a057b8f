import { type Figure, lineChart, type ReportSection, reportPage } from "../../plots/index.js";
import {
  keepsBounds,
  type MeasuredCurve,
  type MeasuredQuantity,
  type ReproducedResult,
  type Reproduction,
  type ReproductionFigure,
} from "../../property-tests/reproductions/reproduction.js";

/** A reproduction with what was measured. */
export interface MeasuredReproduction {
  readonly reproduction: Reproduction;
  readonly results: readonly ReproducedResult[];
}

const COLUMNS = ["item", "published", "measured", "holds"];

const verdict = ({ holds }: ReproducedResult): string => (holds ? "yes" : "NO");

/** `slope, seed 1 is 1.2, to be at least 1.9 and at most 2.1` */
function brokenBound({ name, value, least, most }: MeasuredQuantity): string {
  const bounds = [least === undefined ? [] : `at least ${least}`, most === undefined ? [] : `at most ${most}`].flat();
  return `${name} is ${value}, to be ${bounds.join(" and ")}`;
}

const broken = ({ quantities }: ReproducedResult): string[] =>
  quantities.filter((quantity) => !keepsBounds(quantity)).map(brokenBound);

/** `12 of 13 published results hold.` */
export function summarise(measured: readonly MeasuredReproduction[]): string {
  const results = measured.flatMap((each) => each.results);
  const held = results.filter(({ holds }) => holds).length;
  return `${held} of ${results.length} published results hold`;
}

/** One item for a terminal, bounds that it breaks included. */
export function printResult(result: ReproducedResult): string {
  return [
    `${result.holds ? "holds " : "FAILS "} ${result.item}`,
    `         published  ${result.published}`,
    `         measured   ${result.summary}`,
    ...broken(result).map((line) => `         broken     ${line}`),
  ].join("\n");
}

/** The points the axes can show, from left to right, because a chart names a line at its last point. */
function drawable({ x, y }: MeasuredCurve, figure: ReproductionFigure): { x: number[]; y: number[] } {
  const fits = (value: number, scale: "linear" | "log" = "linear"): boolean =>
    Number.isFinite(value) && (scale === "linear" || value > 0);
  const points = x
    .map((at, k) => ({ x: at, y: y[k] as number }))
    .filter((point) => fits(point.x, figure.x.scale) && fits(point.y, figure.y.scale))
    .sort((a, b) => a.x - b.x);
  return { x: points.map((point) => point.x), y: points.map((point) => point.y) };
}

/** The figures for which there are curves. */
export function figuresOf({ reproduction, results }: MeasuredReproduction): Figure[] {
  return (reproduction.figures ?? []).flatMap((figure) => {
    const series = results
      .flatMap(({ curves = [] }) => curves.filter((curve) => curve.figure === figure.title))
      .map((curve) => ({ name: curve.name, dashed: curve.reference === true, ...drawable(curve, figure) }))
      .filter(({ x }) => x.length > 0);
    if (series.length === 0) return [];
    const { title, subtitle, x, y, slopes = [] } = figure;
    return [lineChart({ title, ...(subtitle === undefined ? {} : { subtitle }), x, y, series, references: slopes })];
  });
}

/** Each once. */
const notesOf = (results: readonly ReproducedResult[]): string[] => [
  ...new Set(results.flatMap(({ note }) => (note === undefined ? [] : [note]))),
];

function sectionsOf(measured: MeasuredReproduction): ReportSection[] {
  const { reproduction, results } = measured;
  const failures = results.flatMap((result) => broken(result).map((line) => `${result.item}: ${line}.`));
  const [first, ...others] = figuresOf(measured);
  return [
    {
      heading: reproduction.title,
      text: [`Source: ${reproduction.source}.`, ...failures].join("\n\n"),
      ...(first === undefined ? {} : { figure: first }),
      table: {
        columns: COLUMNS,
        rows: results.map((result) => [result.item, result.published, result.summary, verdict(result)]),
      },
      note: notesOf(results).join(" "),
    },
    ...others.map((figure) => ({ heading: `${reproduction.title}, continued`, figure })),
  ];
}

/** The page of a run: for each reproduction its table and figures. */
export const reproductionPage = (measured: readonly MeasuredReproduction[], footer: string): string =>
  reportPage({
    title: "Published results, reproduced",
    lead: `${summarise(measured)}. A result holds where slopes and bounds of what is measured here agree with what is published.`,
    sections: measured.flatMap(sectionsOf),
    footer,
  });

/** The file name of a figure: lower case, words joined by hyphens. */
export const figureFile = (figure: Figure): string =>
  `${figure.title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")}.svg`;

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The same as Markdown, which refers to figures by the names of {@link figureFile}. */
export function reproductionMarkdown(measured: readonly MeasuredReproduction[], footer: string): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const parts = measured.flatMap((each) => {
    const { reproduction, results } = each;
    const notes = notesOf(results).map((note) => `- ${note}`);
    return [
      `## ${reproduction.title}`,
      `Source: ${reproduction.source}.`,
      [
        row(COLUMNS),
        row(COLUMNS.map(() => "---")),
        ...results.map((result) => row([result.item, result.published, result.summary, verdict(result)])),
      ].join("\n"),
      ...(notes.length === 0 ? [] : [notes.join("\n")]),
      ...figuresOf(each).map((figure) => `![${figure.title}](${figureFile(figure)})`),
    ];
  });
  return `${["# Published results, reproduced", `${summarise(measured)}.`, ...parts, footer].join("\n\n")}\n`;
}
