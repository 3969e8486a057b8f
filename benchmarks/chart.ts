import { lineChart, saveFigure } from "../plots/index.js";
import type { Benchmark, Measurement } from "./benchmark.js";

/** Draws the time over the size, one line per variant, where a benchmark has a chart. */
export async function saveChart(
  benchmark: Benchmark,
  measurements: readonly Measurement[],
  folder: string,
): Promise<string | undefined> {
  const { chart, name, title } = benchmark;
  if (chart === undefined) return undefined;
  const variants = [...new Set(measurements.map(({ variant }) => variant))];
  const times = measurements.map(({ size, nanosecondsPerUnit }) => nanosecondsPerUnit / (chart.perSize ? size : 1));
  const figure = lineChart({
    title,
    x: { label: chart.size, scale: "log" },
    y: { label: chart.time, domain: [0, 1.1 * Math.max(...times)] },
    series: variants.map((variant) => {
      const own = measurements.filter((each) => each.variant === variant);
      return {
        name: variant,
        x: own.map(({ size }) => size),
        y: own.map(({ size, nanosecondsPerUnit }) => nanosecondsPerUnit / (chart.perSize ? size : 1)),
      };
    }),
  });
  const file = `${folder}${name}.svg`;
  await saveFigure(figure, file);
  return file;
}
