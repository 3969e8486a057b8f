import type { ImageDataset } from "../../learning/data/index.js";
import { type Figure, imageGrid, lineChart, reportPage } from "../../plots/index.js";
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

function errorAgainstNudge({ exactness }: ReportContents): Figure {
  const series = exactness.map(({ rule, nudges, errors }) => {
    const shown = nudges
      .map((nudge, k) => [nudge, errors[k] as number] as const)
      .filter(([, e]) => Number.isFinite(e) && e > 0);
    return {
      name: rule.includes("one-sided") ? "one-sided" : "centred",
      x: shown.map(([x]) => x),
      y: shown.map(([, y]) => y),
    };
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
  const { dataset, learned, linearAccuracy, exactness, seconds } = contents;
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
      {
        heading: "Is the gradient the true one?",
        figure: errorAgainstNudge(contents),
        table: exactnessTable(exactness),
        note: "A small network with random couplings, in double precision; phases settled to 1e-12.",
      },
      { heading: "Structure-preserving integration", figure: pendulumPortrait() },
      { heading: "Energy drift", figure: energyDriftChart() },
    ],
    footer: "Made by eqprop. Licence Apache-2.0.",
  });
}
