import type { Benchmark, Measurement, Variant } from "./benchmark.js";

/** Rounds whose median counts. */
const ROUNDS = 5;

/** Rounds before these, in which engines optimise. */
const WARM_UP_ROUNDS = 4;

/** Processor time of one variant in one round. */
const ROUND_NANOSECONDS = 1e8;

/** Processor time of this process: what other processes take on a busy machine does not count. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return 1000 * (user + system);
}

function timeOf(variant: Variant, runs: number): number {
  const start = processorTime();
  for (let k = 0; k < runs; k++) variant.run();
  return (processorTime() - start) / runs;
}

/** How many runs fill a round. */
function runsPerRound(variant: Variant): number {
  for (let runs = 1; ; runs *= 2) {
    const time = timeOf(variant, runs) * runs;
    if (time > ROUND_NANOSECONDS / 10) return Math.max(1, Math.round((runs * ROUND_NANOSECONDS) / time));
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((p, q) => p - q)[Math.floor(values.length / 2)] as number;

/** A benchmark of different results would compare nothing. */
function checkResults(benchmark: Benchmark, variants: readonly Variant[]): void {
  const { tolerance = 1e-12 } = benchmark;
  for (const variant of variants) variant.run();
  const [expected, ...others] = variants.map((variant) => Array.from(variant.result()));
  others.forEach((found, k) => {
    const scale = (expected as number[]).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    (expected as number[]).forEach((value, i) => {
      if (Math.abs((found[i] as number) - value) <= tolerance * scale) return;
      const name = variants[k + 1]?.name;
      throw new Error(`${benchmark.name}, ${name}: entry ${i} is ${found[i]}, the baseline has ${value}`);
    });
  });
}

/** Measures all variants of a benchmark at one size, in turns. */
export function measure(benchmark: Benchmark, size: number): Measurement[] {
  const variants = benchmark.variants(size);
  checkResults(benchmark, variants);
  const runs = variants.map(runsPerRound);
  const times: number[][] = variants.map(() => []);
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    variants.forEach((variant, k) => {
      const time = timeOf(variant, runs[k] as number);
      if (round >= WARM_UP_ROUNDS) times[k]?.push(time);
    });
  }
  return variants.map((variant, k) => ({
    benchmark: benchmark.name,
    size,
    sizeName: size === 0 ? "" : (benchmark.sizeName?.(size) ?? String(size)),
    variant: variant.name,
    unit: benchmark.unit,
    nanosecondsPerUnit: median(times[k] as number[]) / benchmark.unitsPerRun(size),
    ratio: median((times[k] as number[]).map((time, round) => time / (times[0]?.[round] as number))),
  }));
}
