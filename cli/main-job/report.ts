import type { ImageDataset } from "../../learning/data/index.js";
import { type Figure, imageGrid, lineChart, type ReportSection, reportPage } from "../../plots/index.js";
import type { ExactnessRow } from "./exactness.js";
import { classify, type Learned } from "./learn.js";
import { energyDriftChart, pendulumPortrait } from "./physics.js";

/** Everything the report shows. */
export interface ReportContents {
  readonly dataset: ImageDataset;
  readonly learned: Learned;
  readonly linearAccuracy: number;
  readonly exactness: readonly ExactnessRow[];
  readonly seconds: number;
}

const percent = (fraction: number): string => (100 * fraction).toFixed(1);

function learningCurve({ learned, linearAccuracy }: ReportContents): Figure {
  const { history } = learned;
  return lineChart({
    title: "Test accuracy while learning",
    x: { label: "epoch" },
    y: { label: "test accuracy in %" },
    series: [
      {
        name: "equilibrium propagation",
        x: history.map(({ epoch }) => epoch),
        y: history.map(({ validation }) => 100 * (validation?.accuracy ?? Number.NaN)),
        points: true,
      },
    ],
    references: [{ y: 100 * linearAccuracy, name: "linear classifier" }],
  });
}

/** `equilibriumPropagation({ nudging: "one-sided" })` as a label: `EP, one-sided`. */
const shortName = (rule: string): string =>
  rule
    .replace(/\(\{ \w+: "([^"]+)" \}\)$/, ", $1")
    .replace(/^equilibriumPropagation/, "EP")
    .replace(/EquilibriumPropagation/, " EP")
    .replace(/([a-z])([A-Z][a-z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);

function errorAgainstNudge(rows: readonly ExactnessRow[]): Figure {
  const series = rows.map(({ rule, nudges, errors }) => {
    const shown = nudges
      .map((nudge, k) => [nudge, errors[k] as number] as const)
      .filter(([, e]) => Number.isFinite(e) && e > 0)
      .sort(([a], [b]) => a - b);
    return { name: shortName(rule), x: shown.map(([x]) => x), y: shown.map(([, y]) => y) };
  });
  return lineChart({
    title: "Error of the learned gradient against the nudge",
    subtitle: "relative L2 error, against implicit differentiation",
    x: { label: "nudge", scale: "log" },
    y: { label: "error", scale: "log" },
    series,
    references: [
      { slope: 1, through: [1e-3, 1e-2], over: [1e-5, 1e-1] },
      { slope: 2, through: [1e-3, 1e-7], over: [1e-4, 1e-1] },
    ],
  });
}

/** What a small task of a structure is, for the report's readers. */
const SMALL_TASKS: Readonly<Record<string, string>> = {
  energy: "A small network with random couplings, in double precision; phases settled to 1e-12.",
  "skew-gradient": "A ring of FitzHugh-Nagumo cells with a cost on activators and inhibitors.",
  force: "A small Hopfield network whose connections have independent weights both ways; no energy holds its force.",
};

/** A section for each structure. */
function exactnessSections({ exactness }: ReportContents): ReportSection[] {
  const structures = [...new Set(exactness.map(({ structure }) => structure))];
  return structures.map((structure) => {
    const rows = exactness.filter((row) => row.structure === structure);
    const { columns, rows: cells } = exactnessTable(rows);
    return {
      heading: `Is the gradient the true one? ${structure[0]?.toUpperCase()}${structure.slice(1)} systems`,
      figure: errorAgainstNudge(rows),
      // The heading names the structure.
      table: { columns: columns.slice(1), rows: cells.map((row) => row.slice(1)) },
      note: SMALL_TASKS[structure] ?? "",
    };
  });
}

function predictions({ dataset, learned }: ReportContents): Figure {
  const count = Math.min(30, dataset.test.count);
  const pixels = dataset.test.rows * dataset.test.columns;
  const images = dataset.test.images.subarray(0, count * pixels);
  const { data } = classify(learned.task, learned.parameters, { ...dataset.test, images, count });
  const shown = Array.from({ length: count }, (_, k) => {
    const outputs = data.subarray(k * dataset.classes, (k + 1) * dataset.classes);
    const guess = outputs.indexOf(Math.max(...outputs));
    return {
      pixels: images.subarray(k * pixels, (k + 1) * pixels),
      caption: dataset.classNames[guess] ?? String(guess),
      wrong: guess !== dataset.test.labels[k],
    };
  });
  return imageGrid({
    title: "First test images and what the network says",
    images: shown,
    rows: dataset.test.rows,
    columns: dataset.test.columns,
    imagesPerRow: 10,
  });
}

/** The table of gradient exactness, as text cells. */
export function exactnessTable(rows: readonly ExactnessRow[]): { columns: string[]; rows: string[][] } {
  return {
    columns: ["structure", "rule", "order in the nudge", "best error", "at nudge"],
    rows: rows.map(({ structure, rule, slope, best }) => [
      structure,
      rule,
      slope === undefined ? "exact" : slope.toFixed(2),
      best.error.toExponential(1),
      best.nudge.toExponential(0),
    ]),
  };
}

/** The report page. */
export function writeReport(contents: ReportContents): string {
  const { dataset, learned, linearAccuracy, seconds } = contents;
  return reportPage({
    title: "eqprop: learning by physics",
    lead:
      `${learned.task.system.name} trained by equilibrium propagation on ${dataset.name}: test accuracy ` +
      `${percent(learned.accuracy)} % (linear classifier ${percent(linearAccuracy)} %), ${Math.round(seconds)} s.`,
    sections: [
      {
        heading: "Learning",
        figure: learningCurve(contents),
        note: "No error is propagated backwards: the gradient is the difference of two physical states.",
      },
      { heading: "Predictions", figure: predictions(contents) },
      ...exactnessSections(contents),
      { heading: "Structure-preserving integration", figure: pendulumPortrait() },
      { heading: "Energy drift", figure: energyDriftChart() },
    ],
    footer: "Made by eqprop. Licence Apache-2.0.",
  });
}
