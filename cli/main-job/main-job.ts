import { linearClassifier } from "../../learning/data/index.js";
import { writeWhole } from "./checkpoint-file.js";
import { chooseDataset } from "./dataset.js";
import { measureRules } from "./exactness.js";
import { learn } from "./learn.js";
import { exactnessTable, writeReport } from "./report.js";
import type { MainJobOptions } from "./settings.js";

function printTable({
  columns,
  rows,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}): void {
  const widths = columns.map((column, k) => Math.max(column.length, ...rows.map((row) => (row[k] as string).length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, k) => cell.padEnd(widths[k] as number)).join("  ");
  console.log([line(columns), ...rows.map(line)].map((text) => text.trimEnd()).join("\n"));
}

/** The main job: trains on images, compares with a linear classifier, measures exactness, writes the report. */
export async function runMainJob(options: MainJobOptions): Promise<void> {
  const started = performance.now();
  const dataset = await chooseDataset(options);
  const learned = await learn(dataset, options);
  if (learned.status === "interrupted") {
    console.log(`Interrupted; training is kept in ${options.checkpoint}. Go on with the same options and --resume.`);
    return;
  }
  const linearAccuracy = linearClassifier(dataset, { seed: options.seed });
  console.log(`test accuracy ${(100 * learned.accuracy).toFixed(1)}`);
  console.log(`linear classifier ${(100 * linearAccuracy).toFixed(1)}`);
  const exactness = measureRules();
  console.log("\nGradient exactness (against implicit differentiation):");
  printTable(exactnessTable(exactness));
  const seconds = (performance.now() - started) / 1000;
  await writeWhole(options.report, writeReport({ dataset, learned, linearAccuracy, exactness, seconds }));
  console.log(`\nReport: ${options.report}`);
}
