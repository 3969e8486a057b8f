import { TIME } from "../../core/system.js";
import { largest, moved, type PointFunction, type PointValues } from "./point-function.js";

/** The solution of dz/dt = F at the end of an interval, with the size of its error. */
export interface ReferenceSolution {
  readonly state: readonly Float64Array[];
  readonly error: number;
}

/** Numbers of sub-steps of the midpoint rule, whose results are extrapolated. */
const SUBSTEPS = [2, 4, 6, 8, 10, 12, 14, 16];

/**
 * The flow of a field over an interval by the modified midpoint rule, extrapolated to steps of zero (Gragg, Bulirsch and
 * Stoer): of order 16, and independent of the integrators it judges. The error is the last change of the extrapolation.
 *
 * @param names state blocks, in the order of the field's outputs
 */
export function referenceFlow(
  field: PointFunction,
  names: readonly string[],
  start: PointValues,
  interval: number,
): ReferenceSolution {
  const rows: Float64Array[][][] = [];
  let error = Infinity;
  let state: readonly Float64Array[] = [];
  SUBSTEPS.forEach((count, level) => {
    const row = [midpoint(field, names, start, interval, count)];
    for (let order = 1; order <= level; order++) {
      const ratio = (count / (SUBSTEPS[level - order] as number)) ** 2 - 1;
      const [left, below] = [row[order - 1], rows[level - 1]?.[order - 1]] as [Float64Array[], Float64Array[]];
      row.push(left.map((block, k) => block.map((value, i) => value + (value - (below[k]?.[i] as number)) / ratio)));
    }
    const best = row[level] as Float64Array[];
    const previous = rows[level - 1]?.[level - 1];
    if (previous !== undefined) {
      const change = Math.max(
        ...best.map((block, k) => largest(block.map((v, i) => v - (previous[k]?.[i] as number)))),
      );
      if (change <= error || !Number.isFinite(error)) [error, state] = [change, best];
    }
    rows.push(row);
  });
  return { state, error };
}

function midpoint(
  field: PointFunction,
  names: readonly string[],
  start: PointValues,
  interval: number,
  count: number,
): Float64Array[] {
  const step = interval / count;
  const along = (rates: readonly Float64Array[]): PointValues => ({
    ...Object.fromEntries(names.map((name, k) => [name, rates[k] as Float64Array])),
    [TIME]: Float64Array.of(1),
  });
  let before = start;
  let here = moved(start, along(field(start)), step);
  for (let k = 1; k < count; k++) {
    const next = moved(before, along(field(here)), 2 * step);
    const time = Float64Array.of((start[TIME]?.[0] as number) + (k + 1) * step);
    [before, here] = [here, { ...next, [TIME]: time }];
  }
  const end = moved(here, along(field(here)), step);
  return names.map((name) =>
    (before[name] as Float64Array).map((value, i) => (value + (end[name]?.[i] as number)) / 2),
  );
}
