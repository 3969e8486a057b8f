import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../core/errors.js";
import { saveFigure } from "../plots/index.js";
import { reproductions } from "../property-tests/reproductions/registry.js";
import { type Reproduction, reproduce } from "../property-tests/reproductions/reproduction.js";
import { writeWhole } from "./main-job/checkpoint-file.js";
import { duration, progressBar } from "./progress-bar.js";
import {
  figureFile,
  figuresOf,
  type MeasuredReproduction,
  printResult,
  reproductionMarkdown,
  reproductionPage,
  summarise,
} from "./reproduction/reproduction-report.js";

interface ReproduceCommandOptions {
  readonly html?: string;
  readonly output?: string;
  readonly full: boolean;
}

const NAMES = reproductions.map(({ name }) => name).join(", ");

/** `eqprop reproduce`: published numbers, measured anew. */
export function reproduceCommand(): Command {
  return new Command("reproduce")
    .description(
      "Measure published results anew and compare: for each item what is published, what is measured, and whether it holds. " +
        "Ends with the status 1 when one does not.",
    )
    .argument("[names...]", `which: ${NAMES} (default: all)`)
    .option("--html <file>", "write tables and figures as one page")
    .option("--output <folder>", "write tables as reproductions.md, with the figures beside it")
    .option("--full", "sizes as published also where smaller ones show the same (minutes)", false)
    .action(runReproductions);
}

async function runReproductions(names: readonly string[], options: ReproduceCommandOptions): Promise<void> {
  const chosen = chooseReproductions(names);
  const started = performance.now();
  const measured = measureAll(chosen, options.full);
  const summary = summarise(measured);
  const seconds = (performance.now() - started) / 1000;
  console.log(`\n${summary} (${duration(seconds)}).`);
  const footer = `Measured in ${duration(seconds)}${options.full ? ", full size" : ""}. Made by eqprop.`;
  if (options.html !== undefined) await writeReport(options.html, reproductionPage(measured, footer));
  if (options.output !== undefined) {
    for (const figure of measured.flatMap(figuresOf))
      await saveFigure(figure, join(options.output, figureFile(figure)));
    await writeReport(join(options.output, "reproductions.md"), reproductionMarkdown(measured, footer));
  }
  if (measured.some(({ results }) => results.some(({ holds }) => !holds))) process.exitCode = 1;
}

/** In the order of the registry, each once. */
function chooseReproductions(names: readonly string[]): readonly Reproduction[] {
  const unknown = names.find((name) => reproductions.every((known) => known.name !== name));
  if (unknown !== undefined) {
    throw new InputError({ field: "reproduce", given: JSON.stringify(unknown), expected: `some of ${NAMES}` });
  }
  return names.length === 0 ? reproductions : reproductions.filter(({ name }) => names.includes(name));
}

/** Prints each item as it is done. */
function measureAll(chosen: readonly Reproduction[], full: boolean): MeasuredReproduction[] {
  const total = chosen.reduce((sum, { items }) => sum + items.length, 0);
  const bar = progressBar();
  let done = 0;
  return chosen.map((reproduction) => {
    console.log(`\n${reproduction.title} (${reproduction.name})`);
    const results = reproduction.items.map((item) => {
      bar.start("reproducing");
      bar.update(done / total, item.item);
      const result = reproduce(item, { full });
      bar.stop();
      done++;
      console.log(printResult(result));
      return result;
    });
    return { reproduction, results };
  });
}

async function writeReport(file: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeWhole(file, text);
  console.log(`wrote ${file}`);
}
