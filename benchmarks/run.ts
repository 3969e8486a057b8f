import { fork, spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Benchmark, Measurement } from "./benchmark.js";
import { saveChart } from "./chart.js";
import { benchmarks } from "./registry.js";
import { table } from "./table.js";

/**
 * `npm run bench [-- NAME ...]` measures all benchmarks, or those named, and writes output/benchmarks.json and charts.
 *
 * Each benchmark runs in a process of its own at each size; its variants take turns, and medians count. Times are processor
 * times, so a busy machine disturbs them little.
 *
 * The processes run compiled files, as a user of the package does: the loader of tsx detaches array buffers, and once any
 * buffer was detached V8 checks every access to typed arrays (measured on Node 20: loops take up to 1.5 times as long).
 */
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const project = fileURLToPath(new URL("./tsconfig.json", import.meta.url));
const output = fileURLToPath(new URL("../output/", import.meta.url));
const worker = `${output}benchmarks/benchmarks/worker.js`;

function compile(): void {
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
  if (status === 0) return;
  console.error(stdout);
  process.exit(1);
}

function measureApart(benchmark: Benchmark, size: number): Promise<Measurement[]> {
  return new Promise((resolve, reject) => {
    let measurements: Measurement[] | undefined;
    const child = fork(worker, [benchmark.name, String(size)], { execArgv: [] });
    child.on("message", (message) => {
      measurements = message as Measurement[];
    });
    child.on("exit", (code) => {
      if (measurements === undefined) reject(new Error(`${benchmark.name} at size ${size} ended with code ${code}`));
      else resolve(measurements);
    });
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => benchmarks.every((benchmark) => benchmark.name !== name));
if (unknown !== undefined) {
  console.error(`no benchmark is called ${unknown}; there are ${benchmarks.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
compile();
mkdirSync(output, { recursive: true });
const measurements: Measurement[] = [];
for (const benchmark of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(benchmark.name)) continue;
  console.log(`\n${benchmark.title}`);
  const rows: Measurement[] = [];
  for (const size of benchmark.sizes ?? [0]) rows.push(...(await measureApart(benchmark, size)));
  console.log(table(rows));
  measurements.push(...rows);
  const chart = await saveChart(benchmark, rows, output);
  if (chart !== undefined) console.log(`  drawn in ${chart}`);
}
const file = `${output}benchmarks.json`;
writeFileSync(`${file}.part`, `${JSON.stringify(measurements, undefined, 2)}\n`);
renameSync(`${file}.part`, file);
console.log(`\nwritten to ${file}`);
