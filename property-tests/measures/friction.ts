import type { DynamicalSystem } from "../../core/system.js";
import type { PointFunction, PointValues } from "./point-function.js";
import type { StepMap } from "./step-map.js";

/** So small that the change of the force over a step is far below friction. */
const STEP = 2 ** -16;
/** Momenta are moved away from 0 by this, where friction does not show. */
const LEAST_MOMENTUM = 0.2;

/**
 * The friction rate gamma that a Langevin step shows at a point, from the momentum a step without noise loses beyond the
 * force: gamma p = F_p - (p(h) - p)/h, extrapolated to h = 0, at the largest momentum. It is 0 without momenta, and
 * `undefined` where it cannot be told.
 */
export function frictionOf(
  { state }: DynamicalSystem,
  field: PointFunction,
  step: StepMap,
  point: PointValues,
): number | undefined {
  const [rates, whole, half] = [field(point), step(point, STEP), step(point, STEP / 2)];
  let [largest, friction]: [number, number | undefined] = [
    0,
    state.some(({ role }) => role === "momentum") ? undefined : 0,
  ];
  state.forEach(({ name, role }, k) => {
    if (role !== "momentum") return;
    point[name]?.forEach((momentum, i) => {
      if (Math.abs(momentum) <= largest) return;
      const rate = (after: readonly Float64Array[], size: number): number =>
        ((rates[k]?.[i] as number) - ((after[k]?.[i] as number) - momentum) / size) / momentum;
      const [coarse, fine] = [rate(whole, STEP), rate(half, STEP / 2)];
      const steady = Math.abs(fine - coarse) <= 1e-3 * Math.abs(fine);
      [largest, friction] = [Math.abs(momentum), steady ? 2 * fine - coarse : undefined];
    });
  });
  return friction;
}

/** A field with momenta damped at a rate: F_p - gamma p. */
export const dampedField =
  ({ state }: DynamicalSystem, field: PointFunction, friction: number): PointFunction =>
  (at) => {
    const rates = field(at);
    state.forEach(({ name, role }, k) => {
      if (role !== "momentum") return;
      const momenta = at[name] as Float64Array;
      rates[k] = (rates[k] as Float64Array).map((rate, i) => rate - friction * (momenta[i] as number));
    });
    return rates;
  };

/** The point with every momentum away from 0. */
export function withMomenta({ state }: DynamicalSystem, point: PointValues): PointValues {
  const momenta = state
    .filter(({ role }) => role === "momentum")
    .map(({ name }) => [
      name,
      (point[name] as Float64Array).map((value) => value + (value < 0 ? -LEAST_MOMENTUM : LEAST_MOMENTUM)),
    ]);
  return { ...point, ...Object.fromEntries(momenta) };
}
