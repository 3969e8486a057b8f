import { largest } from "./point-function.js";

/** Derivatives by differences, with their error bars per output. */
export interface RichardsonDerivative {
  readonly values: readonly Float64Array[];
  readonly errors: readonly number[];
}

/** The first step, in units of the direction; then half of it, and so on. */
const FIRST_STEP = 1 / 16;
const LEVELS = 6;
/** The error bar of the best extrapolation is the change it made, which may be small by luck. */
const SAFETY = 4;

/**
 * The derivative at 0 of a function of one length by central differences with Richardson extrapolation (Ridders 1982): of
 * the tableau that entry is taken whose neighbours agree best. The error bar is that disagreement, or the rounding of the
 * differences, or the distance from the extrapolation of the two smallest steps, whichever is largest: entries of large steps
 * may agree by luck where these cross a kink that the small ones do not reach.
 */
export function richardsonDerivative(evaluate: (length: number) => readonly Float64Array[]): RichardsonDerivative {
  const rows: Float64Array[][] = [];
  let best: { readonly values: Float64Array; readonly error: number }[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const step = FIRST_STEP / 2 ** level;
    const [plus, minus] = [evaluate(step), evaluate(-step)];
    const slopes = plus.map((above, k) => above.map((value, i) => (value - (minus[k]?.[i] as number)) / (2 * step)));
    const rounding = plus.map((above) => (Number.EPSILON * largest(above)) / step);
    best = slopes.map((slope, k) => {
      const previous = rows[k] ?? [];
      const row = [slope];
      let kept = best[k] ?? { values: slope, error: Infinity };
      previous.forEach((below, order) => {
        const left = row[order] as Float64Array;
        const factor = 4 ** (order + 1);
        const better = left.map((value, i) => value + (value - (below[i] as number)) / (factor - 1));
        row.push(better);
        const change = Math.max(distance(better, left), distance(better, below));
        const error = Math.max(SAFETY * change, 4 * (rounding[k] as number));
        if (error < kept.error) kept = { values: better, error };
      });
      rows[k] = row;
      return kept;
    });
  }
  const errors = best.map(({ values, error }, k) => {
    const finest = (rows[k] as Float64Array[])[1] as Float64Array;
    return Math.max(error, SAFETY * distance(values, finest));
  });
  return { values: best.map(({ values }) => values), errors };
}

const distance = (a: Float64Array, b: Float64Array): number => largest(a.map((value, i) => value - (b[i] as number)));
