/** Function values at a step to both sides. */
export interface CentralPair {
  readonly step: number;
  readonly ahead: number;
  readonly behind: number;
}

/** A derivative and an estimate of its error. */
export interface Derivative {
  readonly value: number;
  readonly error: number;
}

const centralDifference = ({ step, ahead, behind }: CentralPair): number => (ahead - behind) / (2 * step);

/**
 * Central differences at the steps h, h/2 and h/4, extrapolated to an error of order h^6. The error estimate is what the
 * last extrapolation changed, plus the rounding of the values divided by the smallest step.
 *
 * Source: Richardson 1911.
 */
export function extrapolatedDerivative(whole: CentralPair, half: CentralPair, quarter: CentralPair): Derivative {
  const [first, second, third] = [whole, half, quarter].map(centralDifference) as [number, number, number];
  const [before, last] = [(4 * second - first) / 3, (4 * third - second) / 3];
  const value = (16 * last - before) / 15;
  const rounding = (4 * Number.EPSILON * Math.max(Math.abs(quarter.ahead), Math.abs(quarter.behind))) / quarter.step;
  return { value, error: Math.abs(value - last) + rounding };
}
