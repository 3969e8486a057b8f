import { largest, type PointValues } from "./point-function.js";

/** A direction with each block on the scale of the point's values: times its largest entry, or 1 where it is 0. */
export function scaledDirection(at: PointValues, direction: PointValues): PointValues {
  const scaled = Object.entries(direction).map(([name, along]) => {
    const scale = largest(at[name] as Float64Array) || 1;
    return [name, along.map((entry) => scale * entry)];
  });
  return Object.fromEntries(scaled) as PointValues;
}
