import * as Plot from "@observablehq/plot";
import { InputError } from "../core/errors.js";
import { type AxisOptions, checkAxis } from "./axis.js";
import { drawablePoints } from "./decimate.js";
import type { Figure } from "./figure.js";
import { drawFrame, type FrameOptions, layOutFrame } from "./frame.js";
import { seriesColor } from "./palette.js";
import { type FigureOptions, requireExtent } from "./validate.js";

/** Counts between edges. */
export interface Bins {
  /** Ascending, one more than counts. */
  readonly edges: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** What {@link histogram} takes; either samples or bins. */
export interface HistogramOptions extends FigureOptions {
  readonly x: Omit<AxisOptions, "scale">;
  /** Default label "probability density". */
  readonly y?: Omit<AxisOptions, "scale">;
  /** What was sampled, in the legend; default "samples". */
  readonly name?: string;
  readonly samples?: ArrayLike<number>;
  /** How many bins samples are counted in; by default as many as fit the samples best, at most 200. */
  readonly binCount?: number;
  readonly bins?: Bins;
  /** A curve to compare with, such as the Boltzmann density. */
  readonly density?: { readonly name: string; readonly value: (x: number) => number };
}

/**
 * The distribution of samples, as a density: bars of total area 1, and a density curve over them.
 * @throws InputError when neither or both of samples and bins are given, a sample is not finite, edges do not ascend, a
 *   count is negative, or all counts are zero.
 */
export function histogram(options: HistogramOptions): Figure {
  const { density, name = "samples" } = options;
  checkAxis("x", options.x);
  checkAxis("y", options.y ?? { label: "" });
  const { edges, counts } = checkedBins(options);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const heights = counts.map((count, i) => count / (total * ((edges[i + 1] as number) - (edges[i] as number))));

  const domain = options.x.domain ?? requireExtent("bins", [edges]);
  const curveX = Array.from({ length: 401 }, (_, i) => domain[0] + ((domain[1] - domain[0]) * i) / 400);
  const curveY = density === undefined ? [] : curveX.map(density.value);
  const bars = { name, color: seriesColor(0), swatch: "box" as const };
  const highest = requireExtent("density", [heights, curveY])[1];
  const y: AxisOptions = { label: "probability density", domain: [0, 1.06 * highest], ...options.y };
  const curve = density === undefined ? [] : [{ name: density.name, color: seriesColor(1) }];
  const frameOptions: FrameOptions = {
    ...options,
    y,
    xExtent: domain,
    yExtent: [0, highest],
    legend: [bars, ...curve],
    beside: 0,
  };
  const frame = layOutFrame(frameOptions);
  const columns = { x1: edges.slice(0, -1), x2: edges.slice(1), y1: heights.map(() => 0), y2: heights };
  const look = { fill: bars.color, fillOpacity: 0.45, stroke: bars.color, strokeWidth: 0.6, clip: true };
  const marks: Plot.Markish[] = [Plot.rect(heights, { ...columns, ...look })];
  for (const { color } of curve) {
    const line = drawablePoints(curveX, curveY, frame.pixelX, frame.pixelY);
    marks.push(Plot.line(line.x, { ...line, stroke: color, strokeWidth: 2.2, clip: true }));
  }
  const against = density === undefined ? "" : `, against the curve ${density.name}`;
  const description = options.description ?? `Histogram of ${name} over ${options.x.label}${against}.`;
  return drawFrame(frameOptions, frame, description, marks, []);
}

function checkedBins({ samples, bins, binCount, x }: HistogramOptions): { edges: number[]; counts: number[] } {
  if ((samples === undefined) === (bins === undefined)) {
    const given = samples === undefined ? "neither" : "both";
    throw new InputError({ field: "histogram", given, expected: "either samples or bins" });
  }
  if (bins !== undefined) return checkBins(bins);
  const values = Float64Array.from(samples as ArrayLike<number>).sort();
  for (let i = 0; i < values.length; i++) {
    const value = (samples as ArrayLike<number>)[i];
    if (Number.isFinite(value)) continue;
    throw new InputError({ field: `samples[${i}]`, given: String(value), expected: "a finite number" });
  }
  if (values.length === 0) throw new InputError({ field: "samples", given: "none", expected: "at least one" });
  if (binCount !== undefined && !(Number.isInteger(binCount) && binCount >= 1 && binCount <= 10000)) {
    throw new InputError({ field: "binCount", given: String(binCount), expected: "a whole number from 1 to 10000" });
  }
  return countBetween(values, x.domain ?? extentOfSorted(values), binCount);
}

function checkBins(bins: Bins): { edges: number[]; counts: number[] } {
  const edges = Array.from(bins.edges);
  const counts = Array.from(bins.counts);
  if (edges.length !== counts.length + 1) {
    const given = `${edges.length} edges and ${counts.length} counts`;
    throw new InputError({ field: "bins", given, expected: "one edge more than counts" });
  }
  edges.forEach((edge, i) => {
    if (Number.isFinite(edge) && (i === 0 || edge > (edges[i - 1] as number))) return;
    throw new InputError({ field: `bins.edges[${i}]`, given: String(edge), expected: "finite edges, ascending" });
  });
  counts.forEach((count, i) => {
    if (count >= 0 && Number.isFinite(count)) return;
    throw new InputError({
      field: `bins.counts[${i}]`,
      given: String(count),
      expected: "a finite number, not negative",
    });
  });
  if (!counts.some((count) => count > 0)) {
    throw new InputError({ field: "bins.counts", given: "nothing but zeros", expected: "at least one count" });
  }
  return { edges, counts };
}

function extentOfSorted(values: Float64Array): readonly [number, number] {
  const [low, high] = [values[0] as number, values.at(-1) as number];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** Counts sorted values in equal bins; those outside the limits are left out. */
function countBetween(
  sorted: Float64Array,
  limits: readonly [number, number],
  binCount = shimazakiShinomoto(sorted, limits),
): { edges: number[]; counts: number[] } {
  const [low, high] = limits;
  const edges = Array.from({ length: binCount + 1 }, (_, i) => low + ((high - low) * i) / binCount);
  const starts = edges.map((edge, i) => (i < binCount ? countUpTo(sorted, (value) => value < edge) : 0));
  starts[binCount] = countUpTo(sorted, (value) => value <= high);
  const counts = edges.slice(1).map((_, i) => (starts[i + 1] as number) - (starts[i] as number));
  if (!counts.some((count) => count > 0)) {
    throw new InputError({ field: "samples", given: "none within x.domain", expected: "at least one to draw" });
  }
  return { edges, counts };
}

/** How many leading values satisfy a condition that holds up to some value and not beyond. */
function countUpTo(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The bin count that minimizes the estimated squared error of the histogram, (2 mean - variance) / width^2 of the counts
 * (H. Shimazaki and S. Shinomoto, Neural Computation 19, 2007); unlike rules from one spread it resolves several peaks.
 */
function shimazakiShinomoto(sorted: Float64Array, limits: readonly [number, number]): number {
  const most = Math.min(200, Math.ceil(4 * Math.cbrt(sorted.length)));
  let best = 1;
  let leastCost = Number.POSITIVE_INFINITY;
  for (let binCount = 2; binCount <= most; binCount++) {
    const { counts } = countBetween(sorted, limits, binCount);
    const mean = counts.reduce((sum, count) => sum + count, 0) / binCount;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / binCount;
    const cost = (2 * mean - variance) * binCount ** 2;
    if (cost >= leastCost) continue;
    leastCost = cost;
    best = binCount;
  }
  return best;
}
