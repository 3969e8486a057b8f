import { largest, moved, type PointFunction, type PointValues } from "./point-function.js";

/** Far below every scale of a formula, far above rounding. */
const NEAR = 2 ** -20;
/** A second difference that falls only with the step itself, by at least this part of the function's change, is a kink. */
const KINK = 1e-2;

/**
 * Whether a function has a kink or a jump at a point, or within a millionth of it, along a direction: its forward and its
 * backward difference over a millionth of the direction do not agree, as those of a smooth function do.
 */
export function hasBranchSwitch(evaluate: PointFunction, at: PointValues, direction: PointValues): boolean {
  const [before, middle, after] = [-NEAR, 0, NEAR].map((length) => evaluate(moved(at, direction, length))) as [
    Float64Array[],
    Float64Array[],
    Float64Array[],
  ];
  return middle.some((values, k) => {
    const forward = values.map((value, i) => (after[k]?.[i] as number) - value);
    const backward = values.map((value, i) => value - (before[k]?.[i] as number));
    const bend = largest(forward.map((value, i) => value - (backward[i] as number)));
    const rounding = 64 * Number.EPSILON * largest(values);
    return bend > rounding + KINK * Math.max(largest(forward), largest(backward));
  });
}
