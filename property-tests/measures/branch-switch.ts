import { largest, moved, type PointFunction, type PointValues } from "./point-function.js";

/** Far below every scale of a formula, far above rounding. */
const NEAR = 2 ** -20;
/**
 * Whether a function has a kink or a jump at a point, or within a millionth of it, along a direction. At a quarter of the
 * step the second difference of a smooth function falls by 16, that over a kink by 4, and that over a jump not at all.
 */
export function hasBranchSwitch(evaluate: PointFunction, at: PointValues, direction: PointValues): boolean {
  const middle = evaluate(at);
  const bend = (length: number): number[] => {
    const [before, after] = [evaluate(moved(at, direction, -length)), evaluate(moved(at, direction, length))];
    return middle.map((values, k) =>
      largest(values.map((value, i) => (after[k]?.[i] as number) - 2 * value + (before[k]?.[i] as number))),
    );
  };
  const [wide, narrow] = [bend(NEAR), bend(NEAR / 4)];
  return middle.some((values, k) => {
    const rounding = 64 * Number.EPSILON * largest(values);
    return (narrow[k] as number) > rounding + (wide[k] as number) / 8;
  });
}
