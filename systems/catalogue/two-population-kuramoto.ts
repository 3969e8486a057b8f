import { forceSystem } from "../force-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Row a, column b: the pull of population b on a. */
type TwoByTwo = readonly [readonly [aa: number, ab: number], readonly [ba: number, bb: number]];

/** Options of {@link twoPopulationKuramoto}. */
export interface TwoPopulationKuramotoOptions {
  /** Oscillators in each population; 4 by default. */
  readonly oscillators?: number;
  /** The couplings J_ab, row a, column b, as the parameter's default; [[1, 0.6], [-0.6, 1]] by default. */
  readonly coupling?: TwoByTwo;
  /**
   * "identical" (default): all oscillators of a population have one natural frequency, a scalar parameter. "distributed":
   * each has its own.
   */
  readonly frequencies?: "identical" | "distributed";
  /** Angle over which each population's phases are spread at first, in radians; 2 by default. */
  readonly spread?: number;
  /** Angle from the middle of population a to that of b at first, in radians; 1 by default. */
  readonly lag?: number;
}

/**
 * Two populations a and b of n phase oscillators each, whose couplings need not be reciprocal: with J_ab the pull of
 * population b on a,
 *
 * dtheta_i/dt = frequency_i + sum over populations b of J_ab / n sum over j in b of sin(theta_j - theta_i), i in a.
 *
 * It is computed by the means of cos and sin over each population, in O(n). J is the parameter `coupling`, [2, 2]. Where it
 * is symmetric the motion descends an energy; where J_ab > 0 > J_ba, a runs after b and b away from a, and with distributed
 * frequencies there is a range of couplings in which both turn for ever (the chiral phase).
 *
 * Exact: turning all phases by one angle turns the motion. Identical oscillators never pass each other, and their motion
 * keeps the cross-ratio of any four phases of one population (Watanabe and Strogatz 1994), declared as an invariant for the
 * first four of each. Two populations each in phase, of equal frequency omega, stay in phase. Their difference
 * d = theta_b - theta_a follows tan(d / 2) = tan(d_0 / 2) exp(-(J_ab + J_ba) t), and
 * theta_a = theta_a(0) + omega t - J_ab / (J_ab + J_ba) (d - d_0); with J_ab = -J_ba, d stays and both turn at
 * omega + J_ab sin d. A spread of 0 gives this example, with `exact`.
 *
 * Source: Fruchart, Hanai, Littlewood and Vitelli 2021.
 *
 * @throws InputError for fewer than four oscillators, a coupling that is not two by two, unknown frequencies, or a spread
 * or lag that is not finite
 */
export function twoPopulationKuramoto({
  oscillators: count = 4,
  coupling = [
    [1, 0.6],
    [-0.6, 1],
  ],
  frequencies = "identical",
  spread = 2,
  lag = 1,
}: TwoPopulationKuramotoOptions = {}) {
  const field = "twoPopulationKuramoto";
  checkSize(`${field}, oscillators`, count, 4);
  const square = coupling.length === 2 && coupling.flat().length === 4 && coupling.flat().every(Number.isFinite);
  checkOption(`${field}, coupling`, coupling, square, "two rows of two numbers");
  const identical = frequencies === "identical";
  checkOption(
    `${field}, frequencies`,
    frequencies,
    identical || frequencies === "distributed",
    '"identical" or "distributed"',
  );
  checkOption(`${field}, spread`, spread, Number.isFinite(spread), "an angle in radians");
  checkOption(`${field}, lag`, lag, Number.isFinite(lag), "an angle in radians");
  const frequency = { shape: identical ? [] : [count], default: 0 };
  const phases = { shape: [count], unit: "rad" };
  const system = forceSystem({
    name: `two populations of ${count} Kuramoto oscillators`,
    state: { theta_a: phases, theta_b: phases },
    parameters: { frequency_a: frequency, frequency_b: frequency, coupling: { shape: [2, 2], default: coupling } },
    force: { theta_a: rate("a", 0), theta_b: rate("b", 1) },
    invariants: identical ? { cross_ratio_a: crossRatio("theta_a"), cross_ratio_b: crossRatio("theta_b") } : {},
  });
  const initial = (middle: number): number[] =>
    Array.from({ length: count }, (_, i) => middle + spread * (i / (count - 1) - 0.5));
  return catalogueSystem(system, {
    initial: { theta_a: initial(0), theta_b: initial(lag) },
    ...(spread === 0 ? { exact: inPhase(coupling, lag) } : {}),
  });
}

/**
 * The rate of a population: sin(theta_j - theta_i) = sin(theta_j) cos(theta_i) - cos(theta_j) sin(theta_i), averaged over
 * j.
 */
const rate = (population: "a" | "b", row: 0 | 1): string => `
  sine = coupling[${row}, 0]*mean(sin(theta_a)) + coupling[${row}, 1]*mean(sin(theta_b));
  cosine = coupling[${row}, 0]*mean(cos(theta_a)) + coupling[${row}, 1]*mean(cos(theta_b));
  frequency_${population} + sine*cos(theta_${population}) - cosine*sin(theta_${population})`;

/** The cross-ratio of the points exp(i theta) of the first four phases, which is real. */
function crossRatio(phases: string): string {
  const chord = (i: number, j: number): string => `sin((${phases}[${i}] - ${phases}[${j}])/2)`;
  return `${chord(0, 2)}*${chord(1, 3)}/(${chord(0, 3)}*${chord(1, 2)})`;
}

/** The motion of the phases of two populations, each in phase, without natural frequencies. */
function inPhase(coupling: TwoByTwo, lag: number): (time: number) => { theta_a: number; theta_b: number } {
  const [[, ab], [ba]] = coupling;
  const sum = ab + ba;
  const turns = 2 * Math.PI * Math.round(lag / (2 * Math.PI));
  return (time) => {
    const difference = turns + 2 * Math.atan(Math.tan(lag / 2) * Math.exp(-sum * time));
    const theta = sum === 0 ? ab * Math.sin(lag) * time : (-ab / sum) * (difference - lag);
    return { theta_a: theta, theta_b: theta + difference };
  };
}
