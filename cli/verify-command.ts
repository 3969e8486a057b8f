import { mkdir } from "node:fs/promises";
import { dirname, extname, resolve } from "node:path";
import { Command } from "commander";
import {
  isTask,
  type MutationReport,
  printMutationReport,
  printReport,
  reportToJson,
  type VerificationReport,
  verify,
  verifyMutations,
} from "../property-tests/index.js";
import { writeWhole } from "./main-job/checkpoint-file.js";
import { wholeNumber } from "./options.js";
import { progressBar } from "./progress-bar.js";
import { reportToHtml } from "./verification/certificate.js";
import { loadSubjects, type NamedSubject } from "./verification/load-subjects.js";

interface VerifyCommandOptions {
  readonly runs: number;
  readonly seed: number;
  readonly html?: string;
  readonly json?: string;
  readonly mutate: boolean;
  readonly mutations?: number;
}

/** `eqprop verify`: every property of the systems and tasks a module exports. */
export function verifyCommand(): Command {
  return new Command("verify")
    .description(
      "Check the systems and tasks that a module exports, in TypeScript or JavaScript: derivatives, declared structure, " +
        "integrators, learned gradients. Ends with the status 1 when a property fails.",
    )
    .argument("<module>", "the file, for example ./my-system.ts")
    .option("--runs <n>", "random cases per property", wholeNumber("--runs", 1), 100)
    .option("--seed <n>", "seed of the random cases", wholeNumber("--seed", 0), 0)
    .option("--html <file>", "write a certificate; with several subjects their names are added to the file's")
    .option("--json <file>", "write the report as JSON; with several subjects their names are added to the file's")
    .option("--mutate", "plant mechanical mistakes in the systems and count how many are noticed", false)
    .option("--mutations <n>", "the most mistakes to plant per system (default: all)", wholeNumber("--mutations", 1))
    .action(runVerification);
}

async function runVerification(path: string, options: VerifyCommandOptions): Promise<void> {
  const subjects = await loadSubjects(path);
  for (const [k, named] of subjects.entries()) {
    if (k > 0) console.log();
    console.log(`${named.name} of ${path}`);
    const report = await verifyWithBar(named, options);
    console.log(printReport(report));
    if (!report.passed && report.results.some(({ outcome }) => outcome === "failed")) process.exitCode = 1;
    const several = subjects.length > 1;
    const place = (file: string): string => (several ? withName(file, named.name) : file);
    if (options.html !== undefined) await writeReport(place(options.html), reportToHtml(report));
    if (options.json !== undefined) await writeReport(place(options.json), reportToJson(report));
    if (options.mutate) console.log(`\n${printMutationReport(await mutateWithBar(named, options))}`);
  }
}

async function verifyWithBar(
  { name, subject }: NamedSubject,
  { runs, seed }: VerifyCommandOptions,
): Promise<VerificationReport> {
  const bar = progressBar();
  bar.start(name);
  return verify(subject, {
    runs,
    seed,
    onProgress: ({ done, total, property }) => bar.update(done / total, property),
  }).finally(() => bar.stop());
}

async function mutateWithBar(
  { name, subject }: NamedSubject,
  { seed, mutations }: VerifyCommandOptions,
): Promise<MutationReport> {
  const bar = progressBar();
  bar.start(`${name}, mutations`);
  return verifyMutations(isTask(subject) ? subject.system : subject, {
    seed,
    ...(mutations === undefined ? {} : { limit: mutations }),
    onProgress: ({ done, total, killed }) => bar.update(done / total, `${killed} noticed`),
  }).finally(() => bar.stop());
}

/** `report.html` of the export `pendulum` is `report-pendulum.html`. */
function withName(file: string, name: string): string {
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}-${name}${extension}`;
}

async function writeReport(file: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true });
  await writeWhole(file, text);
  console.log(`wrote ${file}`);
}
