import { constant, divide, power } from "../../core/expression/functions.js";
import { forceSystem } from "../force-system.js";
import { catalogueSystem, checkOption, checkSize } from "./catalogue-system.js";

/** Options of {@link hatanoNelsonChain}. */
export interface HatanoNelsonChainOptions {
  /** Number of sites; 8 by default. */
  readonly sites?: number;
  /** Hopping from each site to its right neighbour, positive; 1 by default. */
  readonly right?: number;
  /** Hopping from each site to its left neighbour, positive; 0.25 by default. */
  readonly left?: number;
  /** Decay of each site; 1.2 by default. */
  readonly decay?: number;
}

/**
 * The Hatano-Nelson chain with open ends and damping: amplitudes hop to the right and to the left at different rates,
 *
 * dx_k/dt = -decay x_k + right x_(k-1) + left x_(k+1) + drive_k.
 *
 * Exact: with x_k = (right / left)^(k / 2) y_k (an imaginary gauge transformation) it is a symmetric chain of hopping
 * sqrt(right left). The eigenvalues are -decay + 2 sqrt(right left) cos(pi m / (n + 1)), m = 1 ... n; they are real,
 * whatever the two rates are, and the chain is stable where decay exceeds 2 sqrt(right left). All eigenvectors crowd at one
 * end by (right / left)^(k / 2) (the skin effect), so a weak drive at the left end comes out amplified at the right end,
 * and next to nothing from right to left. The Jacobian is symmetric in the metric P_k = (left / right)^k: J' = P J P^-1,
 * declared as the twist; chains beyond about 700 / |log(right / left)| sites leave its range of numbers.
 *
 * Source: Hatano and Nelson 1996.
 *
 * @throws InputError for fewer than two sites, hoppings that are not positive, or a decay that is not finite
 */
export function hatanoNelsonChain({ sites = 8, right = 1, left = 0.25, decay = 1.2 }: HatanoNelsonChainOptions = {}) {
  const positive = (hopping: number): boolean => hopping > 0 && Number.isFinite(hopping);
  checkSize("hatanoNelsonChain, sites", sites, 2);
  checkOption("hatanoNelsonChain, right", right, positive(right), "a positive number");
  checkOption("hatanoNelsonChain, left", left, positive(left), "a positive number");
  checkOption("hatanoNelsonChain, decay", decay, Number.isFinite(decay), "a number");
  const system = forceSystem({
    name: `Hatano-Nelson chain of ${sites} sites`,
    state: { x: [sites] },
    parameters: { right, left, decay },
    input: { drive: [sites] },
    force: { x: "-decay*x + right*shift(x, 1, 0) + left*shift(x, -1, 0) + drive" },
    twist: {
      x: ({ right, left }) =>
        power(
          divide(left, right),
          constant(
            Array.from({ length: sites }, (_, k) => k),
            [sites],
          ),
        ),
    },
  });
  const initial = new Float64Array(sites);
  initial[0] = 1;
  const drive = new Float64Array(sites);
  drive[0] = 0.1;
  return catalogueSystem(system, {
    initial: { x: initial },
    input: { drive },
    exact: (time) => ({ x: solution({ sites, right, left, decay }, initial, drive, time) }),
  });
}

/** exp(J t) x_0 + (exp(J t) - 1) J^-1 drive, mode by mode of the symmetric chain. */
function solution(
  { sites, right, left, decay }: Required<HatanoNelsonChainOptions>,
  initial: Float64Array,
  drive: Float64Array,
  time: number,
): Float64Array {
  const gauge = (k: number): number => (right / left) ** (k / 2);
  const mode = (m: number, k: number): number =>
    Math.sqrt(2 / (sites + 1)) * Math.sin((Math.PI * (m + 1) * (k + 1)) / (sites + 1));
  const x = new Float64Array(sites);
  for (let m = 0; m < sites; m++) {
    const rate = -decay + 2 * Math.sqrt(right * left) * Math.cos((Math.PI * (m + 1)) / (sites + 1));
    const part = (values: Float64Array): number =>
      values.reduce((sum, value, k) => sum + (mode(m, k) * value) / gauge(k), 0);
    const driven = rate === 0 ? time : Math.expm1(rate * time) / rate;
    const amplitude = Math.exp(rate * time) * part(initial) + driven * part(drive);
    for (let k = 0; k < sites; k++) x[k] = (x[k] as number) + gauge(k) * mode(m, k) * amplitude;
  }
  return x;
}
